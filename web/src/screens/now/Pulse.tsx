import { useCallback, useRef } from "react";
import { api } from "~/api/client";
import { Rates } from "~/live/rates";
import { useFrames } from "~/live/useLive";
import type { Frame } from "~/live/frames";
import { Sparkline } from "~/ui/Sparkline";
import { minutes, percent } from "~/ui/time";
import { useNow } from "~/ui/useNow";

/** How it goes: what comes in, and what has been made of it in the last day. */
export function Pulse({ scope, open }: { scope: string | null; open: number }) {
  const now = useNow();
  const rates = useRef(new Rates());
  useFrames(useCallback((frames: Frame[]) => rates.current.hear(frames), []));
  const perSecond = rates.current.series(now, scope);
  const lately = perSecond.slice(-10).reduce((sum, count) => sum + count, 0) / 10;
  const query = { since: "24h", step: "hour" as const, company_id: scope ?? undefined };
  const { data } = api.useQuery("get", "/api/kpis/series", { params: { query } }, { refetchInterval: 60_000 });
  const hours = data?.items ?? [];
  const sum = (of: (counts: (typeof hours)[number]["counts"]) => number) => hours.reduce((total, hour) => total + of(hour.counts), 0);
  const [alerts, incidents] = [sum((counts) => counts.alerts), sum((counts) => counts.incidents)];
  const noise = alerts === 0 ? null : (1 - incidents / alerts) * 100;
  return (
    <section aria-label="How it goes" className="grid grid-cols-2 gap-2 sm:grid-cols-4">
      <Figure name="Alerts a second" value={lately.toFixed(1)} of={perSecond} about="over the last minute" />
      <Figure name="Open" value={open.toLocaleString()} of={hours.map(({ counts }) => counts.incidents)} about="incidents opened each hour of the last day" />
      <Figure name="Noise reduction, 24 h" value={percent(noise)} of={hours.map((hour) => hour.noise_reduction_pct ?? null)} about="each hour of the last day" />
      <Figure name="MTTA, 24 h" value={minutes(mean(hours))} of={hours.map((hour) => hour.mtta_minutes ?? null)} about="each hour of the last day" />
    </section>
  );
}

/** The mean over hours, each as heavy as what was acknowledged in it. */
function mean(hours: { mtta_minutes?: number | null; counts: { acknowledged: number } }[]): number | null {
  let [total, count] = [0, 0];
  for (const { mtta_minutes, counts } of hours) {
    if (mtta_minutes == null) continue;
    total += mtta_minutes * counts.acknowledged;
    count += counts.acknowledged;
  }
  return count === 0 ? null : total / count;
}

function Figure({ name, value, of, about }: { name: string; value: string; of: (number | null)[]; about: string }) {
  return (
    <div className="flex min-w-0 flex-wrap items-end justify-between gap-x-3 rounded-lg border border-line bg-surface px-3 py-1.5">
      <div className="min-w-0">
        <p className="truncate text-xs text-soft">{name}</p>
        <p className="text-lg leading-6 font-semibold tabular-nums">{value}</p>
      </div>
      <Sparkline values={of} label={`${name}, ${about}`} className="hidden lg:block" />
    </div>
  );
}
