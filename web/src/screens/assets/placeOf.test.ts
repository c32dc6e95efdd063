import { expect, test } from "vitest";
import { placeOf } from "./placeOf";

test.each([
  [undefined, ["db-1"], undefined],
  ["asset_name", [], "name"],
  ["assets", [], "name"],
  ["assets", ["db-1"], "depends_on"],
  ["assets[0]", ["db-1"], "depends_on"],
  ["assets[0].depends_on[1]", ["db-1"], "depends_on"],
  ["assets[12].criticality", ["db-1"], "criticality"],
  ["company_id", ["db-1"], undefined],
])("%s, of one that depends on %j", (field, dependsOn, place) => expect(placeOf(field, dependsOn)).toBe(place));
