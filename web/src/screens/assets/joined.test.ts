import { expect, test } from "vitest";
import { around, beneath, few, joined, neededBy, withTyped } from "./joined";

const asset = (name: string, ...depends_on: string[]) => ({ name, depends_on });
const ASSETS = [asset("san"), asset("db", "san"), asset("api", "db"), asset("web", "api"), asset("batch", "db"), asset("printer")];
const names = (assets: { name: string }[]) => assets.map(({ name }) => name).sort();

test("what stands alone is joined to nothing", () => {
  expect(names(joined(ASSETS))).toEqual(["api", "batch", "db", "san", "web"]);
  expect(neededBy(ASSETS).get("db")).toEqual(["api", "batch"]);
});

test("around an asset is what it needs and what needs it, and no sibling", () => {
  const found = around(ASSETS, "api");
  expect(names(found)).toEqual(["api", "db", "san", "web"]);
  expect(found.every(({ depends_on }) => depends_on!.every((on) => names(found).includes(on)))).toBe(true);
  expect(around(ASSETS, "no such")).toEqual([]);
});

test("beneath trouble is what it needs, by whatever way", () => {
  expect(names(beneath(ASSETS, ["batch", "gone"]))).toEqual(["batch", "db", "san"]);
});

test("a circle ends", () => {
  const circle = [asset("a", "b"), asset("b", "c"), asset("c", "a")];
  expect(names(around(circle, "a"))).toEqual(["a", "b", "c"]);
  expect(names(beneath(circle, ["b"]))).toEqual(["a", "b", "c"]);
});

test("what is typed still counts, once", () => {
  expect(withTyped(["db"], ' core, "A" ')).toEqual(["db", 'core, "A"']);
  expect(withTyped(["db"], " db ")).toEqual(["db"]);
  expect(withTyped(["db"], " ")).toEqual(["db"]);
});

test("of many names a few are told", () => {
  expect(few(["a", "b"])).toBe("a, b");
  expect(few(["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d, e and 2 more");
});
