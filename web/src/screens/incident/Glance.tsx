import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCompanyName } from "~/app/scope";
import { useWho } from "~/app/useWho";
import type { Incident, IncidentClock } from "~/api/types";
import { endedBy } from "~/screens/incidents/ending";
import { Badge, worded } from "~/ui/Badge";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { useNow } from "~/ui/useNow";
import { standing } from "./sla";

const URGENCY =
  "The higher, the sooner it wants somebody: 10 to 90 for its severity, 2 for each alert up to 20, 10 where two tools tell of it, 20 where its asset is critical, 1 less for each hour up to 10.";

/** What there is to know at one look. */
export function Glance({ incident }: { incident: Incident }) {
  const nameOf = useCompanyName();
  const who = useWho(incident.company_id);
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 rounded-lg border border-line bg-surface px-3 py-2 sm:grid-cols-4 xl:grid-cols-8">
      <Item name="Status">
        <Status incident={incident} />
      </Item>
      <Item name="Company">
        <Text>{nameOf(incident.company_id)}</Text>
      </Item>
      <Item name="Assigned to">
        <Text>{incident.assigned_to == null ? "nobody" : who(incident.assigned_to)}</Text>
      </Item>
      <Item name="Acknowledged">
        {incident.acknowledged_at == null ? "not yet" : <Time at={incident.acknowledged_at} />}
        {incident.acknowledged_by != null && (
          <span className="text-soft">
            {" "}
            by <Text>{who(incident.acknowledged_by)}</Text>
          </span>
        )}
      </Item>
      <Item name="Alerts">
        <Link className="text tabular-nums" to="/alerts" search={{ company: incident.company_id, incident_id: incident.incident_id } as object}>
          {incident.alert_count.toLocaleString()}
        </Link>
        <span className="text-soft"> from {incident.tool_sources.join(", ") || "no tool named"}</span>
      </Item>
      <Item name="Urgency">
        <span title={URGENCY}>
          {Math.round(incident.priority_score)} <span className="text-soft">by severity, alerts, asset, age</span>
        </span>
      </Item>
      <Item name={incident.resolved_at == null ? "Opened" : "Resolved"}>
        <Time at={incident.resolved_at ?? incident.created_at} />
        {incident.resolved_by != null && <Text className="text-soft">{`, ${endedBy(incident.resolved_by, who)}`}</Text>}
      </Item>
      <Item name="SLA">
        <Sla clocks={incident.clocks} />
      </Item>
    </dl>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Sla({ clocks }: { clocks: IncidentClock[] }) {
  const words = standing(clocks, useNow());
  return <span className={words.startsWith("Breached") ? "font-semibold text-bad" : "text-soft"}>{words}</span>;
}

function Status({ incident }: { incident: Incident }) {
  const { status, phase, snoozed_until, flapping, suppressed_by, merged_into } = incident;
  const tone = status === "escalated" ? "bad" : status === "resolved" ? "good" : status === "new" ? "warn" : "accent";
  return (
    <span className="flex flex-wrap gap-1">
      <Badge tone={tone}>{worded(status)}</Badge>
      {status !== "resolved" && phase !== "open" && <Badge>{worded(phase)}</Badge>}
      {flapping && <Badge tone="warn">flapping</Badge>}
      {suppressed_by.length > 0 && <Badge>suppressed</Badge>}
      {merged_into != null && <Badge>merged</Badge>}
      {snoozed_until != null && Date.parse(snoozed_until) > Date.now() && (
        <Badge>
          snoozed, ends <Time at={snoozed_until} />
        </Badge>
      )}
    </span>
  );
}
