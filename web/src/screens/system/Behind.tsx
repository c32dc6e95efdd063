import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useCompanies, useScope } from "~/app/scope";
import type { CompanyLine } from "~/api/types";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { SetAside, Undecided, Undelivered, Unplaced } from "./Waiting";

/** Companies that are shown at first, and with each press more. */
const STEP = 12;

/** How far behind the platform is: what waits of each company, and for how long. */
export function Behind() {
  const scope = useScope();
  const companies = useCompanies().filter(({ company_id }) => scope === null || company_id === scope);
  const [most, setMost] = useState(STEP);
  return (
    <Panel title="How far behind">
      <Table<CompanyLine>
        caption="What waits, by company"
        items={companies.slice(0, most)}
        keyOf={({ company_id }) => company_id}
        columns={[
          { name: "Company", cell: ({ name }) => <Text>{name}</Text> },
          {
            name: "Alerts to be placed",
            cell: ({ company_id }) => (
              <Unplaced
                companyId={company_id}
                list={(count) => (
                  <Link className="text inline-block min-h-7 min-w-6" to="/alerts" search={{ company: company_id, state: "received" } as object}>
                    {count}
                  </Link>
                )}
              />
            ),
          },
          { name: "Incidents to be decided", cell: ({ company_id }) => <Undecided companyId={company_id} list={(count) => count} /> },
          {
            name: "Notifications to be delivered",
            cell: ({ company_id }) => (
              <Undelivered
                companyId={company_id}
                list={(count) => (
                  <Link className="text inline-block min-h-7 min-w-6" to="/companies/$companyId/notifications" params={{ companyId: company_id }}>
                    {count}
                  </Link>
                )}
              />
            ),
          },
          {
            name: "Dead letters",
            cell: ({ company_id }) => (
              <SetAside
                companyId={company_id}
                list={(count) => (
                  <Link className="text inline-block min-h-7 min-w-6" to="/system" search={{ company: company_id }}>
                    {count}
                  </Link>
                )}
              />
            ),
          },
        ]}
      />
      {companies.length > most && (
        <Button className="mt-2" onClick={() => setMost(most + STEP)}>
          {(companies.length - most).toLocaleString()} more
        </Button>
      )}
    </Panel>
  );
}
