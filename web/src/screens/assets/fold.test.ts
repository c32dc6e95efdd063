import { expect, test } from "vitest";
import { fold, together } from "./fold";

const asset = (name: string, ...depends_on: string[]) => ({ name, depends_on });
const WEBS = Array.from({ length: 5 }, (_, n) => asset(`web-${n}`, "api", "cache"));
const ASSETS = [asset("db"), asset("api", "db"), asset("cache", "db"), ...WEBS, asset("lone", "db")];

test("those that end the same way are one, and the others stay", () => {
  const { assets, groups } = fold(ASSETS, new Set());
  expect([...groups.values()]).toEqual([["web-0", "web-1", "web-2", "web-3", "web-4"]]);
  expect(assets.map(({ name }) => name).filter((name) => !groups.has(name))).toEqual(["db", "api", "cache", "lone"]);
  expect(assets.find(({ name }) => groups.has(name))?.depends_on).toEqual(["api", "cache"]);
});

test("what was unfolded stays so, and what others need is not folded", () => {
  const key = [...fold(ASSETS, new Set()).groups.keys()][0]!;
  expect(fold(ASSETS, new Set([key])).groups.size).toBe(0);
  const needed = fold([...ASSETS, asset("job", "web-0"), asset("job-2", "web-1")], new Set());
  expect(needed.groups.size).toBe(0);
  expect(needed.assets).toHaveLength(ASSETS.length + 2);
});

test("what depends on nothing is told one by one", () => {
  expect(fold(["a", "b", "c", "d", "e"].map((name) => asset(name)), new Set()).groups.size).toBe(0);
});

test("the trouble of several is told together", () => {
  const trouble = new Map([["web-0", { count: 2, gravest: "low" }], ["web-3", { count: 1, gravest: "high" }], ["db", { count: 9, gravest: "critical" }]] as const);
  expect(together(["web-0", "web-1", "web-3"], trouble)).toEqual({ count: 3, gravest: "high" });
  expect(together(["web-1"], trouble)).toBeUndefined();
});
