import { useState } from "react";
import { same } from "./same";

export interface Draft<T> {
  value: T;
  /** Whether it is otherwise than what is saved. */
  dirty: boolean;
  /** Whether something else was saved since it was begun. */
  overtaken: boolean;
  set: (value: T) => void;
  /** Changes some of it. */
  change: (part: Partial<T>) => void;
  /** Goes back to what is saved. */
  reset: () => void;
}

/** Settings while somebody changes them: what is saved, until something is typed; then what was typed, until it is saved or put away. */
export function useDraft<T>(saved: T): Draft<T> {
  const [draft, setDraft] = useState<{ value: T; from: T } | null>(null);
  const value = draft === null ? saved : draft.value;
  const dirty = draft !== null && !same(draft.value, saved);
  const set = (next: T) => setDraft({ value: next, from: draft === null ? saved : draft.from });
  return {
    value,
    dirty,
    overtaken: dirty && !same(draft.from, saved),
    set,
    change: (part) => set({ ...value, ...part }),
    reset: () => setDraft(null),
  };
}
