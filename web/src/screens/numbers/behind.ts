/** The list behind each number. */
import type { FigureKey } from "./figures";

export interface List {
  to: string;
  search: object;
}

/** Incidents that were opened since then, of one company where one is meant. */
export function incidentsSince(company: string | null, since: string, status?: string): List {
  return { to: "/incidents", search: { company: company ?? undefined, since, status } };
}

export function alertsSince(company: string | null, since: string): List {
  return { to: "/alerts", search: { company: company ?? undefined, since } };
}

const ENDED: FigureKey[] = ["mttr_minutes", "self_healed_pct"];

export function listOf(figure: FigureKey, company: string | null, since: string): List {
  if (figure === "patch_compliance_pct") return { to: company === null ? "/companies" : `/companies/${company}/aws`, search: {} };
  return incidentsSince(company, since, ENDED.includes(figure) ? "resolved" : undefined);
}
