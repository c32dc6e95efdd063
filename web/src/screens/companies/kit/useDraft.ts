import { useState } from "react";
import { same } from "./same";

export interface Draft<T> {
  value: T;
  /** Whether it is otherwise than what is saved. */
  dirty: boolean;
  set: (value: T) => void;
  /** Changes some of it. */
  change: (part: Partial<T>) => void;
  /** Goes back to what is saved. */
  reset: () => void;
}

/** Settings while somebody changes them: what is saved, until something is typed; then what was typed, until it is saved or put away. */
export function useDraft<T>(saved: T): Draft<T> {
  const [draft, setDraft] = useState<{ value: T } | null>(null);
  const value = draft === null ? saved : draft.value;
  const set = (next: T) => setDraft({ value: next });
  return {
    value,
    dirty: draft !== null && !same(draft.value, saved),
    set,
    change: (part) => set({ ...value, ...part }),
    reset: () => setDraft(null),
  };
}
