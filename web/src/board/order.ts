/**
 * In which order the list stands, and that nothing moves under a cursor: the order is made anew only where nobody is at
 * the list, or on his word. What changes meanwhile changes in its place, what is over stays, and what is new waits.
 */
import { type Line, isQuiet, urgency } from "./line";

export interface Wanted {
  company: string | null;
  /** Words that must all be in it. */
  text: string;
  severity: string | null;
  /** The asset whose incidents are wanted, by its whole name. */
  asset: string | null;
  /** Whether what is snoozed or suppressed is shown too. */
  quiet: boolean;
  /** The person whose incidents are wanted, where only his are. */
  assignedTo: string | null;
}

/** What of a line is searched, once for each: a line that changes is another. */
const texts = new WeakMap<Line, string>();

function textOf(line: Line): string {
  const known = texts.get(line);
  if (known !== undefined) return known;
  const told = [line.signature, line.asset_name, line.company_id, line.incident_id, line.assigned_to, line.status];
  const text = [...told, ...line.tool_sources].join("\n").toLowerCase();
  texts.set(line, text);
  return text;
}

export function matches(line: Line, wanted: Wanted, now: number): boolean {
  if (wanted.company !== null && line.company_id !== wanted.company) return false;
  if (wanted.severity !== null && line.severity !== wanted.severity) return false;
  if (wanted.asset !== null && line.asset_name !== wanted.asset) return false;
  if (wanted.assignedTo !== null && line.assigned_to !== wanted.assignedTo) return false;
  if (!wanted.quiet && isQuiet(line, now)) return false;
  if (wanted.text === "") return true;
  const text = textOf(line);
  return wanted.text.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** The ids of what is wanted, the most urgent first; of equals the older first, so that no two change places. */
export function ordered(lines: Iterable<Line>, wanted: Wanted, now: number): string[] {
  const ranked: [number, Line][] = [];
  for (const line of lines) if (!line.over && matches(line, wanted, now)) ranked.push([urgency(line, now), line]);
  ranked.sort(([a, one], [b, other]) => {
    const byUrgency = Math.round(b) - Math.round(a);
    return byUrgency || (one.created_at < other.created_at ? -1 : one.created_at > other.created_at ? 1 : 0);
  });
  return ranked.map(([, line]) => line.incident_id);
}

/** How many of these are not in the order that is shown. */
export function waiting(shown: string[], best: string[]): number {
  const there = new Set(shown);
  return best.reduce((count, id) => count + (there.has(id) ? 0 : 1), 0);
}
