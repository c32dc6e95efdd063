import { expect, test } from "vitest";
import { monthBeside, monthNamed, monthOf } from "./month";

const NOW = Date.parse("2026-03-10T08:00:00Z");

test("a month has its bounds, and may be running", () => {
  expect(monthNamed("2026-02", NOW)).toEqual({
    name: "2026-02",
    title: "February 2026",
    since: "2026-02-01T00:00:00.000Z",
    until: "2026-03-01T00:00:00.000Z",
    isRunning: false,
  });
  expect(monthNamed("2026-03", NOW)?.isRunning).toBe(true);
});

test.each(["2026-04", "2026-13", "2026-1", "then", ""])("%j is no month that can be told of", (name) => {
  expect(monthNamed(name, NOW)).toBeNull();
});

test("years turn", () => {
  expect(monthBeside("2026-01", -1)).toBe("2025-12");
  expect(monthBeside("2025-12", 1)).toBe("2026-01");
  expect(monthOf(NOW)).toBe("2026-03");
});
