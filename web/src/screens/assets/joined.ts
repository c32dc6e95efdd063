/** Which assets belong together: by what they depend on, and by what depends on them. */
import type { Schemas } from "~/api/types";

export type Asset = Schemas["Asset"];

/** Names of those that need each asset. */
export function neededBy(assets: readonly Asset[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, depends_on = [] } of assets) {
    for (const on of depends_on) {
      const others = found.get(on);
      if (others === undefined) found.set(on, [name]);
      else others.push(name);
    }
  }
  return found;
}

/** Those that depend on another, or that another depends on. */
export function joined(assets: readonly Asset[]): Asset[] {
  const needed = neededBy(assets);
  return assets.filter(({ name, depends_on = [] }) => depends_on.length > 0 || needed.has(name));
}

/** An asset with all that it depends on and all that depends on it, by whatever way. */
export function around(assets: readonly Asset[], name: string): Asset[] {
  const needed = neededBy(assets);
  const known = byName(assets);
  const up = reached([name], (one) => known.get(one)?.depends_on ?? []);
  const down = reached([name], (one) => needed.get(one) ?? []);
  return within(assets, new Set([...up, ...down]));
}

/** Those with trouble, and all that they depend on: where the cause may be. */
export function beneath(assets: readonly Asset[], troubled: Iterable<string>): Asset[] {
  const known = byName(assets);
  const begin = [...troubled].filter((name) => known.has(name));
  return within(assets, reached(begin, (one) => known.get(one)?.depends_on ?? []));
}

function byName(assets: readonly Asset[]): Map<string, Asset> {
  return new Map(assets.map((asset) => [asset.name, asset]));
}

/** All that is reached from a few, each once: a circle ends where it began. */
function reached(from: readonly string[], next: (name: string) => readonly string[]): Set<string> {
  const seen = new Set(from);
  const left = [...from];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    for (const other of next(name)) {
      if (seen.has(other)) continue;
      seen.add(other);
      left.push(other);
    }
  }
  return seen;
}

/** The assets of these names, with no more ties than those among them. */
function within(assets: readonly Asset[], names: Set<string>): Asset[] {
  return assets
    .filter(({ name }) => names.has(name))
    .map((asset) => ({ ...asset, depends_on: (asset.depends_on ?? []).filter((on) => names.has(on)) }));
}

/** Those that were added, and the one that is typed still. */
export function withTyped(value: string[], typed: string): string[] {
  const name = typed.trim();
  return name === "" || value.includes(name) ? value : [...value, name];
}

/** Names in a line, the first few of many. */
export function few(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}
