import { expect, test } from "vitest";
import { keepPlace, placeOf } from "./place";

test("a place is kept for its entry of the history, and as many as may be", () => {
  for (let n = 0; n < 60; n++) keepPlace(`entry-${n}`, { selected: `inc-${n}`, offset: n });
  expect(placeOf("entry-59")).toEqual({ selected: "inc-59", offset: 59 });
  expect([placeOf("entry-9"), placeOf("entry-10")?.offset]).toEqual([null, 10]);
});
