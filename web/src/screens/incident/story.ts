/** An incident's timeline as a story: alerts that follow each other are one line, entries are told in words. */
import type { Alert, JournalEntry, Schemas, Severity } from "~/api/types";

type Item = Schemas["TimelineItem"];

export type Chapter =
  | { kind: "alerts"; key: string; alerts: Alert[]; from: string; until: string; gravest: Severity }
  | { kind: "entry"; key: string; entry: JournalEntry };

const GRAVITY: Record<Severity, number> = { low: 0, medium: 1, high: 2, critical: 3 };

export function chapters(items: readonly Item[]): Chapter[] {
  const told: Chapter[] = [];
  for (const item of items) {
    if (!("alert" in item)) {
      told.push({ kind: "entry", key: item.id, entry: item });
      continue;
    }
    const { alert, at } = item;
    const last = told.at(-1);
    if (last?.kind === "alerts") {
      last.alerts.push(alert);
      last.until = at;
      if (GRAVITY[alert.severity] > GRAVITY[last.gravest]) last.gravest = alert.severity;
    } else {
      told.push({ kind: "alerts", key: alert.alert_id, alerts: [alert], from: at, until: at, gravest: alert.severity });
    }
  }
  return told;
}

/** What an entry says, in words; its name where there are none for it. */
export function words({ kind, data }: JournalEntry): string {
  const of = data as Record<string, unknown>;
  const text = (name: string) => (typeof of[name] === "string" ? of[name] : "");
  switch (kind) {
    case "incident.opened":
      return "opened";
    case "incident.resolved":
      return text("by") === "" ? "resolved" : `resolved by ${text("by")}`;
    case "decision.made":
      return `decided: ${text("recommendation")} (${Math.round(Number(of.confidence ?? 0) * 100)} %, ${text("engine")})`;
    case "approval.requested":
      return `asked for consent to ${text("runbook") || text("runbook_id")}`;
    case "approval.decided":
      return `consent ${text("status") || text("decision") || "decided"}`;
    case "run.started":
      return `began to run ${text("runbook") || text("runbook_id")}`;
    case "run.sent":
      return `sent ${text("runbook") || "it"} to the machines`;
    case "run.ended":
      return `run ${text("status").replaceAll("_", " ") || "ended"}`;
    case "incident.changed":
      return changed(of);
    default: {
      const what = [kind.replace(".", " ").replaceAll("_", " "), text("runbook")].join(" ").trim();
      return text("why") === "" ? what : `${what}: ${text("why")}`;
    }
  }
}

/** What has changed of an incident: each thing by its name. */
function changed(of: Record<string, unknown>): string {
  if (typeof of.note === "string") return `noted: ${of.note}`;
  const named = Object.entries(of).filter(([name]) => name !== "from" && name !== "by");
  return named.map(([name, value]) => `${name.replaceAll("_", " ")}: ${plain(value)}`).join(", ") || "changed";
}

function plain(value: unknown): string {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (value === null) return "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
