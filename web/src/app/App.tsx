import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import type { Problem } from "~/api/types";
import { FirstSteps } from "~/session/FirstSteps";
import { Login } from "~/session/Login";
import { session } from "~/session/session";
import { useSession } from "~/session/useSession";
import { Failure, Loading } from "~/ui/States";
import { Notes } from "~/ui/toast";
import { router } from "./router";

/** What has been asked for, of one person. */
const asked = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays one; what could not be asked for is asked for again.
        retry: (tries, error) => tries < 2 && isAway((error as Partial<Problem>).status ?? 0),
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
  const person = state.kind === "in" ? state.user.user_id : null;
  return (
    <OfOne key={person}>
      {state.kind === "unknown" && (failure === null ? <Loading /> : <Failure error={failure} again={begin} />)}
      {state.kind === "out" && <Login why={state.why} />}
      {state.kind === "in" && state.firstDo !== null && <FirstSteps first={state.firstDo} email={state.user.email} />}
      {state.kind === "in" && state.firstDo === null && <RouterProvider router={router} />}
      <Notes />
    </OfOne>
  );
}

/** Whether nobody has answered, or only who stands before the server. */
const isAway = (status: number) => status === 0 || (status >= 502 && status <= 504);

/** Nothing that one person has seen is there for the next. */
function OfOne({ children }: { children: ReactNode }) {
  const [queries] = useState(asked);
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}
