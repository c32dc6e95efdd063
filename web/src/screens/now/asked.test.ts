import { expect, test } from "vitest";
import { isFiltered, readAsked, wantedOf } from "./asked";

test("an address says what is asked, and what it says wrong is not asked", () => {
  const asked = readAsked({ text: "disk", severity: "high", asset: "web-1", mine: true, snoozed: true, other: "x" });
  expect(asked).toEqual({ text: "disk", severity: "high", asset: "web-1", mine: true, snoozed: true });
  expect(readAsked({ text: "", severity: 7, asset: null, mine: "yes", snoozed: false })).toEqual({});
});

test("what is asked is what is wanted", () => {
  expect(wantedOf({}, null, "ann@acme.example")).toEqual({ company: null, text: "", severity: null, asset: null, quiet: false, assignedTo: null });
  expect(wantedOf({ mine: true, snoozed: true }, "comp-acme", "ann@acme.example")).toMatchObject({ company: "comp-acme", quiet: true, assignedTo: "ann@acme.example" });
});

test("what is put off is no filter: with nothing to show, nothing is open", () => {
  expect([{}, { snoozed: true as const }, { asset: "web-1" }].map(isFiltered)).toEqual([false, false, true]);
});
