/** Times in words, in the viewer's own zone and language. */

const SECOND = 1000;
const STEPS: [limit: number, unit: number, name: string][] = [
  [60 * SECOND, SECOND, "s"],
  [3600 * SECOND, 60 * SECOND, "min"],
  [48 * 3600 * SECOND, 3600 * SECOND, "h"],
  [Infinity, 24 * 3600 * SECOND, "d"],
];

/** A span as its largest unit: `42 s`, `3 min`, `5 h`, `12 d`. */
export function span(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  for (const [limit, unit, name] of STEPS) if (length < limit) return `${Math.floor(length / unit)} ${name}`;
  return "";
}

/** When it was or will be: `3 min ago`, `in 5 h`. */
export function relative(at: string, now: number): string {
  const ahead = Date.parse(at) - now;
  if (Math.abs(ahead) < SECOND) return "now";
  return ahead < 0 ? `${span(ahead)} ago` : `in ${span(ahead)}`;
}

const ABSOLUTE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const SHORT = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** In full, with the zone. */
export const absolute = (at: string): string => ABSOLUTE.format(new Date(at));
/** Day and minute. */
export const short = (at: string): string => SHORT.format(new Date(at));
/** The time of day. */
export const clock = (at: string): string => CLOCK.format(new Date(at));

/** Minutes as people say them: `0.4 min`, `12 min`, `3.5 h`. */
export function minutes(value: number | null | undefined): string {
  if (value == null) return "–";
  if (value < 10) return `${value.toFixed(1)} min`;
  return value < 120 ? `${Math.round(value)} min` : `${(value / 60).toFixed(1)} h`;
}

export function percent(value: number | null | undefined): string {
  return value == null ? "–" : `${value.toFixed(1)} %`;
}
