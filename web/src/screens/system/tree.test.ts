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
  node: null,
  ...more,
});

test("everybody is under his company, an incident's work under it, and what has no company is at the top", () => {
  const { top, groups } = tree([
    resident("root", null),
    resident("sweeper", null),
    resident("incident", "comp-b", { id: "inc-1" }),
    resident("incident", "comp-b", { id: "inc-2" }),
    resident("tenant", "comp-b"),
    resident("correlator", "comp-b"),
    resident("tool", "comp-b", { id: "inc-1" }),
    resident("delivery", "comp-b", { id: "comp-b" }),
    resident("tenant", "comp-a"),
  ]);
  expect(top.map(({ resident, depth }) => [resident.kind, depth])).toEqual([["root", 0], ["sweeper", 1]]);
  expect(groups.map(({ companyId }) => companyId)).toEqual(["comp-a", "comp-b"]);
  expect(groups[1]).toMatchObject({ incidents: 2, work: 2 });
  expect(groups[1]?.placed.map(({ resident, depth }) => `${"-".repeat(depth)}${resident.kind}`)).toEqual([
    "tenant",
    "-correlator",
    "-delivery",
    "-incident",
    "--tool",
    "-incident",
  ]);
});

test("the longest queue and all restarts stand out", () => {
  const of = [
    { depth: 1, resident: resident("incident", "comp-a", { queue: 3, restarts: 1 }) },
    { depth: 1, resident: resident("incident", "comp-a", { queue: 7, restarts: 2 }) },
  ];
  expect(strain(of)).toEqual({ queue: 7, restarts: 3 });
});
