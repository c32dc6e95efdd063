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
