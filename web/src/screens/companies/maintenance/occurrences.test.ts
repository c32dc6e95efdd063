import { expect, test } from "vitest";
import type { Schemas } from "~/api/types";
import { minutesOf, occurrences } from "./occurrences";

function spans(weekly: Partial<Schemas["Weekly"]>, from: string, until: string): string[][] {
  const window = { name: "w", weekly: { from: "22:00", to: "04:00", time_zone: "Europe/Berlin", ...weekly } };
  return occurrences([window], Date.parse(from), Date.parse(until)).map((one) => [one.from, one.to].map((at) => new Date(at).toISOString().slice(0, 16)));
}

test("over midnight, by the clock on the wall", () => {
  expect(spans({ days: ["fri"] }, "2026-11-26T00:00Z", "2026-12-06T00:00Z")).toEqual([
    ["2026-11-27T21:00", "2026-11-28T03:00"],
    ["2026-12-04T21:00", "2026-12-05T03:00"],
  ]);
  expect(spans({ days: ["fri"] }, "2026-07-02T00:00Z", "2026-07-05T00:00Z")).toEqual([["2026-07-03T20:00", "2026-07-04T02:00"]]);
});

test("what began the day before the span is in it", () => {
  expect(spans({ days: ["fri"] }, "2026-11-28T00:00Z", "2026-11-28T12:00Z")).toEqual([["2026-11-27T21:00", "2026-11-28T03:00"]]);
});

test("an hour that comes twice or never is covered whole", () => {
  const early = { from: "02:30", to: "03:30" };
  expect(spans(early, "2026-10-25T00:00Z", "2026-10-25T12:00Z")).toEqual([["2026-10-25T00:30", "2026-10-25T02:30"]]);
  expect(spans(early, "2026-03-29T00:00Z", "2026-03-29T12:00Z")).toEqual([["2026-03-29T00:30", "2026-03-29T01:30"]]);
});

test("the second Tuesday and the last Sunday of a month", () => {
  const month = ["2026-12-01T00:00Z", "2026-12-31T23:00Z"] as const;
  expect(spans({ days: ["tue"], weeks: [2], from: "20:00", to: "23:00" }, ...month)).toEqual([["2026-12-08T19:00", "2026-12-08T22:00"]]);
  expect(spans({ days: ["sun"], weeks: [-1], from: "01:00", to: "05:00" }, ...month)).toEqual([["2026-12-27T00:00", "2026-12-27T04:00"]]);
});

test("until midnight, in a zone far away", () => {
  const day = spans({ days: ["sat"], from: "00:00", to: "24:00", time_zone: "Pacific/Auckland" }, "2026-11-27T00:00Z", "2026-11-29T00:00Z");
  expect(day).toEqual([["2026-11-27T11:00", "2026-11-28T11:00"]]);
});

test("once, and what is no window at all", () => {
  const once = { name: "o", starts_at: "2026-11-28T10:00:00Z", ends_at: "2026-11-28T12:00:00Z" };
  const [from, until] = [Date.parse("2026-11-28T00:00Z"), Date.parse("2026-11-29T00:00Z")];
  expect(occurrences([once, { name: "x" }], from, until)).toEqual([{ name: "o", from: Date.parse(once.starts_at), to: Date.parse(once.ends_at) }]);
  expect(occurrences([once], until, until + 1)).toEqual([]);
  expect(spans({ time_zone: "Nowhere" }, "2026-11-28T00:00Z", "2026-11-29T00:00Z")).toEqual([]);
  expect([minutesOf("22:30"), minutesOf("24:00"), minutesOf("25:00"), minutesOf("2:00")]).toEqual([1350, 1440, null, null]);
});
