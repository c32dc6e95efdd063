import { expect, test } from "vitest";
import { FIGURES, type Figure, change, worth } from "./figures";
import { beginning, periodOf } from "./periods";

const [noise, mtta] = FIGURES as [Figure, Figure];

test("what was not measured is said to be so, and changes nothing", () => {
  expect(worth(noise, null)).toBe("not measured");
  expect(worth(noise, 0)).toBe("0.0 %");
  expect(change(noise, null, 80)).toBeNull();
  expect(change(noise, 80, undefined)).toBeNull();
});

test("more noise reduction is better, a longer MTTA is worse", () => {
  expect(change(noise, 82.5, 80)).toEqual({ words: "+2.5 points", turn: "better" });
  expect(change(mtta, 12, 8)).toEqual({ words: "+4.0 min", turn: "worse" });
  expect(change(mtta, 3, 8)).toEqual({ words: "−5.0 min", turn: "better" });
  expect(change(mtta, 8.01, 8)).toEqual({ words: "as before", turn: "same" });
});

test("a period begins with a whole hour, or with a whole day where it is told by the day; the one before ends there", () => {
  const now = Date.parse("2026-03-10T08:42:07Z");
  expect(beginning(periodOf("24h"), now)).toEqual({ since: "2026-03-09T08:00:00.000Z", before: "2026-03-08T08:00:00.000Z", now: "2026-03-10T08:00:00.000Z" });
  expect(beginning(periodOf("30d"), now)).toMatchObject({ since: "2026-02-08T00:00:00.000Z", before: "2026-01-09T00:00:00.000Z" });
  expect(periodOf("nonsense").value).toBe("7d");
});
