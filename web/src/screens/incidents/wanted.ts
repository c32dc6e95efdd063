/** Which incidents are looked for, as the page's address says it. */
import { type IncidentStatus, SEVERITIES, type Severity } from "~/api/types";

export interface Wanted {
  status?: IncidentStatus | undefined;
  severity?: Severity | undefined;
  signature?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Nothing is asked of them. */
export const ANY: Wanted = { status: undefined, severity: undefined, signature: undefined, since: undefined, until: undefined };

export const STATUSES = ["new", "in_progress", "escalated", "resolved"] as const satisfies readonly IncidentStatus[];

/** What of an address counts: a word that the server does not know finds everything rather than nothing. */
export function wantedOf(search: Record<string, unknown>): Wanted {
  const { status, severity, signature, since, until } = search;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    status: STATUSES.find((known) => known === status),
    severity: SEVERITIES.find((known) => known === severity),
    signature: text(signature),
    since: text(since),
    // It is chosen as a moment: another would stand nowhere.
    until: Number.isNaN(Date.parse(text(until) ?? "")) ? undefined : text(until),
  };
}

export function isFiltered(wanted: Wanted): boolean {
  return Object.values(wanted).some((value) => value !== undefined);
}
