import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { listOf } from "./behind";
import { Drawn } from "./Drawn";
import { type Change, type Figure, type Period, type Step, change, worth } from "./figures";

interface Props {
  figure: Figure;
  now: Period;
  before: Period | undefined;
  steps: Step[];
  since: string;
  scope: string | null;
}

/** A figure, what has become of it, what it is made of, and how it went. */
export function FigurePanel({ figure, now, before, steps, since, scope }: Props) {
  const value = now[figure.key] ?? null;
  const at = useMemo(() => steps.map((step) => step.at), [steps]);
  const lines = useMemo(() => [{ name: figure.name, values: steps.map((step) => step[figure.key] ?? null) }], [figure, steps]);
  const measured = lines[0]?.values.some((value) => value !== null) ?? false;
  const list = listOf(figure.key, scope, since);
  return (
    <section aria-label={figure.name} className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-surface p-3">
      <h2 title={figure.means}>{figure.name}</h2>
      <p className="flex min-h-7 flex-wrap items-baseline gap-x-3">
        <Link {...list} className={`tabular-nums hover:underline ${value === null ? "text-soft" : "text-xl font-semibold"}`}>
          {worth(figure, value)}
        </Link>
        <Turn change={change(figure, value, before?.[figure.key])} />
      </p>
      <p className="text-xs text-soft">{figure.madeOf(now.counts)}</p>
      {measured ? (
        <Drawn
          name={figure.name}
          at={at}
          lines={lines}
          {...(figure.unit === "percent" ? { most: 100 } : {})}
          format={(value) => worth(figure, value)}
        />
      ) : (
        <p className="grid min-h-40 flex-1 place-items-center text-center text-soft">{figure.means}: not measured in this period.</p>
      )}
    </section>
  );
}

const TONES: Record<Change["turn"], string> = { better: "text-good", worse: "text-bad", same: "text-soft" };

function Turn({ change }: { change: Change | null }) {
  if (change === null) return <span className="text-xs text-soft">nothing to compare with before</span>;
  return (
    <span className={`text-xs font-medium tabular-nums ${TONES[change.turn]}`}>
      {change.words}
      {change.turn !== "same" && <span className="font-normal"> ({change.turn} than before)</span>}
    </span>
  );
}
