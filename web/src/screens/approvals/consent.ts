/** Whose consent a run needs: the server judges, this says it beforehand. Pure. */
import type { Approval, Risk, Role } from "~/api/types";

const RANKS: Record<Role, number> = { technician: 0, company_admin: 1, msp_admin: 2 };
const LEAST: Record<Risk, Role> = { low: "technician", medium: "company_admin", high: "msp_admin" };

/** Whether another has to agree to what somebody of this role asks for: always, where the risk is high. */
export function needsAnother(risk: Risk, role: Role): boolean {
  return risk === "high" || RANKS[role] < RANKS[LEAST[risk]];
}

/** Why somebody may not agree to it; nothing where he may. */
export function whyNot({ need, requested_by, decided_by }: Approval, { role, user_id }: { role: Role; user_id: string }): string | null {
  if (RANKS[role] < RANKS[need.approver]) return `Somebody else has to agree: a ${need.approver.replaceAll("_", " ")} at the least.`;
  if (!need.own_counts && requested_by === user_id) return "Somebody else has to agree: you have asked for it.";
  if (decided_by.some(({ by }) => by === user_id)) return "You have agreed; somebody else has to as well.";
  return null;
}
