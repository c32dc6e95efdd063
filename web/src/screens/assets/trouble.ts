/** What is open on each asset of a company. */
import { useMemo, useSyncExternalStore } from "react";
import { SEVERITIES, type Severity } from "~/api/types";
import { board } from "~/board/board";

export interface Trouble {
  count: number;
  gravest: Severity;
}

export function useTrouble(companyId: string): Map<string, Trouble> {
  const { lines, version } = useSyncExternalStore(board.subscribe, board.get);
  return useMemo(() => {
    const found = new Map<string, Trouble>();
    for (const { company_id, asset_name, severity, over } of lines.values()) {
      if (over || company_id !== companyId) continue;
      const before = found.get(asset_name);
      const graver = before === undefined || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(before.gravest);
      found.set(asset_name, { count: (before?.count ?? 0) + 1, gravest: graver ? severity : before.gravest });
    }
    return found;
  }, [version, companyId]);
}
