import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { SeverityMark } from "~/ui/Severity";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";

/** What a body would come to. */
export function TriedAlerts({ tried: { alerts, delivery_known } }: { tried: Schemas["TriedMapping"] }) {
  const rows = alerts.map((alert, place) => ({ ...alert, place }));
  return (
    <div role="status" className="flex flex-col gap-2">
      <p>
        {alerts.length === 1 ? "One alert" : `${alerts.length} alerts`} would be taken in. The same delivery again {delivery_known ? "would be known as one." : "would count again."}
      </p>
      <Table<(typeof rows)[number]>
        caption="Alerts that would be taken in"
        items={rows}
        keyOf={({ place }) => String(place)}
        columns={[
          { name: "Asset", cell: ({ asset_name }) => <Text>{asset_name}</Text> },
          { name: "Signature", cell: ({ signature }) => <Text>{signature}</Text> },
          { name: "Severity", cell: ({ severity }) => <SeverityMark severity={severity} /> },
          { name: "Status", cell: ({ status }) => <Badge tone={status === "firing" ? "bad" : "good"}>{status}</Badge> },
          { name: "Message", cell: ({ message }) => <Text>{message}</Text> },
          { name: "Known again by", cell: ({ fingerprint }) => <Text>{fingerprint ?? "asset and signature"}</Text> },
          { name: "Labels", cell: ({ labels }) => <Text>{Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(", ") || "none"}</Text> },
        ]}
      />
    </div>
  );
}
