/** What is measured, and what it means that a figure has changed. */
import type { Schemas } from "~/api/types";
import { minutes, percent } from "~/ui/time";

export type Period = Schemas["KpiPeriod"];
export type Step = Schemas["KpiSeriesItem"] & { patch_compliance_pct?: number | null };
export type FigureKey = "noise_reduction_pct" | "mtta_minutes" | "mttr_minutes" | "self_healed_pct" | "patch_compliance_pct";

export interface Figure {
  key: FigureKey;
  name: string;
  /** What it is, in a sentence. */
  means: string;
  unit: "percent" | "minutes";
  /** Whether more of it is better. */
  moreIsBetter: boolean;
  /** What it is made of. */
  madeOf: (counts: Period["counts"]) => string;
}

const count = (number: number, one: string): string => `${number.toLocaleString()} ${one}${number === 1 ? "" : "s"}`;

export const FIGURES: Figure[] = [
  {
    key: "noise_reduction_pct",
    name: "Noise reduction",
    means: "How many alerts did not need an incident of their own",
    unit: "percent",
    moreIsBetter: true,
    madeOf: ({ alerts, incidents }) => `${count(alerts, "alert")} in ${count(incidents, "incident")}`,
  },
  {
    key: "mtta_minutes",
    name: "MTTA",
    means: "From an incident's beginning to the first notice that somebody took of it, on average",
    unit: "minutes",
    moreIsBetter: false,
    madeOf: ({ acknowledged, incidents }) => `${acknowledged.toLocaleString()} of ${count(incidents, "incident")} acknowledged`,
  },
  {
    key: "mttr_minutes",
    name: "MTTR",
    means: "From an incident's beginning to its end, on average",
    unit: "minutes",
    moreIsBetter: false,
    madeOf: ({ resolved, incidents }) => `${resolved.toLocaleString()} of ${count(incidents, "incident")} resolved`,
  },
  {
    key: "self_healed_pct",
    name: "Self-healed",
    means: "How many of those that ended were ended by a run, with no act of a person",
    unit: "percent",
    moreIsBetter: true,
    madeOf: ({ self_healed, resolved }) => `${self_healed.toLocaleString()} of ${resolved.toLocaleString()} resolved`,
  },
  {
    key: "patch_compliance_pct",
    name: "Patch compliance",
    means: "How many machines have the patches that they should have, as AWS tells it",
    unit: "percent",
    moreIsBetter: true,
    madeOf: () => "machines of connected AWS accounts",
  },
];

/** A figure in words; what was not measured is not made up. */
export function worth(figure: Figure, value: number | null | undefined): string {
  if (value == null) return "not measured";
  return figure.unit === "percent" ? percent(value) : minutes(value);
}

export interface Change {
  words: string;
  /** Better, worse, or neither. */
  turn: "better" | "worse" | "same";
}

/** What has become of a figure; nothing where either was not measured. */
export function change(figure: Figure, now: number | null | undefined, before: number | null | undefined): Change | null {
  if (now == null || before == null) return null;
  const by = now - before;
  const size = figure.unit === "percent" ? `${Math.abs(by).toFixed(1)} points` : minutes(Math.abs(by));
  if (Math.abs(by) < 0.05) return { words: "as before", turn: "same" };
  return { words: `${by > 0 ? "+" : "−"}${size}`, turn: by > 0 === figure.moreIsBetter ? "better" : "worse" };
}
