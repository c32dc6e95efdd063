import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Problem } from "~/api/types";
import { FirstSteps } from "~/session/FirstSteps";
import { Login } from "~/session/Login";
import { session } from "~/session/session";
import { useSession } from "~/session/useSession";
import { Failure, Loading } from "~/ui/States";
import { Notes } from "~/ui/toast";
import { router } from "./router";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays one; what could not be asked for is asked for again.
      retry: (tries, error) => tries < 2 && ((error as Partial<Problem>).status ?? 0) === 0,
    },
  },
});

export function App() {
  const state = useSession();
  const [failure, setFailure] = useState<unknown>(null);
  const begin = () => {
    setFailure(null);
    session.begin().catch(setFailure);
  };
  useEffect(begin, []);
  // Nothing that one person has seen is there for the next.
  useEffect(() => {
    if (state.kind === "out") queries.clear();
  }, [state.kind]);
  return (
    <QueryClientProvider client={queries}>
      {state.kind === "unknown" && (failure === null ? <Loading /> : <Failure error={failure} again={begin} />)}
      {state.kind === "out" && <Login why={state.why} />}
      {state.kind === "in" && state.firstDo !== null && <FirstSteps first={state.firstDo} email={state.user.email} />}
      {state.kind === "in" && state.firstDo === null && <RouterProvider router={router} />}
      <Notes />
    </QueryClientProvider>
  );
}
