/** What a month came to, in the words that the report has for it. */
import type { Approval, Incident, Schemas, Severity } from "~/api/types";
import { endedBy } from "~/screens/incidents/ending";
import { FIGURES, type Change, type Step, change, worth } from "~/screens/numbers/figures";
import { span } from "~/ui/time";
import type { Month } from "./month";

/** The first few of a longer list. */
export interface Cut<T> {
  items: T[];
  total: number;
}

export interface IncidentLine {
  id: string;
  what: string;
  severity: Severity;
  opened: string;
  alerts: number;
  end: string;
}

export interface ApprovalLine {
  id: string;
  what: string;
  risk: string;
  asked: string;
  answer: string;
  by: string;
}

export interface Model {
  company: string;
  month: Month;
  madeAt: string;
  figures: { name: string; means: string; now: string; before: string; change: Change | null }[];
  counts: { name: string; now: number; before: number }[];
  days: Step[];
  gravest: Cut<IncidentLine>;
  healed: Cut<IncidentLine>;
  approvals: Cut<ApprovalLine>;
  /** Whether there was more than could be looked through. */
  isPartial: boolean;
}

export interface Found {
  company: string;
  month: Month;
  now: Schemas["KpiPeriod"];
  before: Schemas["KpiPeriod"];
  days: Step[];
  incidents: Incident[];
  approvals: Approval[];
  isPartial: boolean;
  madeAt: string;
  who: (actor: string) => string;
}

/** Lines of a list. */
export const LINES = 15;

const GRAVITY: Record<Severity, number> = { critical: 4, high: 3, medium: 2, low: 1 };
const COUNTS: [key: keyof Schemas["KpiCounts"], name: string][] = [
  ["alerts", "Alerts"],
  ["incidents", "Incidents"],
  ["acknowledged", "Acknowledged"],
  ["resolved", "Resolved"],
  ["self_healed", "Healed by a run alone"],
];

const cut = <T>(items: T[]): Cut<T> => ({ items: items.slice(0, LINES), total: items.length });

export function modelOf(found: Found): Model {
  const { company, month, now, before, days, isPartial, madeAt, who } = found;
  const isWithin = ({ created_at }: { created_at: string }) => created_at >= month.since && created_at < month.until;
  const incidents = found.incidents.filter((incident) => isWithin(incident) && incident.merged_into == null);
  const gravest = incidents.toSorted((one, other) => GRAVITY[other.severity] - GRAVITY[one.severity] || other.alert_count - one.alert_count);
  const line = (incident: Incident) => lineOf(incident, who);
  return {
    company,
    month,
    madeAt,
    figures: FIGURES.map((figure) => ({
      name: figure.name,
      means: figure.means,
      now: worth(figure, now[figure.key]),
      before: worth(figure, before[figure.key]),
      change: change(figure, now[figure.key], before[figure.key]),
    })),
    counts: COUNTS.map(([key, name]) => ({ name, now: now.counts[key], before: before.counts[key] })),
    days,
    gravest: cut(gravest.map(line)),
    healed: cut(incidents.filter(({ resolved_by }) => resolved_by?.startsWith("run-")).map(line)),
    approvals: cut(found.approvals.filter(isWithin).map((approval) => approvalOf(approval, who))),
    isPartial,
  };
}

function lineOf(incident: Incident, who: Found["who"]): IncidentLine {
  const { incident_id, signature, asset_name, severity, created_at, resolved_at, resolved_by, alert_count, status } = incident;
  const lasted = resolved_at == null ? "" : `after ${span(Date.parse(resolved_at) - Date.parse(created_at))}`;
  return {
    id: incident_id,
    what: `${signature} on ${asset_name}`,
    severity,
    opened: moment(created_at),
    alerts: alert_count,
    end: resolved_at == null ? `not over: ${status.replaceAll("_", " ")}` : `${lasted}: ${endedBy(resolved_by, who)}`,
  };
}

function approvalOf(approval: Approval, who: Found["who"]): ApprovalLine {
  const { approval_id, title, runbook, targets, risk_level, created_at, status, decided_by } = approval;
  return {
    id: approval_id,
    what: `${title ?? runbook}, ${targets.length} machine${targets.length === 1 ? "" : "s"}`,
    risk: risk_level,
    asked: moment(created_at),
    // What was approved and has then been run is `consumed`.
    answer: status === "consumed" ? "approved, run" : status,
    by: decided_by.map(({ by }) => who(by)).join(", ") || "nobody",
  };
}

const MOMENT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** Day and minute in UTC, for readers wherever they are. */
export function moment(at: string): string {
  return MOMENT.format(new Date(at));
}
