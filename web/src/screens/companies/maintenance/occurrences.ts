/** When maintenance windows are, within a span of time: as the server reckons them. */
import type { Schemas } from "~/api/types";
import { isZone, momentsOf, wallAt } from "./zone";

export interface Occurrence {
  name: string;
  from: number;
  to: number;
}

type Window = Schemas["MaintenanceWindow"];
type Weekly = Schemas["Weekly"];

const DAY = 86_400_000;
/** As `Date` counts them. */
const DAYS: Schemas["Day"][] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** All that touch the span, in the order in which they begin. */
export function occurrences(windows: readonly Window[], from: number, until: number): Occurrence[] {
  const all = windows.flatMap((window) => {
    const spans = window.weekly === undefined ? once(window) : weekly(window.weekly, from, until);
    return spans.map(([begin, end]) => ({ name: window.name, from: begin, to: end }));
  });
  return all.filter((one) => one.from < until && one.to > from).sort((one, other) => one.from - other.from || one.name.localeCompare(other.name));
}

function once({ starts_at, ends_at }: Window): [number, number][] {
  return starts_at === undefined || ends_at === undefined ? [] : [[Date.parse(starts_at), Date.parse(ends_at)]];
}

function weekly(hours: Weekly, from: number, until: number): [number, number][] {
  const [begin, end] = [minutesOf(hours.from), minutesOf(hours.to)];
  if (begin === null || end === null || !isZone(hours.time_zone)) return [];
  const spans: [number, number][] = [];
  // What began the day before may last until today.
  const first = midnight(wallAt(hours.time_zone, from)) - DAY;
  const last = midnight(wallAt(hours.time_zone, until));
  for (let day = first; day <= last; day += DAY) {
    if (!isOn(hours, day)) continue;
    const over = end > begin ? day : day + DAY;
    const [begins] = momentsOf(hours.time_zone, day + begin * 60_000);
    // Midnight at its end is the beginning of the next day.
    const [, ends] = momentsOf(hours.time_zone, hours.to === "24:00" ? day + DAY : over + end * 60_000);
    spans.push([begins, ends]);
  }
  return spans;
}

/** Whether it begins on a day, which is given as if it were UTC's. */
function isOn({ days = [], weeks = [] }: Weekly, day: number): boolean {
  const date = new Date(day);
  const isDay = days.length === 0 || days.includes(DAYS[date.getUTCDay()] as Schemas["Day"]);
  const week = Math.ceil(date.getUTCDate() / 7);
  const isLast = new Date(day + 7 * DAY).getUTCMonth() !== date.getUTCMonth();
  return isDay && (weeks.length === 0 || weeks.includes(week) || (isLast && weeks.includes(-1)));
}

const midnight = (wall: number): number => Math.floor(wall / DAY) * DAY;

/** Minutes of a time of day, as `22:00`; nothing where it is none. */
export function minutesOf(time: string): number | null {
  const found = /^(\d\d):(\d\d)$/.exec(time);
  if (found === null) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return minutes <= 24 * 60 && Number(found[2]) < 60 ? minutes : null;
}
