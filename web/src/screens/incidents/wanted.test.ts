import { expect, test } from "vitest";
import { isFiltered, wantedOf } from "./wanted";

test("what the server does not know is not asked for", () => {
  const wanted = wantedOf({ status: "over", severity: "critical", signature: "", since: 7, until: "24h", company: "comp-acme" });
  expect(wanted).toEqual({ status: undefined, severity: "critical", signature: undefined, since: undefined, until: undefined });
  expect(isFiltered(wanted)).toBe(true);
  expect(wantedOf({ until: "2026-01-31T08:00:00Z" }).until).toBe("2026-01-31T08:00:00Z");
  expect(isFiltered(wantedOf({ company: "comp-acme" }))).toBe(false);
});
