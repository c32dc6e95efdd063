/** Calendar months, in UTC as the figures of days are. */

export interface Month {
  /** `2026-01`. */
  name: string;
  /** `January 2026`. */
  title: string;
  since: string;
  /** The first moment after it. */
  until: string;
  /** Whether it is not over yet. */
  isRunning: boolean;
}

const NAMED = /^(\d{4})-(0[1-9]|1[0-2])$/;
const TITLE = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });

/** The month that a moment is in. */
export function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}

/** The month of this name; nothing where it is none, or has not begun. */
export function monthNamed(name: string, now: number): Month | null {
  const [, year, month] = NAMED.exec(name) ?? [];
  if (year === undefined || month === undefined) return null;
  const [since, until] = [Date.UTC(Number(year), Number(month) - 1), Date.UTC(Number(year), Number(month))];
  if (since > now) return null;
  return {
    name,
    title: TITLE.format(since),
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    isRunning: until > now,
  };
}

/** The one before, or after by `1`. */
export function monthBeside(name: string, by: number): string {
  const [, year, month] = NAMED.exec(name) ?? [];
  return monthOf(Date.UTC(Number(year), Number(month) - 1 + by));
}
