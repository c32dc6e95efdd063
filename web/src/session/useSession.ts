import { useSyncExternalStore } from "react";
import { api } from "~/api/client";
import type { Right } from "~/api/types";
import { type Person, session } from "./session";

export function useSession() {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** The person who is logged in. Only for what is shown behind the login. */
export function usePerson(): Person {
  const state = useSession();
  if (state.kind !== "in") throw new Error("nobody is logged in");
  return state.user;
}

/** Whether the person has a right anywhere: what he cannot do is not offered. The server judges for itself. */
export function useCan(): (right: Right) => boolean {
  const { role } = usePerson();
  const { data } = api.useQuery("get", "/api/system/rights", {}, { staleTime: Infinity });
  return (right) => {
    const line = data?.rights.find((line) => line.right === right);
    return line !== undefined && line[role] !== "nothing";
  };
}
