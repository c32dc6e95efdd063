import { api } from "~/api/client";
import type { Decision } from "~/api/types";
import { Dialog } from "~/ui/Dialog";
import { Answer, Empty } from "~/ui/States";
import { of } from "./of";

/** What was said with models for a decision, word for word. */
export function TraceDialog({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const { path, query } = of(decision);
  const trace = api.useQuery("get", "/api/agent/decisions/{incident_id}/{decision_id}/trace", {
    params: { path: { ...path, decision_id: decision.decision_id }, query },
  });
  return (
    <Dialog open wide onClose={onClose} title="What was said with the model">
      <Answer of={trace}>
        {({ deliberations }) =>
          deliberations.length === 0 ? (
            <Empty title="No model was asked" />
          ) : (
            <ol className="flex flex-col gap-3">
              {deliberations.map((deliberation, place) => (
                <li key={place}>
                  <h3>{deliberation.model}</h3>
                  <pre tabIndex={0} className="max-h-96 overflow-auto rounded-md bg-raised p-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
                    {JSON.stringify(deliberation, null, 2)}
                  </pre>
                </li>
              ))}
            </ol>
          )
        }
      </Answer>
    </Dialog>
  );
}
