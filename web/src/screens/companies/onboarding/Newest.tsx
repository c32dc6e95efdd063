import { Link } from "@tanstack/react-router";
import type { Alert } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { SeverityMark } from "~/ui/Severity";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Trouble } from "~/ui/Trouble";

/** Alerts that are shown: the newest. */
const SHOWN = 5;

/** The newest alerts of a company, each with the way to it and to its incident. */
export function Newest({ companyId, items }: { companyId: string; items: Alert[] }) {
  return (
    <Table<Alert>
      caption="The newest alerts"
      items={items.slice(0, SHOWN)}
      keyOf={({ alert_id }) => alert_id}
      columns={[
        { name: "Received", cell: ({ received_at }) => <Time at={received_at} className="whitespace-nowrap" /> },
        { name: "Severity", cell: ({ severity }) => <SeverityMark severity={severity} /> },
        { name: "Alert", cell: (alert) => <About companyId={companyId} alert={alert} /> },
        { name: "Tool", cell: ({ tool_source }) => <Text>{tool_source ?? "–"}</Text> },
        { name: "Sent", cell: (alert) => <Sent alert={alert} /> },
      ]}
    />
  );
}

function About({ companyId, alert: { alert_id, signature, asset_name, incident_id } }: { companyId: string; alert: Alert }) {
  return (
    <>
      <Link className="text" to="/alerts/$companyId/$alertId" params={{ companyId, alertId: alert_id }}>
        <Trouble signature={signature} asset_name={asset_name} />
      </Link>
      {incident_id != null && (
        <>
          {" · "}
          <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId: incident_id }}>
            incident
          </Link>
        </>
      )}
    </>
  );
}

function Sent({ alert: { labels, unsigned } }: { alert: Alert }) {
  if (labels.test === "true") return <Badge>test</Badge>;
  return unsigned ? <Badge tone="warn">unsigned</Badge> : <Badge tone="good">signed</Badge>;
}
