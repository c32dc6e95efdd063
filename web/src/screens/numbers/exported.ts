/** The numbers to take away. */
import type { Schemas } from "~/api/types";
import { csv } from "./csv";
import { FIGURES, type Period, type Step } from "./figures";

const COUNTS = ["alerts", "incidents", "acknowledged", "resolved", "self_healed"] as const satisfies (keyof Period["counts"])[];

interface Row {
  scope: string;
  name: string;
  since: string;
  until: string;
  of: Period | Step;
}

/** Every company, what they come to together, and each step, as lines of one table. */
export function asCsv(companies: Schemas["CompaniesKpis"], series: Schemas["KpiSeries"] | undefined): string {
  const { items, total } = companies;
  const rows: Row[] = [
    ...items.map((of) => ({ scope: "company", name: of.company_name, since: of.since, until: of.until, of })),
    { scope: "total", name: "", since: total.since, until: total.until, of: total },
    ...(series?.items ?? []).map((of, place, all) => ({
      scope: series?.step ?? "",
      name: "",
      since: of.at,
      until: all[place + 1]?.at ?? series?.until ?? "",
      of,
    })),
  ];
  return csv(
    ["scope", "company", "since", "until", ...FIGURES.map(({ key }) => key), ...COUNTS],
    rows.map(({ scope, name, since, until, of }) => [
      scope,
      name,
      since,
      until,
      ...FIGURES.map(({ key }) => of[key]),
      ...COUNTS.map((count) => of.counts[count]),
    ]),
  );
}

export function asJson(companies: Schemas["CompaniesKpis"], before: Schemas["CompaniesKpis"] | undefined, series: Schemas["KpiSeries"] | undefined): string {
  return JSON.stringify({ companies, before: before ?? null, series: series ?? null }, null, 2);
}
