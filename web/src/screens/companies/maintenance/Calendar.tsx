import { useMemo, useState } from "react";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { useNow } from "~/ui/useNow";
import { useWide } from "~/ui/useWide";
import { MonthGrid } from "./MonthGrid";
import { MonthList } from "./MonthList";
import { weeksOf } from "./month";
import { occurrences } from "./occurrences";

const MONTH = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });

interface Props {
  windows: Schemas["MaintenanceWindow"][];
  /** Opens a window by its name. */
  onOpen: ((name: string) => void) | undefined;
}

/** A month of maintenance windows, in the viewer's own zone. */
export function Calendar({ windows, onOpen }: Props) {
  const wide = useWide("48rem");
  const today = new Date(useNow()).toDateString();
  const [ahead, setAhead] = useState(0);
  const { first, weeks, all } = useMemo(() => {
    const first = new Date(today);
    first.setDate(1);
    first.setMonth(first.getMonth() + ahead);
    const weeks = weeksOf(first.getFullYear(), first.getMonth());
    const [from, until] = [weeks[0]?.[0]?.from ?? 0, weeks.at(-1)?.at(-1)?.to ?? 0];
    return { first, weeks, all: occurrences(windows, from, until) };
  }, [windows, today, ahead]);
  const Month = wide ? MonthGrid : MonthList;
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Button aria-label="The month before" onClick={() => setAhead(ahead - 1)}>
          ←
        </Button>
        <h3 className="min-w-36 text-center" aria-live="polite">
          {MONTH.format(first)}
        </h3>
        <Button aria-label="The month after" onClick={() => setAhead(ahead + 1)}>
          →
        </Button>
        {ahead !== 0 && <Button onClick={() => setAhead(0)}>This month</Button>}
        <span className="text-xs text-soft">in your time zone, {Intl.DateTimeFormat().resolvedOptions().timeZone}</span>
      </div>
      <Month weeks={weeks} all={all} today={today} onOpen={onOpen} />
    </div>
  );
}
