import { expect, test } from "vitest";
import { on, timesOn, weeksOf } from "./month";

test("a month begins with the Monday before it and ends with the Sunday after", () => {
  const weeks = weeksOf(2026, 10);
  expect(weeks).toHaveLength(6);
  expect(weeks[0]?.map(({ number }) => number)).toEqual([26, 27, 28, 29, 30, 31, 1]);
  expect(weeks.flat().filter(({ within }) => within)).toHaveLength(30);
});

test("what lasts over midnight is on both days", () => {
  const days = weeksOf(2026, 10).flat();
  const night = { from: new Date(2026, 10, 27, 22).getTime(), to: new Date(2026, 10, 28, 4).getTime() };
  const touched = days.filter((day) => on(day, [night]).length > 0);
  expect(touched.map((day) => timesOn(day, night))).toEqual(["22:00–", "–04:00"]);
  const [day] = touched;
  expect(day && timesOn(day, { from: day.from, to: day.to })).toBe("all day");
});
