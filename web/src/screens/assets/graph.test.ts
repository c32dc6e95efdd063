import { expect, test } from "vitest";
import { drawn } from "./graph";

const asset = (name: string, ...depends_on: string[]) => ({ name, depends_on });

test("what others depend on stands left of them, known or not", () => {
  const { places, edges } = drawn([asset("web-1", "db-1"), asset("web-2", "db-1"), asset("db-1", "storage")]);
  const x = Object.fromEntries(places.map(({ name, x }) => [name, x]));
  expect(Object.keys(x).sort()).toEqual(["db-1", "storage", "web-1", "web-2"]);
  expect(x["storage"]!).toBeLessThan(x["db-1"]!);
  expect(x["db-1"]!).toBeLessThan(x["web-1"]!);
  expect(edges).toContainEqual(["db-1", "web-2"]);
});

test("a circle is drawn", () => {
  expect(drawn([asset("a", "b"), asset("b", "c"), asset("c", "a")]).places).toHaveLength(3);
});

test("what is alone is drawn", () => {
  expect(drawn([asset("a")]).places).toHaveLength(1);
});

test("no two stand in one place", () => {
  const { places } = drawn(Array.from({ length: 300 }, (_, n) => asset(`web-${n}`, `db-${n % 7}`)));
  expect(new Set(places.map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`)).size).toBe(307);
});
