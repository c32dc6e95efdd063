import { Link } from "@tanstack/react-router";
import { useWho } from "~/app/useWho";
import { api } from "~/api/client";
import { Badge, worded } from "~/ui/Badge";
import { Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { RISKS } from "./ApprovalCard";

/** What a company has been asked lately, and what was answered. */
export function Decided({ companyId }: { companyId: string }) {
  const who = useWho(companyId);
  const asked = api.useQuery("get", "/api/approvals", { params: { query: { company_id: companyId, limit: 50 } } });
  return (
    <Panel title="Before">
      <Answer of={asked}>
        {({ items }) => {
          const over = items.filter(({ status }) => status !== "pending");
          if (over.length === 0) return <Empty title="Nothing has been asked before" />;
          return (
            <Table
              caption="Approvals that were decided"
              items={over}
              keyOf={({ approval_id }) => approval_id}
              columns={[
                { name: "Asked", cell: ({ created_at }) => <Time at={created_at} /> },
                {
                  name: "For",
                  cell: ({ title, runbook, company_id, incident_id }) => (
                    <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId: company_id, incidentId: incident_id }}>
                      <Text>{title ?? runbook}</Text>
                    </Link>
                  ),
                },
                { name: "Risk", cell: ({ risk_level }) => <Badge tone={RISKS[risk_level]}>{risk_level}</Badge> },
                { name: "Machines", right: true, cell: ({ targets }) => targets.length },
                { name: "Answer", cell: ({ status }) => worded(status) },
                { name: "By", cell: ({ decided_by }) => decided_by.map(({ by }) => who(by)).join(", ") || "–" },
              ]}
            />
          );
        }}
      </Answer>
    </Panel>
  );
}
