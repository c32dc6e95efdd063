import { api } from "~/api/client";

/** Who an actor of the journal is, in a name: a person of the company, a key, or a part of the platform. */
export function useWho(companyId: string): (actor: string) => string {
  const { data } = api.useQuery(
    "get",
    "/api/companies/{company_id}/members",
    { params: { path: { company_id: companyId } } },
    { staleTime: 5 * 60_000 },
  );
  return (actor) => {
    const member = data?.items.find((member) => member.user_id === actor);
    return member === undefined ? actor : member.name || member.email;
  };
}
