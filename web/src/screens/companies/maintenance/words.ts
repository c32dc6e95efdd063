/** When a window is, in words. */
import type { Schemas } from "~/api/types";
import { short } from "~/ui/time";

export const DAYS = [
  ["mon", "Mon"],
  ["tue", "Tue"],
  ["wed", "Wed"],
  ["thu", "Thu"],
  ["fri", "Fri"],
  ["sat", "Sat"],
  ["sun", "Sun"],
] as const satisfies readonly (readonly [Schemas["Day"], string])[];

export const WEEKS = [
  [1, "1st"],
  [2, "2nd"],
  [3, "3rd"],
  [4, "4th"],
  [5, "5th"],
  [-1, "last"],
] as const;

/** `1st, last Tue 22:00–04:00, Europe/Berlin`; `every day …`. */
export function weeklyWords({ days = [], weeks = [], from, to, time_zone }: Schemas["Weekly"]): string {
  const ofWeek = WEEKS.filter(([week]) => weeks.includes(week)).map(([, name]) => name);
  const ofDay = DAYS.filter(([day]) => days.includes(day)).map(([, name]) => name);
  const named = ofDay.length === 0 ? (ofWeek.length === 0 ? "every day" : "of each day") : ofDay.join(", ");
  return `${ofWeek.length === 0 ? "" : `${ofWeek.join(", ")} `}${named} ${from}–${to}, ${time_zone}`;
}

export function windowWords({ starts_at, ends_at, weekly }: Schemas["MaintenanceWindow"]): string {
  if (weekly !== undefined) return weeklyWords(weekly);
  return starts_at === undefined || ends_at === undefined ? "never" : `once, ${short(starts_at)} – ${short(ends_at)}`;
}
