/** What every question about an incident names. */
import type { Incident } from "~/api/types";

export function of(incident: Pick<Incident, "incident_id" | "company_id">) {
  return { path: { incident_id: incident.incident_id }, query: { company_id: incident.company_id } };
}
