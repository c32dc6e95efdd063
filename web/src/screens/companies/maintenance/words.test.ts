import { expect, test } from "vitest";
import { weeklyWords } from "./words";

test("times that come again are told in words", () => {
  const night = { from: "22:00", to: "04:00", time_zone: "Europe/Berlin" };
  expect(weeklyWords(night)).toBe("every day 22:00–04:00, Europe/Berlin");
  expect(weeklyWords({ ...night, days: ["tue", "mon"] })).toBe("Mon, Tue 22:00–04:00, Europe/Berlin");
  expect(weeklyWords({ ...night, days: ["tue"], weeks: [-1, 2] })).toBe("2nd, last Tue 22:00–04:00, Europe/Berlin");
});
