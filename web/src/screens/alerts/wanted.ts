/** Which alerts are looked for, as the page's address says it. */
import { SEVERITIES, type Schemas, type Severity } from "~/api/types";
import { STATES } from "./states";

export interface Wanted {
  state?: Schemas["AlertState"] | undefined;
  severity?: Severity | undefined;
  since?: string | undefined;
  incident_id?: string | undefined;
}

/** Nothing is asked of them. */
export const ANY: Wanted = { state: undefined, severity: undefined, since: undefined, incident_id: undefined };

/** What of an address counts: a word that the server does not know finds everything rather than nothing. */
export function wantedOf({ state, severity, since, incident_id }: Record<string, unknown>): Wanted {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    state: typeof state === "string" && Object.hasOwn(STATES, state) ? (state as Wanted["state"]) : undefined,
    severity: SEVERITIES.find((known) => known === severity),
    since: text(since),
    incident_id: text(incident_id),
  };
}

export function isFiltered(wanted: Wanted): boolean {
  return Object.values(wanted).some((value) => value !== undefined);
}
