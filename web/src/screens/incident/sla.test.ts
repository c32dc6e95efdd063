import { expect, test } from "vitest";
import type { IncidentClock } from "~/api/types";
import { standing } from "./sla";

const NOW = Date.parse("2026-01-31T08:00:00Z");
const clock = (more: Partial<IncidentClock>): IncidentClock => ({ clock: "response", due_at: "2026-01-31T08:12:00Z", breached: false, ...more });

test("the clock that runs out first is told, by when it does or has", () => {
  const resolution = clock({ clock: "resolution", due_at: "2026-01-31T09:00:00Z" });
  expect(standing([resolution, clock({})], NOW)).toBe("Breach in 12 min (response)");
  expect(standing([resolution, clock({ due_at: "2026-01-31T07:57:00Z", breached: true })], NOW)).toBe("Breached 3 min ago (response)");
});

test("where none runs, it is told how it went, or that there is none", () => {
  const stopped = clock({ stopped_at: "2026-01-31T07:59:00Z" });
  expect([standing([stopped], NOW), standing([{ ...stopped, breached: true }], NOW), standing([], NOW)]).toEqual(["Met", "Breached", "no SLA"]);
});
