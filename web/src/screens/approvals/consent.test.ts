import { expect, test } from "vitest";
import type { Approval } from "~/api/types";
import { needsAnother, whyNot } from "./consent";

test("high risk needs another always, others only of a lower rank", () => {
  expect(needsAnother("high", "msp_admin")).toBe(true);
  expect([needsAnother("medium", "technician"), needsAnother("medium", "company_admin")]).toEqual([true, false]);
  expect(needsAnother("low", "technician")).toBe(false);
});

test("who may not agree is told why", () => {
  const approval = (more: object) => ({ need: { approver: "msp_admin", approvals: 2, own_counts: false }, requested_by: "usr-1", decided_by: [], ...more }) as unknown as Approval;
  const root = { role: "msp_admin" as const, user_id: "usr-1" };
  expect(whyNot(approval({}), { role: "technician", user_id: "usr-2" })).toMatch(/a msp admin at the least/);
  expect(whyNot(approval({}), root)).toMatch(/you have asked/);
  expect(whyNot(approval({ requested_by: "incident" }), root)).toBeNull();
  expect(whyNot(approval({ requested_by: "incident", decided_by: [{ by: "usr-1" }] }), root)).toMatch(/You have agreed/);
});
