import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useScope } from "~/app/scope";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { monthOf } from "~/screens/report/month";
import { Button } from "~/ui/Button";
import { Menu } from "~/ui/Menu";
import { Page } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { download } from "~/ui/download";
import { useNow } from "~/ui/useNow";
import { asCsv, asJson } from "./exported";
import { FIGURES } from "./figures";
import { FigurePanel } from "./FigurePanel";
import { Impact } from "./Impact";
import { PERIODS, type PeriodChoice, beginning, periodOf } from "./periods";
import { SideBySide } from "./SideBySide";
import { Volume } from "./Volume";

/** How often what is measured is asked for, in milliseconds. */
const PACE = 60_000;
/** Old figures stay while those of another period come. */
const KEEP = { refetchInterval: PACE, placeholderData: <T,>(before: T) => before };

/** What incidents came to: over all companies that one reads, or of one. */
export function Numbers() {
  const scope = useScope();
  const { period: named } = useSearch({ strict: false }) as { period?: string };
  const period = periodOf(named);
  const asked = useMeasured(scope, period);
  const { now, before, series, since } = asked;
  const save = (text: string, kind: string, end: string) => download(new Blob([text], { type: kind }), `numbers-${scope ?? "all"}-${period.value}.${end}`);
  const exported = [
    { name: "As CSV, for a spreadsheet", act: () => now.data && save(asCsv(now.data, series.data), "text/csv", "csv") },
    { name: "As JSON", act: () => now.data && save(asJson(now.data, before.data, series.data), "application/json", "json") },
  ];
  return (
    <Page
      title="Numbers"
      actions={
        <>
          <Periods chosen={period} />
          <Menu trigger={<Button disabled={now.data === undefined}>Export</Button>} items={exported} />
          {scope !== null && (
            <Link className="text" to="/report/$companyId/$month" params={{ companyId: scope, month: monthOf(Date.now()) }}>
              Monthly report
            </Link>
          )}
        </>
      }
    >
      <Answer of={now}>
        {({ items, total }) => (
          <>
            {total.counts.alerts === 0 && <Nothing />}
            <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
              <Volume now={total} before={before.data?.total} steps={series.data?.items ?? []} since={since} scope={scope} />
              {FIGURES.map((figure) => (
                <FigurePanel key={figure.key} figure={figure} now={total} before={before.data?.total} steps={series.data?.items ?? []} since={since} scope={scope} />
              ))}
            </div>
            {scope === null && items.length > 0 && <SideBySide items={items} since={since} />}
          </>
        )}
      </Answer>
      {scope !== null && <Impact key={scope} companyId={scope} />}
    </Page>
  );
}

/** The figures of a period and of the one before it, and how they went. */
function useMeasured(scope: string | null, period: PeriodChoice) {
  const minute = Math.floor(useNow() / PACE);
  const { since, before } = useMemo(() => beginning(period, minute * PACE), [period, minute]);
  const company = scope === null ? {} : { company_id: scope };
  const of = (query: { since: string; until?: string }) => ({ params: { query: { ...company, ...query } } });
  const keep = KEEP as { refetchInterval: number; placeholderData: <T>(before: T) => T };
  return {
    since,
    now: api.useQuery("get", "/api/kpis/companies", of({ since }), keep),
    before: api.useQuery("get", "/api/kpis/companies", of({ since: before, until: since }), { placeholderData: (told: Schemas["CompaniesKpis"] | undefined) => told }),
    series: api.useQuery("get", "/api/kpis/series", { params: { query: { ...company, since, step: period.step } } }, keep),
  };
}

function Periods({ chosen }: { chosen: PeriodChoice }) {
  const navigate = useNavigate();
  return (
    <div role="group" aria-label="Over the last" className="flex">
      {PERIODS.map(({ value, name }) => (
        <Button
          key={value}
          aria-pressed={chosen.value === value}
          className="-ml-px rounded-none first:ml-0 first:rounded-l-md last:rounded-r-md aria-pressed:bg-accent-wash aria-pressed:text-accent"
          onClick={() => void navigate({ to: ".", search: (before) => ({ ...before, period: value }), replace: true })}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

function Nothing() {
  return (
    <Empty title="No alert came in this period">
      A longer one may hold some. If nothing has come ever,{" "}
      <Link className="text" to="/companies">
        connect a company's monitoring
      </Link>
      .
    </Empty>
  );
}
