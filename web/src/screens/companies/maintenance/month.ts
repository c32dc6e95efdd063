/** A month's days in the viewer's own zone, in weeks from Monday on. */
import type { Occurrence } from "./occurrences";

export interface Day {
  from: number;
  to: number;
  /** Of the month. */
  number: number;
  /** Whether it is of the month that is shown, not of the one before or after. */
  within: boolean;
}

export function weeksOf(year: number, month: number): Day[][] {
  const begin = (new Date(year, month, 1).getDay() + 6) % 7;
  const length = new Date(year, month + 1, 0).getDate();
  return Array.from({ length: Math.ceil((begin + length) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, place) => {
      const number = week * 7 + place - begin + 1;
      const from = new Date(year, month, number);
      const to = new Date(year, month, number + 1);
      return { from: from.getTime(), to: to.getTime(), number: from.getDate(), within: from.getMonth() === month };
    }),
  );
}

/** What touches a day. */
export function on<T extends Pick<Occurrence, "from" | "to">>(day: Day, all: readonly T[]): T[] {
  return all.filter(({ from, to }) => from < day.to && to > day.from);
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** From when to when on a day, as far as it is on it: `22:00–`, `–04:00`, `all day`. */
export function timesOn(day: Day, { from, to }: Pick<Occurrence, "from" | "to">): string {
  if (from <= day.from && to >= day.to) return "all day";
  return `${from < day.from ? "" : TIME.format(from)}–${to > day.to ? "" : TIME.format(to)}`;
}
