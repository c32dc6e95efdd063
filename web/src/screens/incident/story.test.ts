import { expect, test } from "vitest";
import type { JournalEntry, Schemas } from "~/api/types";
import { chapters } from "./story";

const entry = (kind: string, data: object) => ({ id: kind, kind, data, at: "2026-01-31T08:00:00Z" }) as unknown as JournalEntry;
const placed = (alert_id: string, severity: string) =>
  ({ kind: "alert.placed", at: `2026-01-31T08:00:0${alert_id}Z`, alert: { alert_id, severity } }) as unknown as Schemas["TimelineItem"];

test("alerts that follow each other are one chapter, as grave as the gravest", () => {
  const told = chapters([entry("incident.opened", {}), placed("1", "low"), placed("2", "critical"), entry("decision.made", {}), placed("3", "low")]);
  expect(told.map((chapter) => (chapter.kind === "alerts" ? [chapter.alerts.length, chapter.gravest] : chapter.entry.kind))).toEqual([
    "incident.opened",
    [2, "critical"],
    "decision.made",
    [1, "low"],
  ]);
});
