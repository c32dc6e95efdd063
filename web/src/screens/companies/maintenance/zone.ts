/** The clock on the wall of a time zone, through Intl alone. */
const clocks = new Map<string, Intl.DateTimeFormat>();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function clockOf(zone: string): Intl.DateTimeFormat {
  const kept = clocks.get(zone);
  if (kept !== undefined) return kept;
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(zone, clock);
  return clock;
}

/** What the clock shows at a moment, written as if it were UTC's. */
export function wallAt(zone: string, at: number): number {
  const parts = Object.fromEntries(clockOf(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The moments at which the clock shows a time: one; two where it is shown twice; and where it is skipped, what it would be
 * by the clock of before and by the clock of after.
 */
export function momentsOf(zone: string, wall: number): [first: number, last: number] {
  const offsets = [wall - DAY, wall + DAY].map((near) => wallAt(zone, near) - near);
  const all = offsets.map((offset) => wall - offset);
  const shown = all.filter((at) => wallAt(zone, at) === wall);
  const moments = shown.length > 0 ? shown : all;
  return [Math.min(...moments), Math.max(...moments)];
}

/** Whether there is such a zone. */
export function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}
