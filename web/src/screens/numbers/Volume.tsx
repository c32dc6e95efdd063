import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { alertsSince, incidentsSince } from "./behind";
import { Drawn } from "./Drawn";
import type { Period, Step } from "./figures";

interface Props {
  now: Period;
  before: Period | undefined;
  steps: Step[];
  since: string;
  scope: string | null;
}

/** How much came in, and how many incidents it made. */
export function Volume({ now, before, steps, since, scope }: Props) {
  const { alerts, incidents } = now.counts;
  const at = useMemo(() => steps.map((step) => step.at), [steps]);
  const lines = useMemo(
    () => [
      { name: "alerts", values: steps.map(({ counts }) => counts.alerts), faint: true },
      { name: "incidents", values: steps.map(({ counts }) => counts.incidents) },
    ],
    [steps],
  );
  return (
    <section aria-label="Alerts and incidents" className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-surface p-3">
      <h2>Alerts and incidents</h2>
      <p className="flex min-h-7 flex-wrap items-baseline gap-x-3 tabular-nums">
        <Link {...alertsSince(scope, since)} className="text-xl font-semibold hover:underline">
          {alerts.toLocaleString()}
        </Link>
        <span className="text-soft">in</span>
        <Link {...incidentsSince(scope, since)} className="text-xl font-semibold hover:underline">
          {incidents.toLocaleString()}
        </Link>
      </p>
      <p className="text-xs text-soft tabular-nums">
        {before === undefined ? " " : `before: ${before.counts.alerts.toLocaleString()} in ${before.counts.incidents.toLocaleString()}`}
      </p>
      <Drawn name="Alerts and incidents" at={at} lines={lines} format={(value) => (value ?? 0).toLocaleString()} />
    </section>
  );
}
