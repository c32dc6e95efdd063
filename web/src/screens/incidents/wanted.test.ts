import { expect, test } from "vitest";
import { isFiltered, wantedOf } from "./wanted";

test("what the server does not know is not asked for", () => {
  const wanted = wantedOf({ status: "over", severity: "critical", signature: "", since: 7, company: "comp-acme" });
  expect(wanted).toEqual({ status: undefined, severity: "critical", signature: undefined, since: undefined });
  expect(isFiltered(wanted)).toBe(true);
  expect(isFiltered(wantedOf({ company: "comp-acme" }))).toBe(false);
});
