/** Which incidents are looked for, as the page's address says it. */
import { type IncidentStatus, SEVERITIES, type Severity } from "~/api/types";

export interface Wanted {
  status?: IncidentStatus | undefined;
  severity?: Severity | undefined;
  signature?: string | undefined;
  since?: string | undefined;
}

export const STATUSES = ["new", "in_progress", "escalated", "resolved"] as const satisfies readonly IncidentStatus[];

/** What of an address counts: a word that the server does not know finds everything rather than nothing. */
export function wantedOf(search: Record<string, unknown>): Wanted {
  const { status, severity, signature, since } = search;
  return {
    status: STATUSES.find((known) => known === status),
    severity: SEVERITIES.find((known) => known === severity),
    signature: typeof signature === "string" && signature !== "" ? signature : undefined,
    since: typeof since === "string" && since !== "" ? since : undefined,
  };
}

export function isFiltered(wanted: Wanted): boolean {
  return Object.values(wanted).some((value) => value !== undefined);
}
