import { expect, test } from "vitest";
import type { Approval, Schemas } from "~/api/types";
import { mayReject, needsAnother, whoAgrees, whyNot } from "./consent";

type Need = Schemas["Need"];

const HIGH: Need = { approver: "msp_admin", approvals: 1, own_counts: false };
const MEDIUM: Need = { approver: "company_admin", approvals: 1, own_counts: true };
const LOW: Need = { approver: "technician", approvals: 0, own_counts: true };

test("others have to agree where one's own consent does not count, is not enough, or takes a higher role", () => {
  expect(needsAnother(HIGH, "msp_admin")).toBe(true);
  expect([needsAnother(MEDIUM, "technician"), needsAnother(MEDIUM, "company_admin")]).toEqual([true, false]);
  expect([needsAnother({ ...LOW, approvals: 1 }, "technician"), needsAnother(LOW, "technician")]).toEqual([false, false]);
});

test("who has to agree is told in words", () => {
  expect([HIGH, { ...HIGH, approvals: 2 }, MEDIUM].map(whoAgrees)).toEqual(["an MSP administrator", "2 MSP administrators", "a company administrator"]);
});

const approval = (more: object) => ({ need: { ...HIGH, approvals: 2 }, requested_by: "usr-1", decided_by: [], ...more }) as unknown as Approval;
const root = { role: "msp_admin" as const, user_id: "usr-1" };

test("who may not agree is told why", () => {
  expect(whyNot(approval({}), { role: "technician", user_id: "usr-2" })).toMatch(/an MSP administrator at the least/);
  expect(whyNot(approval({}), root)).toMatch(/You asked for this: somebody else must agree/);
  expect(whyNot(approval({ requested_by: "incident" }), root)).toBeNull();
  expect(whyNot(approval({ requested_by: "incident", decided_by: [{ by: "usr-1" }] }), root)).toMatch(/You have agreed/);
});

test("who asked may take it back, whatever he is", () => {
  const ann = { role: "technician" as const, user_id: "usr-1" };
  expect([mayReject(approval({}), ann), mayReject(approval({ requested_by: "usr-2" }), ann), mayReject(approval({}), root)]).toEqual([true, false, true]);
});
