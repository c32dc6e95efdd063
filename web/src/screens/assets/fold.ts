/** Assets that are alike drawn as one: those that nothing depends on, and that depend on the same. */
import { SEVERITIES } from "~/api/types";
import { type Asset, neededBy } from "./joined";
import type { Trouble } from "./trouble";

/** From how many on they are drawn as one. */
const ALIKE = 4;
/** What the name of several begins with: no asset's name holds it. */
const MARK = "\u0001";

export interface Folded {
  assets: Asset[];
  /** Who is in each that stands for several. */
  groups: Map<string, string[]>;
}

/** Folds what is alike, but for what was unfolded. */
export function fold(assets: readonly Asset[], unfolded: ReadonlySet<string>): Folded {
  const needed = neededBy(assets);
  const alike = new Map<string, Asset[]>();
  for (const asset of assets) {
    const same = alike.get(keyOf(asset));
    if (same === undefined) alike.set(keyOf(asset), [asset]);
    else same.push(asset);
  }
  const groups = new Map<string, string[]>();
  const kept: Asset[] = [];
  for (const [key, members] of alike) {
    const ends = key === MARK ? [] : members.filter(({ name }) => !needed.has(name));
    const isFolded = ends.length >= ALIKE && !unfolded.has(key);
    if (isFolded) {
      groups.set(key, ends.map(({ name }) => name));
      kept.push({ name: key, depends_on: ends[0]?.depends_on ?? [] });
    }
    kept.push(...members.filter(({ name }) => !isFolded || needed.has(name)));
  }
  return { assets: kept, groups };
}

function keyOf({ depends_on = [] }: Asset): string {
  return depends_on.length === 0 ? MARK : MARK + JSON.stringify(depends_on.toSorted());
}

/** What is open on several, taken together. */
export function together(names: readonly string[], trouble: ReadonlyMap<string, Trouble>): Trouble | undefined {
  const found = names.map((name) => trouble.get(name)).filter((one) => one !== undefined);
  const gravest = SEVERITIES.find((severity) => found.some((one) => one.gravest === severity));
  return gravest === undefined ? undefined : { gravest, count: found.reduce((sum, { count }) => sum + count, 0) };
}
