import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useScope } from "~/app/scope";
import { useShortcuts } from "~/app/useShortcuts";
import { board } from "~/board/board";
import type { Line } from "~/board/line";
import { useCan, usePerson } from "~/session/useSession";
import { Button, Key } from "~/ui/Button";
import { Page } from "~/ui/Page";
import { Empty, Failure, Loading } from "~/ui/States";
import { Filters } from "./Filters";
import { IncidentList, type ListHandle } from "./IncidentList";
import { Pulse } from "./Pulse";
import { isFiltered, wantedOf } from "./asked";
import { keepPlace, placeOf } from "./place";
import { useActing } from "./useActing";
import { useAsked } from "./useAsked";
import { useOrder } from "./useOrder";

/** What is open now, the most urgent first. */
export function Now() {
  const state = useSyncExternalStore(board.subscribe, board.get);
  const scope = useScope();
  const navigate = useNavigate();
  const can = useCan();
  const { email } = usePerson();
  const [filters, setFilters] = useAsked();
  const [held, setHeld] = useState(false);
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? "" });
  const [start] = useState(() => placeOf(entry));
  const [selected, setSelected] = useState<string | null>(start?.selected ?? null);
  const acting = useActing();
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<ListHandle>(null);
  // What is typed is seen at once; what it finds, as soon as there is time.
  const asked = useDeferredValue(filters);
  const wanted = useMemo(() => wantedOf(asked, scope, email), [asked, scope, email]);
  const { ids, unseen, renew } = useOrder(state, wanted, held || acting.asking);

  const go = useCallback(
    (companyId: string, incidentId: string) => {
      keepPlace(entry, { selected: incidentId, offset: list.current?.offset() ?? 0 });
      void navigate({ to: "/incidents/$companyId/$incidentId", params: { companyId, incidentId } });
    },
    [navigate, entry],
  );
  const line = selected === null ? undefined : state.lines.get(selected);
  const withLine = (act: (chosen: Line) => void) => () => {
    if (line !== undefined && !line.over && can("act")) act(line);
  };
  const move = (by: number) => {
    const place = selected === null ? -1 : ids.indexOf(selected);
    const next = ids[Math.min(Math.max(place + by, 0), ids.length - 1)];
    if (next !== undefined) list.current?.focus(next);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    a: withLine(acting.acknowledge),
    e: withLine((chosen) => acting.ask("escalate", chosen)),
    s: withLine((chosen) => acting.ask("snooze", chosen)),
    ".": renew,
    "/": () => search.current?.focus(),
    Enter: () => {
      if (line !== undefined) go(line.company_id, line.incident_id);
    },
  });

  return (
    <Page title="Now" tab={`${ids.length} open`} fixed>
      <Pulse scope={scope} open={ids.length} />
      <div className="flex min-h-8 flex-wrap items-center gap-2">
        <Filters ref={search} value={filters} onChange={setFilters} />
        <span className="flex-1" />
        <span role="status" className="text-soft tabular-nums">
          {state.filling && !state.filled ? "" : `${ids.length.toLocaleString()} open${state.more ? ", and more" : ""}`}
        </span>
        <Button kind={unseen === 0 ? "plain" : "primary"} onClick={renew} disabled={unseen === 0} aria-label={`Show ${unseen} new incidents`}>
          <span className="tabular-nums">{unseen} new</span> <Key>.</Key>
        </Button>
      </div>
      {state.error != null && !state.filled ? (
        <Failure error={state.error} again={() => void board.fill()} />
      ) : !state.filled ? (
        <Loading what="Loading what is open" />
      ) : ids.length === 0 ? (
        <NothingOpen filtered={isFiltered(filters)} />
      ) : (
        <IncidentList
          ref={list}
          ids={ids}
          lines={state.lines}
          start={start}
          selected={selected}
          onSelect={setSelected}
          onHeld={setHeld}
          onOpen={go}
          withCompany={scope === null}
        />
      )}
      {acting.question}
    </Page>
  );
}

function NothingOpen({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty title="Nothing that is open is like that">Other words or another severity may find it.</Empty>
  ) : (
    <Empty title="Nothing is open">All is quiet. What opens shows here by itself.</Empty>
  );
}
