/** How incidents end, in words. */

/** Who or what an incident was ended by, told by what the server calls it. */
export function endedBy(by: string | null | undefined, who: (actor: string) => string): string {
  if (by == null) return "";
  if (by === "recovery") return "all of it recovered";
  if (by === "stale") return "nothing more was heard of it";
  if (by.startsWith("run-")) return "a run healed it";
  return `resolved by ${who(by)}`;
}
