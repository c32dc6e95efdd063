/** The living tree out of the list of who lives: who is under whom, as `supervision.md` draws it. */
import type { Schemas } from "~/api/types";

export type Resident = Schemas["Resident"];

/** Somebody and how far down he is. */
export interface Placed {
  resident: Resident;
  depth: number;
}

export interface Group {
  companyId: string;
  tenant: Resident | undefined;
  /** The tenant, what there is one of, and the incidents, each with its work under it. */
  placed: Placed[];
  incidents: number;
  /** Decisions, runs and deliveries at work. */
  work: number;
}

export interface Tree {
  top: Placed[];
  groups: Group[];
}

const WORK = new Set<Resident["kind"]>(["decision", "tool", "delivery"]);

function by(residents: readonly Resident[], key: (resident: Resident) => string): Map<string, Resident[]> {
  const groups = new Map<string, Resident[]>();
  for (const resident of residents) {
    const group = groups.get(key(resident));
    if (group === undefined) groups.set(key(resident), [resident]);
    else group.push(resident);
  }
  return groups;
}

export function tree(residents: readonly Resident[]): Tree {
  const top = residents.filter(({ company_id }) => company_id == null);
  const companies = by(residents, ({ company_id }) => company_id ?? "");
  companies.delete("");
  return {
    top: top.map((resident) => ({ resident, depth: resident.kind === "root" ? 0 : 1 })),
    groups: [...companies]
      .map(([companyId, of]) => grouped(companyId, of))
      .sort((one, other) => (one.companyId < other.companyId ? -1 : 1)),
  };
}

function grouped(companyId: string, residents: Resident[]): Group {
  const tenant = residents.find(({ kind }) => kind === "tenant");
  const incidents = residents.filter(({ kind }) => kind === "incident");
  const work = by(
    residents.filter(({ kind }) => WORK.has(kind)),
    ({ id }) => id,
  );
  const known = new Set(incidents.map(({ id }) => id));
  const at = (depth: number) => (resident: Resident) => ({ resident, depth });
  const parts = residents.filter(({ kind }) => kind !== "tenant" && kind !== "incident" && !WORK.has(kind));
  const loose = [...work].filter(([id]) => !known.has(id)).flatMap(([, of]) => of);
  return {
    companyId,
    tenant,
    placed: [
      ...(tenant === undefined ? [] : [at(0)(tenant)]),
      ...[...parts, ...loose].map(at(1)),
      ...incidents.flatMap((incident) => [at(1)(incident), ...(work.get(incident.id) ?? []).map(at(2))]),
    ],
    incidents: incidents.length,
    work: [...work.values()].flat().length,
  };
}

/** What stands out: the longest queue and the restarts of all of a group. */
export function strain(of: readonly Placed[]): { queue: number; restarts: number } {
  return of.reduce(
    (sum, { resident: { queue, restarts } }) => ({ queue: Math.max(sum.queue, queue), restarts: sum.restarts + restarts }),
    { queue: 0, restarts: 0 },
  );
}
