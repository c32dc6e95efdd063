import { useState } from "react";
import { api } from "~/api/client";
import type { Decision, Incident } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { TraceDialog } from "./TraceDialog";
import { of } from "./of";
import { useDeciding } from "./useDeciding";

/** What the agent thinks of it, and why; and what it thought before. */
export function DecisionPanel({ incident }: { incident: Incident }) {
  const can = useCan();
  const deciding = useDeciding(incident);
  const { decision } = incident;
  return (
    <Panel
      title="What the agent thinks"
      actions={
        can("decide") && (
          <Button busy={deciding.busy} onClick={deciding.ask}>
            {decision == null ? "Decide now" : "Decide again"}
          </Button>
        )
      }
    >
      {deciding.busy && (
        <div role="log" aria-label="The decision as it is made" className="mb-2 rounded-md bg-raised p-2">
          {deciding.lines.map((line, place) => (
            <Text key={place} className="block">
              {line}
            </Text>
          ))}
        </div>
      )}
      {decision == null ? <p className="text-soft">Nothing has been decided yet.</p> : <Shown decision={decision} mayTrace={can("read_traces")} />}
      <Earlier incident={incident} />
    </Panel>
  );
}

function Shown({ decision, mayTrace }: { decision: Decision; mayTrace: boolean }) {
  const [tracing, setTracing] = useState(false);
  const byModel = decision.engine !== "rules";
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <Text className="text-base font-semibold">{decision.recommendation}</Text>
        <Confidence of={decision.confidence} />
      </p>
      <Text className="text-soft">{decision.reasoning}</Text>
      {decision.fallback != null && (
        <p>
          <Badge tone="warn">fell back to the rules</Badge> <Text className="text-soft">{decision.fallback}</Text>
        </p>
      )}
      {decision.evidence.length > 0 && (
        <ul className="list-disc pl-5">
          {decision.evidence.map(({ kind, detail }, place) => (
            <li key={place}>
              <span className="text-soft">{worded(kind)}:</span> <Text>{detail}</Text>
            </li>
          ))}
        </ul>
      )}
      {decision.tool_calls.map(({ tool_name, parameters }, place) => (
        <pre key={place} tabIndex={0} aria-label="A call that it wants" className="overflow-x-auto rounded-md bg-raised px-2 py-1">
          {tool_name} {JSON.stringify(parameters)}
        </pre>
      ))}
      <p className="flex flex-wrap items-center gap-x-3 text-xs text-soft">
        <Badge tone={byModel ? "accent" : "plain"}>{byModel ? `model: ${decision.engine}` : "rules"}</Badge>
        <span className="tabular-nums">
          {decision.tokens_used.toLocaleString()} of {decision.budget.max_tokens.toLocaleString()} tokens
        </span>
        <span className="tabular-nums">{decision.duration_ms} ms</span>
        <Time at={decision.created_at} />
        {mayTrace && byModel && (
          <button type="button" className="min-h-7 text-accent underline" onClick={() => setTracing(true)}>
            What was said with the model
          </button>
        )}
      </p>
      {tracing && <TraceDialog decision={decision} onClose={() => setTracing(false)} />}
    </div>
  );
}

function Confidence({ of: confidence }: { of: number }) {
  const percent = Math.round(confidence * 100);
  return (
    <span className="inline-flex items-center gap-2 text-soft">
      <span aria-hidden className="h-1.5 w-20 overflow-hidden rounded bg-raised">
        <span className="block h-full bg-accent" style={{ width: `${percent}%` }} />
      </span>
      <span className="tabular-nums">{percent} % sure</span>
    </span>
  );
}

/** Decisions that are shown of what came before. */
const EARLIER = 20;

function Earlier({ incident }: { incident: Incident }) {
  const [open, setOpen] = useState(false);
  const params = { ...of(incident), query: { ...of(incident).query, limit: EARLIER } };
  const { data } = api.useQuery("get", "/api/agent/decisions/{incident_id}", { params }, { enabled: open });
  const before = data?.items.filter(({ decision_id }) => decision_id !== incident.decision?.decision_id) ?? [];
  return (
    <details className="mt-2" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="text-soft">Earlier decisions</summary>
      {data !== undefined && before.length === 0 && <p className="mt-1 text-soft">There was none before.</p>}
      <ol className="mt-1 flex flex-col gap-1">
        {before.toReversed().map((decision) => (
          <li key={decision.decision_id} className="flex flex-wrap gap-x-3">
            <Time at={decision.created_at} className="text-soft" />
            <Text>{decision.recommendation}</Text>
            <span className="text-soft">{Math.round(decision.confidence * 100)} %</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
