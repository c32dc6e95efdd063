import { expect, test } from "vitest";
import { same } from "./same";

test("documents are compared by what they say", () => {
  expect(same({ a: 1, b: [{ c: 2, d: undefined }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({ a: null }, {})).toBe(false);
});
