import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "~/api/client";
import type { AcceptedNow, Frame } from "~/live/frames";
import { useFrames } from "~/live/useLive";
import { Badge } from "~/ui/Badge";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Sources } from "../Sources";
import { of } from "../kit/company";
import { TryIt } from "./TryIt";

/** Waits for a company's first alert, and tells when it is there. */
export function Waiting({ companyId, signs }: { companyId: string; signs: boolean }) {
  const sources = api.useQuery("get", "/api/companies/{company_id}/sources", { params: of(companyId) });
  const accepted = useAccepted(companyId);
  return (
    <Panel title="Is it there?">
      <Answer of={sources}>
        {({ items }) => (
          <>
            <div role="status" className="mb-3 flex flex-wrap items-center gap-2">
              {items.length > 0 ? (
                <>
                  <Badge tone="good">heard</Badge> {signs ? "The first signed alert was received." : "The first alert was received."}
                </>
              ) : (
                <>
                  <Badge tone="accent">waiting</Badge> The first alert shows here by itself, as soon as a tool has sent it.
                </>
              )}
              <span className="text-soft tabular-nums">{accepted > 0 && `${accepted} accepted since you are here`}</span>
            </div>
            {items.length > 0 && <Sources items={items} companyId={companyId} />}
          </>
        )}
      </Answer>
      <TryIt companyId={companyId} />
    </Panel>
  );
}

/** How many alerts of the company were accepted since somebody looks. */
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
      void queries.invalidateQueries({ queryKey: ["get", "/api/companies/{company_id}/sources", { params: of(companyId) }] });
    },
    [companyId, queries],
  );
  useFrames(hear);
  return count;
}
