/** What was shown once, for as long as the page lives: in memory alone, and gone with the session. */
import { useSyncExternalStore } from "react";
import { session } from "~/session/session";

export interface Fresh {
  /** A key that signs, or that may do both. */
  key?: string;
  secret?: string;
  /** A key that may send unsigned. */
  unsignedKey?: string;
}

const NONE: Fresh = {};
let kept = new Map<string, Fresh>();
const listeners = new Set<() => void>();

function change(next: Map<string, Fresh>): void {
  kept = next;
  for (const listener of listeners) listener();
}

session.subscribe(() => {
  if (session.get().kind === "out" && kept.size > 0) change(new Map());
});

/** Keeps what a company was just given, beside what there is of it. */
export function keep(companyId: string, fresh: Fresh): void {
  change(new Map(kept).set(companyId, { ...kept.get(companyId), ...fresh }));
}

export function forget(companyId: string): void {
  const next = new Map(kept);
  next.delete(companyId);
  change(next);
}

export function useFresh(companyId: string): Fresh {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => kept,
  );
  return all.get(companyId) ?? NONE;
}
