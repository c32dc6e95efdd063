import { expect, test } from "vitest";
import { endedBy } from "./ending";

test.each([
  [null, ""],
  ["recovery", "all of it recovered"],
  ["stale", "nothing more was heard of it"],
  ["run-0193a1b2c3d4", "a run healed it"],
  ["usr-1", "resolved by Ann"],
])("%j", (by, words) => expect(endedBy(by, () => "Ann")).toBe(words));
