import { useCallback, useEffect, useRef, useState } from "react";
import type { BoardState } from "~/board/board";
import { board } from "~/board/board";
import { type Wanted, ordered, waiting } from "~/board/order";

/** How often the order is made anew, or what waits is counted, at most: in milliseconds. */
const PACE = 1500;

interface Order {
  ids: string[];
  /** Incidents that are wanted and not shown yet. */
  unseen: number;
  /** Makes the order anew. */
  renew: () => void;
}

/** The order that is shown. It stands still while somebody is at the list (`held`): then what is new is counted. */
export function useOrder(state: BoardState, wanted: Wanted, held: boolean): Order {
  const [{ ids, unseen }, setOrder] = useState(() => ({ ids: ordered(state.lines.values(), wanted, Date.now()), unseen: 0 }));
  const latest = useRef({ state, wanted, held });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    latest.current = { state, wanted, held };
  });

  const renew = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const { state, wanted } = latest.current;
    const best = ordered(state.lines.values(), wanted, Date.now());
    board.sweep(new Set(best));
    setOrder({ ids: best, unseen: 0 });
  }, []);

  const look = useCallback(() => {
    timer.current = undefined;
    const { state, wanted, held } = latest.current;
    if (!held) renew();
    else setOrder(({ ids }) => ({ ids, unseen: waiting(ids, ordered(state.lines.values(), wanted, Date.now())) }));
  }, [renew]);

  // Another question is another list.
  const question = JSON.stringify(wanted);
  useEffect(renew, [question, state.filled, renew]);
  useEffect(() => {
    timer.current ??= setTimeout(look, PACE);
  }, [state.version, held, look]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { ids, unseen, renew };
}
