import { useQueryClient } from "@tanstack/react-query";
import { board } from "~/board/board";
import type { Incident } from "~/api/types";
import { note, noteFailure } from "~/ui/toast";

/** What is done with the answer of an act: it is shown at once, everywhere. */
export function useAct(): (words: string, done?: () => void) => {
  onSuccess: (incident: Incident) => void;
  onError: (error: unknown) => void;
} {
  const queries = useQueryClient();
  return (words, done) => ({
    onSuccess: (incident) => {
      board.tell(incident);
      void queries.invalidateQueries({
        predicate: ({ queryKey: [, path, init] }) =>
          String(path).startsWith("/api/incidents/{incident_id}") &&
          JSON.stringify(init).includes(incident.incident_id),
      });
      note(words);
      done?.();
    },
    onError: noteFailure,
  });
}
