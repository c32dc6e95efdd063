/** Which critical incidents somebody has to hear of who does not see the screen. Pure. */
import { type Line, isQuiet } from "~/board/line";

/** The ids of what is critical, in trouble now, and of the company that is looked at. */
export function grave(lines: Iterable<Line>, company: string | null, now: number): Map<string, Line> {
  const found = new Map<string, Line>();
  for (const line of lines) {
    if (line.severity !== "critical" || line.over || isQuiet(line, now)) continue;
    if (company === null || line.company_id === company) found.set(line.incident_id, line);
  }
  return found;
}

/** One sentence for those that are new; nothing where none is. */
export function sentence(fresh: Line[], nameOf: (companyId: string) => string): string | null {
  const [first] = fresh.toSorted((one, other) => (one.created_at < other.created_at ? 1 : -1));
  if (first === undefined) return null;
  const others = fresh.length > 1 ? `, and ${fresh.length - 1} more` : "";
  return `Critical: ${first.signature} on ${first.asset_name}, ${nameOf(first.company_id)}${others}`;
}
