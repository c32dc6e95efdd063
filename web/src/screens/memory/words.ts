/** What of a memory is told in words. */
import type { Schemas } from "~/api/types";

type Source = Schemas["LongMemory"]["source"];

export const MATCHES: Record<Schemas["Matched"], string> = { signature: "its signature", tag: "a tag", words: "its words" };

/** Where a memory comes from: whoever wrote it, or what has happened. */
export function origin(source: Source, who: (actor: string) => string): string {
  if (source === undefined) return "the end of an incident";
  return source.kind === "run" ? "a run" : `a post-mortem by ${who(source.author)}`;
}

type Doubted = Pick<Schemas["ShownMemory"], "quarantine" | "withheld">;

/** Why it is not recalled; nothing where it is. */
export function whyNot({ quarantine, withheld }: Doubted, who: (actor: string) => string): string | null {
  return quarantine == null ? (withheld ?? null) : `quarantined by ${who(quarantine.by)}: ${quarantine.reason}`;
}
