import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "~/api/client";
import type { AcceptedNow, Frame } from "~/live/frames";
import { useFrames } from "~/live/useLive";
import { Badge } from "~/ui/Badge";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Newest } from "./Newest";
import { TryIt } from "./TryIt";
import { firstOf, heardWords } from "./heard";

/** Alerts that are looked at for the first. */
const LOOKED_AT = 50;

/** Waits for a company's first alert, and tells when it is there. */
export function Waiting({ companyId }: { companyId: string }) {
  const query = { company_id: companyId, limit: LOOKED_AT };
  const newest = api.useQuery("get", "/api/alerts", { params: { query } });
  const accepted = useAccepted(companyId);
  return (
    <Panel title="Is it there?">
      <Answer of={newest}>
        {({ items }) => {
          const first = firstOf(items);
          return (
            <>
              <div role="status" className="mb-3 flex flex-wrap items-center gap-2">
                {first !== undefined ? (
                  <>
                    <Badge tone="good">heard</Badge> {heardWords(first)}
                  </>
                ) : (
                  <>
                    <Badge tone="accent">waiting</Badge> The first alert shows here by itself, as soon as a tool has sent it.
                  </>
                )}
                <span className="text-soft tabular-nums">{accepted > 0 && `${accepted} accepted since you are here`}</span>
              </div>
              {items.length > 0 && <Newest companyId={companyId} items={items} />}
            </>
          );
        }}
      </Answer>
      <TryIt companyId={companyId} />
    </Panel>
  );
}

/** How many alerts of the company were accepted since somebody looks; what is shown of them is asked for again. */
function useAccepted(companyId: string): number {
  const [count, setCount] = useState(0);
  const queries = useQueryClient();
  const hear = useCallback(
    (frames: Frame[]) => {
      const own = frames
        .filter(({ event }) => event === "alert.accepted")
        .map(({ data }) => data as AcceptedNow)
        .filter(({ company_id }) => company_id === companyId);
      if (own.length === 0) return;
      setCount((before) => own.reduce((sum, { data }) => sum + data.count, before));
      const path = (key: readonly unknown[]) => key[1] === "/api/alerts" || key[1] === "/api/companies/{company_id}/sources";
      void queries.invalidateQueries({ predicate: ({ queryKey }) => path(queryKey) && JSON.stringify(queryKey).includes(companyId) });
    },
    [companyId, queries],
  );
  useFrames(hear);
  return count;
}
