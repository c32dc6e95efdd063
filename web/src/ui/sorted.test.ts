import { expect, test } from "vitest";
import { sorted } from "./sorted";

test("what has no value stands last, up and down", () => {
  const items = [{ v: 3 }, { v: null }, { v: 1 }, { v: undefined }, { v: 2 }];
  expect(sorted(items, ({ v }) => v, "ascending").map(({ v }) => v)).toEqual([1, 2, 3, null, undefined]);
  expect(sorted(items, ({ v }) => v, "descending").map(({ v }) => v)).toEqual([3, 2, 1, null, undefined]);
});

test("words are sorted as people read them", () => {
  expect(sorted(["b", "Ä", "a"], (word) => word, "ascending")).toEqual(["a", "Ä", "b"]);
});
