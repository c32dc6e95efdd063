/** Whose consent a run needs: the server judges, this says it beforehand. Pure. */
import type { Approval, Role, Schemas } from "~/api/types";

type Need = Schemas["Need"];

const RANKS: Record<Role, number> = { technician: 0, company_admin: 1, msp_admin: 2 };
const NAMES: Record<Role, [one: string, several: string]> = {
  technician: ["a technician", "technicians"],
  company_admin: ["a company administrator", "company administrators"],
  msp_admin: ["an MSP administrator", "MSP administrators"],
};

/** Whether others have to agree to what somebody of this role asks for. */
export function needsAnother({ approver, approvals, own_counts }: Need, role: Role): boolean {
  const own = own_counts && RANKS[role] >= RANKS[approver] ? 1 : 0;
  return approvals > own;
}

/** Who has to agree, at the least, in words: `an MSP administrator`, `2 MSP administrators`. */
export function whoAgrees({ approver, approvals }: Pick<Need, "approver" | "approvals">): string {
  const [one, several] = NAMES[approver];
  return approvals > 1 ? `${approvals} ${several}` : one;
}

/** Why somebody may not agree to it; nothing where he may. */
export function whyNot({ need, requested_by, decided_by }: Approval, { role, user_id }: { role: Role; user_id: string }): string | null {
  if (RANKS[role] < RANKS[need.approver]) return `Somebody else must agree: ${NAMES[need.approver][0]} at the least.`;
  if (!need.own_counts && requested_by === user_id) return "You asked for this: somebody else must agree.";
  if (decided_by.some(({ by }) => by === user_id)) return "You have agreed: somebody else must agree as well.";
  return null;
}

/** Whether somebody may say no: whoever may say yes, and who asked, whatever he is. */
export function mayReject({ need, requested_by }: Approval, { role, user_id }: { role: Role; user_id: string }): boolean {
  return RANKS[role] >= RANKS[need.approver] || requested_by === user_id;
}
