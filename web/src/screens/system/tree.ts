/** The living tree out of the list of who lives: who is under whom, as `supervision.md` draws it. */
import type { Schemas } from "~/api/types";

export type Resident = Schemas["Resident"];

export interface Group {
  companyId: string;
  tenant: Resident | undefined;
  /** The correlator, the notifier and whatever else there is one of. */
  parts: Resident[];
  incidents: Resident[];
  /** Decisions, runs and deliveries at work. */
  work: Resident[];
}

export interface Tree {
  top: Resident[];
  groups: Group[];
}

const WORK = new Set<Resident["kind"]>(["decision", "tool", "delivery"]);

export function tree(residents: readonly Resident[]): Tree {
  const groups = new Map<string, Group>();
  const top: Resident[] = [];
  for (const resident of residents) {
    const { company_id: companyId, kind } = resident;
    if (companyId == null) {
      top.push(resident);
      continue;
    }
    const group = groups.get(companyId) ?? { companyId, tenant: undefined, parts: [], incidents: [], work: [] };
    groups.set(companyId, group);
    if (kind === "tenant") group.tenant = resident;
    else if (kind === "incident") group.incidents.push(resident);
    else if (WORK.has(kind)) group.work.push(resident);
    else group.parts.push(resident);
  }
  return { top, groups: [...groups.values()].sort((one, other) => (one.companyId < other.companyId ? -1 : 1)) };
}

/** What stands out: the longest queue and the restarts of all of a group. */
export function strain(of: readonly Resident[]): { queue: number; restarts: number } {
  return of.reduce(
    (sum, { queue, restarts }) => ({ queue: Math.max(sum.queue, queue), restarts: sum.restarts + restarts }),
    { queue: 0, restarts: 0 },
  );
}
