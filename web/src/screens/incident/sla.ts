/** How an incident stands to its service level (SLA), in words. Pure. */
import type { IncidentClock } from "~/api/types";
import { nextClock } from "~/board/line";
import { relative } from "~/ui/time";

/** `Breach in 12 min` of the clock that runs out first; `Breached 3 min ago`; or how it went, where none runs any more. */
export function standing(clocks: IncidentClock[], now: number): string {
  const next = nextClock({ clocks });
  if (next !== undefined) return `${Date.parse(next.due_at) > now ? "Breach" : "Breached"} ${relative(next.due_at, now)} (${next.clock})`;
  if (clocks.length === 0) return "no SLA";
  return clocks.some(({ breached }) => breached) ? "Breached" : "Met";
}
