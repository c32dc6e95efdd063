import type { Schemas } from "~/api/types";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { AlertLink } from "./kit/AlertLink";

/** The tools that have sent a company alerts, with the first of each. */
export function Sources({ items, companyId }: { items: Schemas["Source"][]; companyId: string }) {
  return (
    <Table<Schemas["Source"]>
      caption="Tools that have been heard from"
      items={items}
      keyOf={({ tool_source }) => tool_source}
      columns={[
        { name: "Tool", cell: ({ tool_source }) => <Text>{tool_source}</Text> },
        { name: "First heard", cell: ({ first_seen_at }) => <Time at={first_seen_at} className="whitespace-nowrap" /> },
        { name: "First alert", cell: ({ first_alert_id }) => <AlertLink alertId={first_alert_id} companyId={companyId} /> },
      ]}
    />
  );
}
