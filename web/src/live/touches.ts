/** Which of the questions that a page has asked have another answer since something happened. */

export interface Touched {
  kind: string;
  company_id: string;
  subject: string;
  data?: Record<string, unknown>;
}

interface Asked {
  params?: { path?: Record<string, unknown>; query?: Record<string, unknown> };
}

/** Areas whose answers a kind of entry changes, by the beginning of its name. */
const AREAS: [kind: string, paths: string[]][] = [
  ["approval.", ["/api/approvals", "/api/incidents/{incident_id}"]],
  ["run.", ["/api/incidents/{incident_id}", "/api/approvals"]],
  ["decision.", ["/api/incidents/{incident_id}", "/api/agent/decisions/{incident_id}"]],
  ["incident.", ["/api/incidents/{incident_id}"]],
  ["memory.", ["/api/memory", "/api/incidents/{incident_id}/memory"]],
  ["runbook.", ["/api/runbooks"]],
  ["company.", ["/api/companies"]],
  ["key.", ["/api/companies"]],
  ["source.", ["/api/companies/{company_id}/sources"]],
  ["channel.", ["/api/companies/{company_id}/channels"]],
  ["heartbeat.", ["/api/companies/{company_id}/heartbeats"]],
  ["notification.", ["/api/companies/{company_id}/deliveries"]],
  ["user.", ["/api/users", "/api/companies/{company_id}/members"]],
];

/** Whether a question (`[method, path, {params}]`) has another answer now. */
export function touches(entry: Touched, [, path, init]: readonly unknown[]): boolean {
  if (typeof path !== "string") return false;
  const area = AREAS.find(([kind]) => entry.kind.startsWith(kind));
  if (area === undefined || !area[1].some((prefix) => path.startsWith(prefix))) return false;
  const { path: places = {}, query = {} } = (init as Asked | undefined)?.params ?? {};
  const company = places.company_id ?? query.company_id;
  if (company !== undefined && company !== entry.company_id) return false;
  const incident = places.incident_id;
  return incident === undefined || incident === entry.subject || incident === entry.data?.incident_id;
}
