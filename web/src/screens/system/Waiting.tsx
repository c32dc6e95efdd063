import { type ReactNode, useSyncExternalStore } from "react";
import { api } from "~/api/client";
import { board } from "~/board/board";
import type { Line } from "~/board/line";
import { span } from "~/ui/time";
import { useNow } from "~/ui/useNow";
import { type Backlog, backlogOf, isLate } from "./backlog";

/** How often it is asked what waits, in milliseconds. */
const PACE = 10_000;
/** How many of it are counted at most. */
const MOST = 100;

interface Props {
  companyId: string;
  /** Leads to the list of them. */
  list: (count: ReactNode) => ReactNode;
}

/** Alerts that were accepted and have no place yet. */
export function Unplaced({ companyId, list }: Props) {
  const query = { company_id: companyId, state: "received", limit: MOST } as const;
  const { data } = api.useQuery("get", "/api/alerts", { params: { query } }, { refetchInterval: PACE });
  return <Waiting of={data && backlogOf(data.items.map(({ received_at }) => received_at), data.next_cursor != null)} list={list} />;
}

/** Incidents that no decision was made about yet. Another decision about one may well wait for more to come. */
export function Undecided({ companyId, list }: Props) {
  const { lines, more } = useSyncExternalStore(board.subscribe, board.get);
  const isWaiting = ({ company_id, phase, recommendation, over }: Line) => company_id === companyId && phase === "deciding" && recommendation == null && !over;
  const waiting = [...lines.values()].filter(isWaiting);
  return <Waiting of={backlogOf(waiting.map(({ created_at }) => created_at), more)} list={list} />;
}

/** Notifications that were not delivered yet. */
export function Undelivered({ companyId, list }: Props) {
  const params = { path: { company_id: companyId }, query: { pending: true, limit: MOST } };
  const { data } = api.useQuery("get", "/api/companies/{company_id}/deliveries", { params }, { refetchInterval: PACE });
  return <Waiting of={data && backlogOf(data.items.map(({ created_at }) => created_at), data.next_cursor != null)} list={list} />;
}

/** Alerts that were set aside: each waits for somebody. */
export function SetAside({ companyId, list }: Props) {
  const query = { company_id: companyId, limit: MOST };
  const { data } = api.useQuery("get", "/api/system/dead-letters", { params: { query } }, { refetchInterval: PACE });
  return <Waiting of={data && backlogOf(data.items.map(({ received_at }) => received_at), data.next_cursor != null)} list={list} />;
}

/** How many wait, and for how long the first of them; nothing where that is not known yet. */
export function Waiting({ of, list }: { of: Backlog | undefined; list: Props["list"] }) {
  const now = useNow();
  if (of === undefined) return <span className="text-soft">–</span>;
  if (of.oldest === null) return <span className="text-soft">0</span>;
  return (
    <span className={isLate(of, now) ? "font-medium text-bad" : undefined}>
      {list(`${of.count}${of.more ? " or more" : ""}`)}, for {span(now - Date.parse(of.oldest))}
    </span>
  );
}
