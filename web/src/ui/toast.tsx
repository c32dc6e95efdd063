import * as Radix from "@radix-ui/react-toast";
import { useSyncExternalStore } from "react";
import { said } from "~/api/client";

interface Note {
  id: number;
  text: string;
  bad: boolean;
}

let notes: Note[] = [];
let next = 0;
const listeners = new Set<() => void>();
/** Notes that are shown at once, at most. */
const NOTES = 4;

function change(to: Note[]): void {
  notes = to;
  for (const listener of listeners) listener();
}

/** Tells that something was done, or was not. */
export function note(text: string, bad = false): void {
  change([...notes, { id: next++, text, bad }].slice(-NOTES));
}

export function noteFailure(error: unknown): void {
  note(said(error), true);
}

export function Notes() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notes,
  );
  return (
    <Radix.Provider duration={6000} swipeDirection="right">
      {shown.map(({ id, text, bad }) => (
        <Radix.Root
          key={id}
          type={bad ? "foreground" : "background"}
          duration={bad ? 12_000 : 5000}
          onOpenChange={(open) => !open && change(notes.filter((note) => note.id !== id))}
          className={`flex items-start gap-3 rounded-md border bg-surface p-3 shadow-lg ${bad ? "border-bad" : "border-line"}`}
        >
          <Radix.Description className={`flex-1 [overflow-wrap:anywhere] ${bad ? "text-bad" : ""}`}>{text}</Radix.Description>
          <Radix.Close aria-label="Put away">✕</Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-3 bottom-3 z-50 flex w-[min(26rem,calc(100vw-1.5rem))] flex-col gap-2" />
    </Radix.Provider>
  );
}
