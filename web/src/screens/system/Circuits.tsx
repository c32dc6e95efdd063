import { useCompanyName, useScope } from "~/app/scope";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";

/** What lies outside and was not reached: it is left alone for a while (circuit breakers). */
export function Circuits() {
  const nameOf = useCompanyName();
  const query = { company_id: useScope() ?? undefined };
  const living = api.useQuery("get", "/api/system/actors", { params: { query } });
  return (
    <Panel title="Circuit breakers">
      <Answer of={living}>
        {({ circuits }) =>
          circuits.length === 0 ? (
            <p className="text-soft">Everything outside that was called lately is reached.</p>
          ) : (
            <Table<Schemas["Circuit"]>
              caption="Circuit breakers"
              items={circuits}
              keyOf={({ company_id, service }) => `${company_id} ${service}`}
              columns={[
                { name: "Company", cell: ({ company_id }) => <Text>{nameOf(company_id)}</Text> },
                { name: "Service", cell: ({ service }) => <Text>{service}</Text> },
                { name: "State", cell: ({ state }) => <Badge tone={state === "closed" ? "good" : "bad"}>{state}</Badge> },
                { name: "Failures", right: true, cell: ({ failures }) => failures },
                { name: "Left alone", cell: ({ until }) => (until == null ? "–" : <Time at={until} />) },
              ]}
            />
          )
        }
      </Answer>
    </Panel>
  );
}
