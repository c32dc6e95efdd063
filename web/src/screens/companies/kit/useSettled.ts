import { useQueryClient } from "@tanstack/react-query";
import { note } from "~/ui/toast";

/** What follows a change of a company: what is shown of it is asked for again, and it is told what was done. */
export function useSettled(): (words: string, done?: () => void) => { onSuccess: () => Promise<void> } {
  const queries = useQueryClient();
  return (words, done) => ({
    onSuccess: async () => {
      await queries.invalidateQueries({ predicate: ({ queryKey: [, path] }) => String(path).startsWith("/api/companies") });
      done?.();
      note(words);
    },
  });
}
