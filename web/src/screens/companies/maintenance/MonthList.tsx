import { Marked, type MonthProps } from "./Marked";
import { on } from "./month";

const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

/** A month as a list of the days on which there is something, where there is no room for a table. */
export function MonthList({ weeks, all, today, onOpen }: MonthProps) {
  const days = weeks.flat().filter((day) => day.within && on(day, all).length > 0);
  if (days.length === 0) return <p className="text-soft">Nothing in this month.</p>;
  return (
    <ul className="flex flex-col gap-2">
      {days.map((day) => {
        const isToday = new Date(day.from).toDateString() === today;
        return (
          <li key={day.from} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2" aria-current={isToday ? "date" : undefined}>
            <span className={isToday ? "font-semibold text-accent" : ""}>{DAY.format(day.from)}</span>
            <div className="flex flex-col gap-1">
              {on(day, all).map((one) => (
                <Marked key={`${one.name} ${one.from}`} day={day} one={one} onOpen={onOpen} />
              ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
