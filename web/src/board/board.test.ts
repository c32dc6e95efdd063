import { expect, test } from "vitest";
import type { JournalEntry } from "~/api/types";
import type { Frame } from "~/live/frames";
import { absorb } from "./absorb";
import { type Line, type Told, counted, isQuiet, lineOf, nextClock, urgency } from "./line";
import { type Wanted, matches, ordered, waiting } from "./order";

const NOW = Date.parse("2026-01-31T08:00:00Z");
const ALL: Wanted = { company: null, text: "", severity: null, asset: null, quiet: false, assignedTo: null };

function told(id: string, more: Partial<Told> = {}): Told {
  return {
    incident_id: id,
    company_id: "comp-acme",
    status: "new",
    phase: "open",
    severity: "low",
    signature: "disk-full",
    asset_name: "web-1",
    alert_count: 1,
    tool_sources: ["zabbix"],
    priority_score: 12,
    flapping: false,
    suppressed: false,
    clocks: [],
    created_at: "2026-01-31T08:00:00Z",
    updated_at: "2026-01-31T08:00:00Z",
    ...more,
  };
}

const line = (id: string, more: Partial<Told> = {}): Line => lineOf(told(id, more), NOW);
const board = (...lines: Line[]) => new Map(lines.map((line) => [line.incident_id, line]));

function entry(kind: string, subject: string, data: Record<string, unknown>): Frame {
  const said = { kind, subject, data, company_id: "comp-acme", at: "2026-01-31T08:00:00Z" } as unknown as JournalEntry;
  return { event: kind, id: "AAAA", data: said };
}

test("urgency falls by a point an hour, and by ten at most", () => {
  const one = line("inc-1", { priority_score: 60 });
  expect([0, 3, 30].map((hours) => urgency(one, NOW + hours * 3_600_000))).toEqual([60, 57, 50]);
});

test("counts change the urgency as the server reckons it", () => {
  const graver = counted(line("inc-1"), 20, "critical");
  expect([graver.alert_count, graver.severity, Math.round(urgency(graver, NOW))]).toEqual([20, "critical", 110]);
});

test("the most urgent comes first, of equals the older, and what is over not at all", () => {
  const lines = [
    line("inc-new"),
    line("inc-old", { created_at: "2026-01-31T07:59:00Z" }),
    line("inc-grave", { priority_score: 92 }),
    { ...line("inc-over", { priority_score: 99 }), over: true },
  ];
  expect(ordered(lines, ALL, NOW)).toEqual(["inc-grave", "inc-old", "inc-new"]);
});

test("what is wanted has every word, the company, the severity and the person", () => {
  const one = line("inc-1", { assigned_to: "ann@acme.example" });
  const cases: [Partial<Wanted>, boolean][] = [
    [{ text: "DISK web-1" }, true],
    [{ text: "disk db" }, false],
    [{ company: "comp-globex" }, false],
    [{ severity: "low" }, true],
    [{ severity: "high" }, false],
    [{ assignedTo: "ann@acme.example" }, true],
    [{ assignedTo: "bob@acme.example" }, false],
  ];
  for (const [wanted, is] of cases) expect(matches(one, { ...ALL, ...wanted }, NOW), JSON.stringify(wanted)).toBe(is);
});

test("what is snoozed or suppressed is out of sight until it is asked for, or its time is over", () => {
  const snoozed = line("inc-1", { snoozed_until: "2026-01-31T09:00:00Z" });
  expect([isQuiet(snoozed, NOW), isQuiet(snoozed, NOW + 2 * 3_600_000)]).toEqual([true, false]);
  expect(matches(snoozed, ALL, NOW)).toBe(false);
  expect(matches(snoozed, { ...ALL, quiet: true }, NOW)).toBe(true);
  expect(matches(line("inc-2", { suppressed: true }), ALL, NOW)).toBe(false);
});

test("only what is not shown yet waits", () => {
  expect(waiting(["a", "b"], ["c", "a", "d"])).toBe(2);
});

test("the clock that runs out first is told, and none that was stopped", () => {
  const clocks: Told["clocks"] = [
    { clock: "resolution", due_at: "2026-01-31T12:00:00Z", breached: false },
    { clock: "response", due_at: "2026-01-31T08:15:00Z", breached: false },
  ];
  expect(nextClock({ clocks })?.clock).toBe("response");
  expect(nextClock({ clocks: clocks.map((clock) => ({ ...clock, stopped_at: "2026-01-31T08:01:00Z" })) })).toBeUndefined();
});

test("what opens is a line at once, with its urgency, and is asked for", () => {
  const lines = board();
  const opened = entry("incident.opened", "inc-1", { alert_count: 3, asset_name: "db-1", severity: "high", signature: "lag" });
  expect([...absorb(lines, [opened], NOW)]).toEqual(["inc-1"]);
  const made = lines.get("inc-1");
  expect([made?.asset_name, made?.alert_count, Math.round(urgency(made as Line, NOW))]).toEqual(["db-1", 3, 66]);
});

test("what ends stays in its place, marked, and is not asked for", () => {
  const lines = board(line("inc-1"));
  const changed = entry("incident.changed", "inc-1", {});
  expect([...absorb(lines, [changed, entry("incident.resolved", "inc-1", {})], NOW)]).toEqual([]);
  expect([lines.get("inc-1")?.over, lines.get("inc-1")?.status]).toEqual([true, "resolved"]);
});

test("counts and decisions change the line where it stands; other news asks for it", () => {
  const lines = board(line("inc-1"));
  const counts = { company_id: "comp-acme", subject: "inc-1", at: "", data: { alert_count: 9, severity: "medium" } };
  const decided = entry("decision.made", "inc-1", { recommendation: "Restart", confidence: 0.85 });
  expect(absorb(lines, [{ event: "incident.counts", data: counts }, decided], NOW).size).toBe(0);
  const { alert_count, severity, recommendation, confidence } = lines.get("inc-1") as Line;
  expect([alert_count, severity, recommendation, confidence]).toEqual([9, "medium", "Restart", 0.85]);
  expect([...absorb(lines, [entry("approval.requested", "inc-1", {})], NOW)]).toEqual(["inc-1"]);
});
