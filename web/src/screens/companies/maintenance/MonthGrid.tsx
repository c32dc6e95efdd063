import { Marked, type MonthProps } from "./Marked";
import { on } from "./month";
import { DAYS } from "./words";

/** A month as a table: a week a row. */
export function MonthGrid({ weeks, all, today, onOpen }: MonthProps) {
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">Maintenance windows by day</caption>
      <thead>
        <tr>
          {DAYS.map(([day, name]) => (
            <th key={day} scope="col" className="px-1 pb-1 text-left text-xs font-medium text-soft">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]?.from}>
            {week.map((day) => {
              const isToday = new Date(day.from).toDateString() === today;
              return (
                <td key={day.from} className={`h-16 border border-line p-1 align-top ${day.within ? "" : "bg-raised/60"}`} aria-current={isToday ? "date" : undefined}>
                  <span className={`text-xs tabular-nums ${isToday ? "rounded bg-accent px-1 font-semibold text-accent-ink" : "text-soft"}`}>{day.number}</span>
                  <ul className="mt-0.5 flex flex-col gap-0.5">
                    {on(day, all).map((one) => (
                      <li key={`${one.name} ${one.from}`}>
                        <Marked day={day} one={one} onOpen={onOpen} />
                      </li>
                    ))}
                  </ul>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
