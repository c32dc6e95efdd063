/** At which field of the form an error belongs. */

const PLACES = { name: "name", asset_name: "name", criticality: "criticality", depends_on: "depends_on" } as const;

export type Place = (typeof PLACES)[keyof typeof PLACES];

/**
 * Where the server's word on a field is shown: `assets[0].depends_on[1]` at what it depends on. An asset that does not fit
 * among the others, `assets`, is at fault by what it depends on, or else by its name.
 */
export function placeOf(field: string | undefined, dependsOn: readonly string[]): Place | undefined {
  const parts = (field ?? "").split(/[.[\]]+/).filter((part) => !/^\d*$/.test(part));
  const last = parts.at(-1);
  if (last === "assets") return dependsOn.length > 0 ? "depends_on" : "name";
  return last !== undefined && Object.hasOwn(PLACES, last) ? PLACES[last as keyof typeof PLACES] : undefined;
}
