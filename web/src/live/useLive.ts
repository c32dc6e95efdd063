import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { type Frame, isEntry } from "./frames";
import { live } from "./live";
import { type Touched, touches } from "./touches";

export function useConnection() {
  return useSyncExternalStore(live.subscribe, live.get);
}

/** Hears what happens, as long as the component is shown. */
export function useFrames(hear: (frames: Frame[]) => void): void {
  useEffect(() => live.onFrames(hear), [hear]);
}

/** How often what is shown is asked for again because of what has happened, at most: in milliseconds. */
const PACE = 1000;

/** Asks again for what is shown and has changed, and for what could not be asked for while there was no connection. */
export function useFreshQueries(): void {
  const queries = useQueryClient();
  const connection = useConnection();
  useEffect(() => {
    if (connection === "live") void queries.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
  }, [connection, queries]);
  useEffect(() => {
    let touched: Touched[] = [];
    let all = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      timer = undefined;
      const [now, everything] = [touched, all];
      [touched, all] = [[], false];
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => everything || now.some((one) => touches(one, queryKey)),
      });
    };
    const off = live.onFrames((frames) => {
      for (const frame of frames) {
        if (frame.event === "reset") all = true;
        else if (isEntry(frame) && touched.length < 1000) touched.push(frame.data);
      }
      if (touched.length > 0 || all) timer ??= setTimeout(ask, PACE);
    });
    return () => {
      off();
      clearTimeout(timer);
    };
  }, [queries]);
}
