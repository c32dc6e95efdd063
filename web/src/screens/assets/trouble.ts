/** What is open on each asset of a company. */
import { useMemo, useRef, useSyncExternalStore } from "react";
import { SEVERITIES, type Severity } from "~/api/types";
import { board } from "~/board/board";

export interface Trouble {
  count: number;
  gravest: Severity;
}

export function useTrouble(companyId: string): Map<string, Trouble> {
  const { lines, version } = useSyncExternalStore(board.subscribe, board.get);
  const last = useRef(new Map<string, Trouble>());
  return useMemo(() => {
    const found = new Map<string, Trouble>();
    for (const { company_id, asset_name, severity, over } of lines.values()) {
      if (over || company_id !== companyId) continue;
      const before = found.get(asset_name);
      const graver = before === undefined || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(before.gravest);
      found.set(asset_name, { count: (before?.count ?? 0) + 1, gravest: graver ? severity : before.gravest });
    }
    if (!alike(last.current, found)) last.current = found;
    return last.current;
  }, [version, companyId]);
}

/** Whether nothing has changed, so that nothing has to be drawn again. */
function alike(one: Map<string, Trouble>, other: Map<string, Trouble>): boolean {
  if (one.size !== other.size) return false;
  for (const [name, { count, gravest }] of other) {
    const before = one.get(name);
    if (before?.count !== count || before.gravest !== gravest) return false;
  }
  return true;
}
