import { expect, test } from "vitest";
import { type Resident, strain, tree } from "./tree";

const resident = (kind: Resident["kind"], company_id: string | null, more: Partial<Resident> = {}): Resident => ({
  kind,
  id: `${kind}-${company_id}`,
  company_id,
  state: "running",
  restarts: 0,
  queue: 0,
  handled: 0,
  age_s: 1,
  ...more,
});

test("everybody is under his company, and what has none is at the top", () => {
  const { top, groups } = tree([
    resident("root", null),
    resident("incident", "comp-b"),
    resident("tenant", "comp-b"),
    resident("correlator", "comp-b"),
    resident("tool", "comp-b"),
    resident("tenant", "comp-a"),
  ]);
  expect(top.map(({ kind }) => kind)).toEqual(["root"]);
  expect(groups.map(({ companyId }) => companyId)).toEqual(["comp-a", "comp-b"]);
  const { tenant, parts, incidents, work } = groups[1]!;
  expect([tenant?.kind, parts[0]?.kind, incidents.length, work[0]?.kind]).toEqual(["tenant", "correlator", 1, "tool"]);
});

test("the longest queue and all restarts stand out", () => {
  const of = [resident("incident", "comp-a", { queue: 3, restarts: 1 }), resident("incident", "comp-a", { queue: 7, restarts: 2 })];
  expect(strain(of)).toEqual({ queue: 7, restarts: 3 });
});
