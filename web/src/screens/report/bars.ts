/** Where the bars of a month's days stand. */
import type { Step } from "~/screens/numbers/figures";

export interface Column {
  /** Of the month. */
  day: number;
  x: number;
  step: number;
  /** Heights. */
  alerts: number;
  incidents: number;
}

const [WIDTH, HEIGHT] = [680, 120];

export function bars(days: Pick<Step, "at" | "counts">[]): { width: number; height: number; columns: Column[]; most: number } {
  const most = Math.max(1, ...days.map(({ counts }) => Math.max(counts.alerts, counts.incidents)));
  const step = WIDTH / Math.max(days.length, 1);
  const columns = days.map(({ at, counts }, place) => ({
    day: new Date(at).getUTCDate(),
    x: place * step,
    step,
    alerts: (counts.alerts / most) * HEIGHT,
    incidents: (counts.incidents / most) * HEIGHT,
  }));
  return { width: WIDTH, height: HEIGHT, columns, most };
}
