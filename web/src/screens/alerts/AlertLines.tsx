import { Link } from "@tanstack/react-router";
import type { Alert } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { LongTable } from "~/ui/LongTable";
import { SeverityMark } from "~/ui/Severity";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Trouble } from "~/ui/Trouble";
import { STATES } from "./states";

/** Alerts one below the other, each with the way to it and to its incident. */
export function AlertLines({ items }: { items: Alert[] }) {
  return (
    <LongTable<Alert>
      caption="Alerts"
      items={items}
      keyOf={({ alert_id }) => alert_id}
      columns={[
        { name: "Received", width: "7rem", cell: ({ received_at }) => <Time at={received_at} className="whitespace-nowrap text-soft" /> },
        { name: "Severity", width: "7rem", cell: ({ severity }) => <SeverityMark severity={severity} /> },
        {
          name: "Alert",
          width: "auto",
          cell: ({ company_id, alert_id, signature, asset_name, message }) => (
            <>
              <Link className="text" to="/alerts/$companyId/$alertId" params={{ companyId: company_id, alertId: alert_id }}>
                <Trouble signature={signature} asset_name={asset_name} />
              </Link>
              <Text className="line-clamp-2 text-soft">{message}</Text>
            </>
          ),
        },
        { name: "Says", width: "6rem", cell: ({ status }) => <span className={status === "resolved" ? "text-good" : ""}>{status}</span> },
        { name: "From", width: "9.5rem", cell: ({ tool_source }) => <Text className="text-soft">{tool_source ?? "no tool named"}</Text> },
        { name: "Where it is", width: "9rem", cell: (alert) => <Place alert={alert} /> },
      ]}
    />
  );
}

function Place({ alert: { state, company_id: companyId, incident_id: incidentId } }: { alert: Alert }) {
  return (
    <span className="flex flex-wrap gap-x-2">
      {(state !== "placed" || incidentId == null) && <Badge tone={STATES[state].tone}>{STATES[state].name}</Badge>}
      {incidentId != null && (
        <Link className="text whitespace-nowrap" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId }}>
          its incident
        </Link>
      )}
    </span>
  );
}
