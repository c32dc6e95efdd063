import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { worded } from "~/ui/Badge";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";

const reach = (of: Schemas["Reach"]) => (of === "nothing" ? <span className="text-soft">–</span> : worded(of));

/** What each role may, and where. */
export function Rights() {
  const rights = api.useQuery("get", "/api/system/rights", {}, { staleTime: Infinity });
  return (
    <Panel title="Rights">
      <Answer of={rights}>
        {({ rights }) => (
          <Table
            caption="What each role may"
            items={rights}
            keyOf={({ right }) => right}
            columns={[
              { name: "May", cell: ({ what }) => <span className="block min-w-56">{what}</span> },
              { name: "MSP admin", cell: ({ msp_admin }) => reach(msp_admin) },
              { name: "Company admin", cell: ({ company_admin }) => reach(company_admin) },
              { name: "Technician", cell: ({ technician }) => reach(technician) },
              { name: "API key", cell: ({ api_key }) => api_key ?? <span className="text-soft">–</span> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
