import type { IncidentClock } from "~/api/types";
import { absolute, span } from "./time";
import { useNow } from "./useNow";

/** A promise's clock: how long until it is broken, or for how long it has been. */
export function DueClock({ clock }: { clock: Pick<IncidentClock, "due_at" | "clock"> }) {
  const now = useNow();
  const left = Date.parse(clock.due_at) - now;
  const tone = left < 0 ? "text-bad font-semibold" : left < 5 * 60_000 ? "text-high font-medium" : "text-soft";
  return (
    <time
      dateTime={clock.due_at}
      className={`whitespace-nowrap tabular-nums ${tone}`}
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = `${clock.clock} due ${absolute(clock.due_at)}`;
      }}
    >
      {left < 0 ? `${span(left)} over` : `${span(left)} left`}
    </time>
  );
}
