import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { follow } from "~/api/stream";
import type { Incident } from "~/api/types";
import { noteFailure } from "~/ui/toast";

/** What is said while a decision is made: its lines so far, as they come. */
export interface Deciding {
  lines: string[];
  busy: boolean;
  ask: () => void;
}

/** Asks for a decision, and hears it being made. */
export function useDeciding({ company_id, incident_id }: Incident): Deciding {
  const [lines, setLines] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const queries = useQueryClient();
  const gone = useRef(new AbortController());
  useEffect(() => {
    gone.current = new AbortController();
    return () => gone.current.abort();
  }, []);

  const ask = useCallback(() => {
    setBusy(true);
    setLines([]);
    const body = JSON.stringify({ company_id, incident_id, stream: true });
    const { signal } = gone.current;
    follow("/api/agent/decide", { method: "POST", body, signal }, ({ event, data }) => {
      if (event === undefined) setLines((before) => [...before, JSON.parse(data) as string].slice(-50));
    })
      .catch((error: unknown) => !signal.aborted && noteFailure(error))
      .finally(() => {
        if (signal.aborted) return;
        setBusy(false);
        void queries.invalidateQueries({ queryKey: ["get", "/api/incidents/{incident_id}"] });
        void queries.invalidateQueries({ queryKey: ["get", "/api/agent/decisions/{incident_id}"] });
      });
  }, [company_id, incident_id, queries]);
  return { lines, busy, ask };
}
