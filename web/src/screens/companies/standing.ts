import type { Schemas } from "~/api/types";
import type { Tone } from "~/ui/Badge";

type Marks = Pick<Schemas["CompanyLine"], "archived_at" | "erased_at"> & Pick<Partial<Schemas["Company"]>, "erase_requested_at">;

/** How a company stands: open, archived, being erased, or erased. */
export function standing({ archived_at, erased_at, erase_requested_at }: Marks): { words: string; tone: Tone } {
  if (erased_at != null) return { words: "erased", tone: "bad" };
  if (erase_requested_at != null) return { words: "being erased", tone: "bad" };
  if (archived_at != null) return { words: "archived", tone: "warn" };
  return { words: "open", tone: "good" };
}
