import { expect, test } from "vitest";
import type { JournalEntry } from "~/api/types";
import { short } from "~/ui/time";
import { words } from "./told";

const who = (id: string) => (id === "usr-1" ? "Ann" : id);
const say = (kind: string, data: object) => words({ id: kind, kind, data, at: "2026-01-31T08:00:00Z" } as unknown as JournalEntry, who);
const changed = (data: object) => say("incident.changed", data);

test("what was decided, run and asked is told in words", () => {
  expect(say("decision.made", { recommendation: "Restart", confidence: 0.85, engine: "rules" })).toBe("decided: Restart (85 %, rules)");
  expect(say("decision.made", { recommendation: "Clean up", confidence: 0.9, engine: "rules", not_run: { runbook: "disk-cleanup", why: "the company is not connected to AWS" } })).toBe(
    "decided: Clean up (90 %, rules); disk-cleanup is not run: the company is not connected to AWS",
  );
  expect([say("approval.decided", { status: "consumed", runbook: "x" }), say("approval.decided", { status: "withdrawn", runbook: "x", why: "the incident has ended" })]).toEqual([
    "agreed to x",
    "asks no more for consent to x: the incident has ended",
  ]);
  expect(say("run.ended", { runbook: "disk-cleanup", status: "unknown_outcome" })).toBe("disk-cleanup unknown outcome");
  expect(say("run.not_begun", { runbook: "disk-cleanup", why: "no machine is called so" })).toBe("disk-cleanup could not begin: no machine is called so");
  expect(say("run.started", { runbook: "disk-cleanup", targets: ["i-1", "i-2"] })).toBe("began to run disk-cleanup on i-1, i-2");
  expect(say("incident.resolved", { by: "recovery" })).toBe("resolved it: its alerts have recovered");
  expect(say("incident.resolved", { by: "usr-1" })).toBe("resolved it");
});

test("changes say what was and what is, with names for people and times of the viewer's zone", () => {
  expect(changed({ severity: { from: "high", to: "critical" } })).toBe("severity: high → critical");
  expect(changed({ assigned_to: { from: null, to: "usr-1" } })).toBe("assigned to: none → Ann");
  expect(changed({ snoozed_by: "usr-1", snoozed_until: "2026-01-31T09:00:00Z" })).toBe(`snoozed it until ${short("2026-01-31T09:00:00Z")}`);
  expect(changed({ snoozed_until: null })).toBe("ended its snooze");
  expect(changed({ escalated_by: "usr-1", why: "beyond me", status: { from: "new", to: "escalated" } })).toBe("escalated it: beyond me");
  expect([changed({ told: true }), changed({ told: false })]).toEqual(["told whoever is to hear of it", "began its clocks; there is nobody to tell"]);
  expect([changed({ suppressed_by: [{ kind: "silence", name: "sil-1" }] }), changed({ suppressed_by: [] })]).toEqual([
    "is kept quiet by silence sil-1",
    "is kept quiet no more",
  ]);
  expect(changed({ note: "looking" })).toBe("noted: looking");
});

test("what nobody has words for is told by its names", () => {
  expect(say("channel.disabled", {})).toBe("channel disabled");
  expect(changed({ phase: { from: "open", to: "needs_human" }, why: "its actor failed too often" })).toBe("phase: open → needs human: its actor failed too often");
});
