import { api } from "~/api/client";
import { board } from "~/board/board";
import type { Approval } from "~/api/types";

/** What an approval's incident is about: as the list of what is open has it, else as the server does; nothing until that is known. */
export function useIncidentOf({ incident_id, company_id }: Approval): { signature: string; asset_name: string } | undefined {
  const line = board.get().lines.get(incident_id);
  const params = { path: { incident_id }, query: { company_id } };
  const asked = api.useQuery("get", "/api/incidents/{incident_id}", { params }, { enabled: line === undefined });
  return line ?? asked.data;
}
