import { expect, test } from "vitest";
import { ANY, isFiltered, wantedOf } from "./wanted";

test("an address says what is looked for", () => {
  const search = { company: "comp-acme", state: "unmatched", severity: "high", since: "24h", incident_id: "inc-1" };
  expect(wantedOf(search)).toEqual({ state: "unmatched", severity: "high", since: "24h", incident_id: "inc-1" });
  expect(isFiltered(wantedOf(search))).toBe(true);
});

test("what nobody knows is not looked for", () => {
  expect(wantedOf({ state: "constructor", severity: "worst", since: 7, incident_id: "" })).toEqual(ANY);
  expect(isFiltered(wantedOf({}))).toBe(false);
});
