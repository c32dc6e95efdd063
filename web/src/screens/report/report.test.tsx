import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { Approval, Incident } from "~/api/types";
import { bars } from "./bars";
import { fileOf } from "./file";
import { type Found, LINES, modelOf } from "./model";
import { monthNamed } from "./month";
import { Sheet } from "./Sheet";

const month = monthNamed("2026-02", Date.parse("2026-03-10T08:00:00Z"));
const counts = { alerts: 100, incidents: 10, acknowledged: 5, resolved: 8, self_healed: 1 };
const period = { since: "2026-02-01T00:00:00.000Z", until: "2026-03-01T00:00:00.000Z", counts };

function incident(more: Partial<Incident>): Incident {
  return { incident_id: "inc-1", signature: "disk-full", asset_name: "web-1", severity: "low", status: "resolved", alert_count: 1, created_at: "2026-02-03T10:00:00.000Z", resolved_at: "2026-02-03T12:00:00.000Z", resolved_by: "recovery", ...more } as Incident;
}

function found(more: Partial<Found> = {}): Found {
  if (month === null) throw new Error("a month that is over");
  return { company: "Acme", month, now: { ...period, noise_reduction_pct: 90 }, before: { ...period, noise_reduction_pct: 85 }, days: [{ at: period.since, counts }], incidents: [], approvals: [], isPartial: false, madeAt: "2026-03-10T08:00:00.000Z", who: (actor) => (actor === "usr-1" ? "Ann" : actor), ...more };
}

test("only what is of the month is told, the gravest first; who merged is none", () => {
  const incidents = [
    incident({ incident_id: "inc-low", alert_count: 50 }),
    incident({ incident_id: "inc-grave", severity: "critical", resolved_by: "run-1" }),
    incident({ incident_id: "inc-later", created_at: "2026-03-01T00:00:00.000Z" }),
    incident({ incident_id: "inc-merged", merged_into: "inc-low" }),
  ];
  const { gravest, healed } = modelOf(found({ incidents }));
  expect(gravest.items.map(({ id, end }) => [id, end])).toEqual([
    ["inc-grave", "after 2 h: a run healed it"],
    ["inc-low", "after 2 h: all of it recovered"],
  ]);
  expect(healed).toMatchObject({ total: 1, items: [{ id: "inc-grave" }] });
});

test("what was not measured is not made up, and an approval says whose it is", () => {
  const approval = { approval_id: "apr-1", title: null, runbook: "disk-cleanup", targets: ["i-1"], risk_level: "high", created_at: "2026-02-03T10:00:00.000Z", status: "consumed", decided_by: [{ at: "", by: "usr-1" }] } as unknown as Approval;
  const model = modelOf(found({ approvals: [approval] }));
  expect(model.figures[0]).toMatchObject({ now: "90.0 %", before: "85.0 %", change: { words: "+5.0 points", turn: "better" } });
  expect(model.figures[1]).toMatchObject({ now: "not measured", change: null });
  expect(model.approvals.items[0]).toMatchObject({ what: "disk-cleanup, 1 machine", answer: "approved, run", by: "Ann" });
});

test("a long list is cut, with how many more there are", () => {
  const incidents = Array.from({ length: LINES + 7 }, (_, place) => incident({ incident_id: `inc-${place}` }));
  expect(renderToStaticMarkup(<Sheet model={modelOf(found({ incidents }))} />)).toContain("And 7 more.");
});

test("what others have written stays text, and the file can run nothing", () => {
  const hostile = `</article><script>alert(1)</script><img src=x onerror="alert(1)">\u202Egnp.exe`;
  const model = modelOf(found({ company: hostile, incidents: [incident({ signature: hostile, resolved_by: hostile })] }));
  const file = fileOf(hostile, "p::after { content: '</style><script>' }", renderToStaticMarkup(<Sheet model={model} />));
  expect(file).not.toMatch(/<script|<img|\u202E/i);
  expect(file.match(/<\/style>/g)).toHaveLength(1);
  expect(file).toContain("default-src 'none'");
  expect(file).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("the tallest day has the chart's height", () => {
  const { columns, height, most } = bars([{ at: "2026-02-01T00:00:00Z", counts }, { at: "2026-02-02T00:00:00Z", counts: { ...counts, alerts: 50 } }]);
  expect(most).toBe(100);
  expect(columns.map(({ day, alerts }) => [day, alerts])).toEqual([[1, height], [2, height / 2]]);
});
