import { expect, test, vi } from "vitest";
import { accepted } from "./waiting";

vi.mock("~/live/useLive", () => ({ useFrames: () => {} }));

const frame = (company_id: string, count: number, high: number) => ({
  event: "alert.accepted",
  data: { company_id, at: "", data: { count, by_severity: { critical: 0, high, medium: 0, low: count - high } } },
});

test("alerts of the company are counted, and of others not", () => {
  const frames = [frame("comp-acme", 5, 2), frame("comp-globex", 7, 7), { event: "incident.opened", data: {} }, frame("comp-acme", 1, 1)];
  expect(accepted(frames, "comp-acme", undefined)).toBe(6);
  expect(accepted(frames, "comp-acme", "high")).toBe(3);
  expect(accepted(frames, "comp-acme", "medium")).toBe(0);
});
