/** An unresolved incident as the list of what is open shows it, and how urgent it is. */
import type { Schemas, Severity } from "~/api/types";

/** A line as the server tells it. */
export type Told = Schemas["IncidentLine"];

export interface Line extends Told {
  /** How urgent it is but for its age, which lowers it by a point an hour and by ten at most. */
  weight: number;
  /** Whether it is over since the list was made. */
  over: boolean;
}

const BASE: Record<Severity, number> = { low: 10, medium: 30, high: 60, critical: 90 };
const HOUR = 3_600_000;

function agePoints(createdAt: string, now: number): number {
  return Math.min(Math.max((now - Date.parse(createdAt)) / HOUR, 0), 10);
}

function countPoints(alerts: number): number {
  return Math.min(2 * alerts, 20);
}

export function lineOf(told: Told, now: number): Line {
  return { ...told, weight: told.priority_score + agePoints(told.created_at, now), over: false };
}

/** Higher is more urgent. */
export function urgency(line: Line, now: number): number {
  return line.weight - agePoints(line.created_at, now);
}

/** With other counts: what they add to the urgency is exchanged. */
export function counted(line: Line, alertCount: number, severity: Severity): Line {
  const gained = BASE[severity] - BASE[line.severity] + countPoints(alertCount) - countPoints(line.alert_count);
  return { ...line, alert_count: alertCount, severity, weight: line.weight + gained };
}

/** Whether it is put off: by a person, or because something else explains it. */
export function isQuiet(line: Line, now: number): boolean {
  return line.suppressed || (line.snoozed_until != null && Date.parse(line.snoozed_until) > now);
}

/** The clock that runs out first, where one runs. */
export function nextClock(line: Pick<Told, "clocks">) {
  const running = line.clocks.filter((clock) => clock.stopped_at == null);
  return running.reduce<(typeof running)[number] | undefined>(
    (first, clock) => (first === undefined || clock.due_at < first.due_at ? clock : first),
    undefined,
  );
}
