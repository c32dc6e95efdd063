import { expect, test } from "vitest";
import { minutes, percent, relative, span } from "./time";

const NOW = Date.parse("2026-01-31T08:00:00Z");

test("spans are told in their largest unit", () => {
  expect([42_000, 180_000, 5 * 3_600_000, 50 * 3_600_000].map(span)).toEqual(["42 s", "3 min", "5 h", "2 d"]);
});

test("times are told from now, before and after", () => {
  expect(relative("2026-01-31T07:57:00Z", NOW)).toBe("3 min ago");
  expect(relative("2026-01-31T13:00:00Z", NOW)).toBe("in 5 h");
  expect(relative("2026-01-31T08:00:00.500Z", NOW)).toBe("now");
});

test("what was not measured is no number", () => {
  expect([minutes(null), percent(undefined), minutes(0.42), minutes(180), percent(12.34)]).toEqual(["–", "–", "0.4 min", "3.0 h", "12.3 %"]);
});
