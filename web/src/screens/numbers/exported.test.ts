import { expect, test } from "vitest";
import { asCsv } from "./exported";
import type { Period, Step } from "./figures";

const counts = { alerts: 10, incidents: 2, acknowledged: 1, resolved: 1, self_healed: 0 };
const period: Period = { since: "2026-01-01T00:00:00.000Z", until: "2026-01-03T00:00:00.000Z", noise_reduction_pct: 80, mtta_minutes: null, counts };
const steps: Step[] = [
  { at: "2026-01-01T00:00:00.000Z", noise_reduction_pct: 80, counts },
  { at: "2026-01-02T00:00:00.000Z", counts },
];

test("companies, their sum and each step are lines of one table", () => {
  const companies = { since: period.since, until: period.until, items: [{ ...period, company_id: "comp-acme", company_name: "=Acme" }], total: period };
  const lines = asCsv(companies, { since: period.since, until: period.until, step: "day", items: steps }).trimEnd().split("\r\n");
  expect(lines).toEqual([
    "scope,company,since,until,noise_reduction_pct,mtta_minutes,mttr_minutes,self_healed_pct,patch_compliance_pct,alerts,incidents,acknowledged,resolved,self_healed",
    "company,'=Acme,2026-01-01T00:00:00.000Z,2026-01-03T00:00:00.000Z,80,,,,,10,2,1,1,0",
    "total,,2026-01-01T00:00:00.000Z,2026-01-03T00:00:00.000Z,80,,,,,10,2,1,1,0",
    "day,,2026-01-01T00:00:00.000Z,2026-01-02T00:00:00.000Z,80,,,,,10,2,1,1,0",
    "day,,2026-01-02T00:00:00.000Z,2026-01-03T00:00:00.000Z,,,,,,10,2,1,1,0",
  ]);
});
