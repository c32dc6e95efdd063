import { expect, test } from "vitest";
import { backlogOf, isLate } from "./backlog";

const NOW = Date.parse("2026-01-31T08:00:00Z");

test("what has waited longest tells how far behind it is", () => {
  const some = backlogOf(["2026-01-31T07:59:59Z", "2026-01-31T07:58:00Z"], true);
  expect(some).toEqual({ count: 2, more: true, oldest: "2026-01-31T07:58:00Z" });
  expect(isLate(some, NOW)).toBe(true);
  expect(isLate(backlogOf(["2026-01-31T07:59:59Z"], false), NOW)).toBe(false);
  expect(isLate(backlogOf([], false), NOW)).toBe(false);
});
