import { expect, test } from "vitest";
import { backoff, readFrame } from "./frames";
import { Rates } from "./rates";
import { touches } from "./touches";

const opened = { kind: "incident.changed", company_id: "comp-acme", subject: "inc-1" };
const asked = (path: string, params: object) => ["get", path, { params }];

test("what has changed is asked for again, and nothing else", () => {
  const one = { path: { incident_id: "inc-1" }, query: { company_id: "comp-acme" } };
  expect(touches(opened, asked("/api/incidents/{incident_id}", one))).toBe(true);
  expect(touches(opened, asked("/api/incidents/{incident_id}/timeline", one))).toBe(true);
  expect(touches(opened, asked("/api/incidents/{incident_id}", { ...one, path: { incident_id: "inc-2" } }))).toBe(false);
  expect(touches(opened, asked("/api/incidents/{incident_id}", { ...one, query: { company_id: "comp-b" } }))).toBe(false);
  expect(touches(opened, asked("/api/runbooks", { query: { company_id: "comp-acme" } }))).toBe(false);
});

test("what is no frame is nothing", () => {
  expect([readFrame("{"), readFrame("{}"), readFrame('{"event":"start","data":{}}')?.event]).toEqual([null, null, "start"]);
});

test("each wait is about twice as long, up to fifteen seconds, and never the same for all", () => {
  expect([0, 1, 2, 20].map((tries) => backoff(tries, 0.5))).toEqual([500, 1000, 2000, 15_000]);
  expect([backoff(0, 0), backoff(0, 1)]).toEqual([375, 625]);
});

test("alerts are counted by the second and by the company", () => {
  const rates = new Rates();
  const at = "2026-01-31T08:00:01.200Z";
  const accepted = (company_id: string, count: number) => ({ event: "alert.accepted", data: { at, company_id, data: { count } } });
  rates.hear([accepted("comp-a", 3), accepted("comp-b", 4), { event: "incident.opened", data: {} }]);
  const now = Date.parse("2026-01-31T08:00:02.500Z");
  expect(rates.series(now, null).slice(-2)).toEqual([0, 7]);
  expect(rates.series(now, "comp-a").at(-1)).toBe(3);
  expect(rates.series(now + 120_000, null).every((count) => count === 0)).toBe(true);
});
