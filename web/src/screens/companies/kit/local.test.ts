import { expect, test } from "vitest";
import { listed } from "./listed";
import { fromLocal, toLocal } from "./local";

test("a moment is the same after it was shown and typed", () => {
  for (const at of ["2026-01-31T08:00:00.000Z", "2026-07-01T21:30:00.000Z"]) expect(fromLocal(toLocal(at))).toBe(at);
  expect([toLocal(undefined), fromLocal("")]).toEqual(["", undefined]);
});

test("lists are read with commas and lines between", () => {
  expect(listed(" a, b\nc,, ")).toEqual(["a", "b", "c"]);
});
