import { api } from "~/api/client";

/** The journal that belongs to no company. */
export const PLATFORM = "platform";

/** How long names are good, in milliseconds. */
const NAMES = 5 * 60_000;

/** Who an actor of a journal is, in a name: a person, or else what he is called there: a key, a part of the platform. */
export function useWho(companyId: string): (actor: string) => string {
  const ofAll = companyId === PLATFORM;
  const params = { path: { company_id: companyId } };
  const members = api.useQuery("get", "/api/companies/{company_id}/members", { params }, { staleTime: NAMES, enabled: !ofAll });
  const users = api.useQuery("get", "/api/users", {}, { staleTime: NAMES, enabled: ofAll });
  const people = (ofAll ? users.data : members.data)?.items ?? [];
  return (actor) => {
    const person = people.find(({ user_id }) => user_id === actor);
    return person === undefined ? actor : person.name || person.email;
  };
}
