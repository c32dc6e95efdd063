import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { BoardState } from "~/board/board";
import { board } from "~/board/board";
import { type Wanted, ordered, waiting } from "~/board/order";

/** How often the order is made anew where nobody is at the list, at most, in milliseconds. */
const PACE = 1500;

interface Order {
  ids: string[];
  /** Incidents that are wanted and not shown yet. */
  unseen: number;
  /** Makes the order anew. */
  renew: () => void;
}

/** The order that is shown. It stands still while somebody is at the list (`held`). */
export function useOrder(state: BoardState, wanted: Wanted, held: boolean): Order {
  const [ids, setIds] = useState<string[]>([]);
  const latest = useRef({ state, wanted });
  latest.current = { state, wanted };
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const renew = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const { state, wanted } = latest.current;
    const next = ordered(state.lines.values(), wanted, Date.now());
    board.sweep(new Set(next));
    setIds(next);
  }, []);

  // Another question is another list.
  const question = JSON.stringify(wanted);
  useEffect(renew, [question, state.filled, renew]);
  useEffect(() => {
    if (!held) timer.current ??= setTimeout(renew, PACE);
    else {
      clearTimeout(timer.current);
      timer.current = undefined;
    }
  }, [state.version, held, renew]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const unseen = useMemo(
    () => (held ? waiting(ids, ordered(state.lines.values(), wanted, Date.now())) : 0),
    // eslint-disable-next-line -- `wanted` is known by `question`, the lines by their version.
    [held, ids, state.version, question],
  );
  return { ids, unseen, renew };
}
