/** What is asked of the list of what is open, as its address says it. Pure. */
import type { Wanted } from "~/board/order";

export interface Asked {
  text?: string;
  severity?: string;
  /** The asset whose incidents are wanted, by its whole name. */
  asset?: string;
  mine?: true;
  snoozed?: true;
}

/** Reads an address: what is not as it should be is not asked. */
export function readAsked(search: Record<string, unknown>): Asked {
  const words = (["text", "severity", "asset"] as const).map((name) => [name, search[name]] as const);
  const marks = (["mine", "snoozed"] as const).map((name) => [name, search[name]] as const);
  return Object.fromEntries([
    ...words.filter(([, value]) => typeof value === "string" && value !== ""),
    ...marks.filter(([, value]) => value === true),
  ]) as Asked;
}

export function wantedOf({ text, severity, asset, mine, snoozed }: Asked, company: string | null, email: string): Wanted {
  return {
    company,
    text: text ?? "",
    severity: severity ?? null,
    asset: asset ?? null,
    quiet: snoozed === true,
    assignedTo: mine === true ? email : null,
  };
}

export function isFiltered({ text, severity, asset, mine }: Asked): boolean {
  return text !== undefined || severity !== undefined || asset !== undefined || mine === true;
}
