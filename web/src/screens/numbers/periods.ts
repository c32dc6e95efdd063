/** The spans that numbers are told over. */

export interface PeriodChoice {
  value: "24h" | "7d" | "30d" | "90d";
  name: string;
  hours: number;
  step: "hour" | "day";
}

export const PERIODS: PeriodChoice[] = [
  { value: "24h", name: "24 hours", hours: 24, step: "hour" },
  { value: "7d", name: "7 days", hours: 7 * 24, step: "hour" },
  { value: "30d", name: "30 days", hours: 30 * 24, step: "day" },
  { value: "90d", name: "90 days", hours: 90 * 24, step: "day" },
];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The one of this name, or seven days. */
export function periodOf(value: string | undefined): PeriodChoice {
  return PERIODS.find((period) => period.value === value) ?? (PERIODS[1] as PeriodChoice);
}

/** Where a period that ends now begins, and the one before it: at a whole hour or day, so that both count whole ones. */
export function beginning({ hours, step }: PeriodChoice, now: number): { since: string; before: string; now: string } {
  const unit = step === "hour" ? HOUR : DAY;
  const begun = Math.floor(now / unit) * unit;
  const at = (spans: number) => new Date(begun - spans * hours * HOUR).toISOString();
  return { since: at(1), before: at(2), now: at(0) };
}
