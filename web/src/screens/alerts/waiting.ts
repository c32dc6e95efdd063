/** How many alerts have come since a list was read. */
import { useCallback, useEffect, useState } from "react";
import type { Severity } from "~/api/types";
import type { AcceptedNow, Frame } from "~/live/frames";
import { useFrames } from "~/live/useLive";

/** How many of a company's alerts frames tell of: of one severity where that is given. */
export function accepted(frames: readonly Frame[], companyId: string, severity: Severity | undefined): number {
  return frames
    .filter(({ event }) => event === "alert.accepted")
    .map(({ data }) => data as AcceptedNow)
    .filter(({ company_id }) => company_id === companyId)
    .reduce((sum, { data: { count, by_severity } }) => sum + (severity === undefined ? count : (by_severity[severity] ?? 0)), 0);
}

/** The count, and what begins it anew. */
export function useWaiting(companyId: string, severity: Severity | undefined): [number, () => void] {
  const [count, setCount] = useState(0);
  useEffect(() => setCount(0), [companyId, severity]);
  const hear = useCallback(
    (frames: Frame[]) => {
      const more = accepted(frames, companyId, severity);
      if (more > 0) setCount((before) => before + more);
    },
    [companyId, severity],
  );
  useFrames(hear);
  return [count, () => setCount(0)];
}
