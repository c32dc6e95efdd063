import { expect, test } from "vitest";
import { type Plan, added, differences, moved } from "./plan";

const PLAN: Plan = { correlation: { window_minutes: 15 }, rules: [{ name: "a", match: "true" }, { name: "b" }] };

test("what has changed is told rule by rule", () => {
  expect(differences(PLAN, PLAN)).toEqual([]);
  const after: Plan = { correlation: { window_minutes: 10 }, rules: [{ name: "c" }, { name: "a", match: "false", priority: 2 }] };
  expect(differences(PLAN, after)).toEqual(["window: 15 → 10", "“c” is new", "“a”: match, priority", "“b” is gone"]);
});

test("another order alone is a change", () => {
  expect(differences(PLAN, { ...PLAN, rules: moved(PLAN.rules, 0, 1) })).toEqual(["the order of the rules"]);
});

test("a new rule has a name of its own", () => {
  expect(added([{ name: "rule 2" }]).name).toBe("rule 3");
  expect(added([]).name).toBe("rule 1");
});
