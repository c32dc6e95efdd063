import { api } from "~/api/client";
import type { Incident, Schemas } from "~/api/types";
import { useWho } from "~/app/useWho";
import { Badge } from "~/ui/Badge";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { of } from "./of";
import { readable } from "./readable";

type Recalled = Schemas["RecalledMemory"];

/** What is remembered of trouble like it, and what this incident remembers of itself. */
export function MemoryPanel({ incident }: { incident: Incident }) {
  const query = { company_id: incident.company_id, signature: incident.signature, limit: ASKED };
  const recalled = api.useQuery("get", "/api/memory/search", { params: { query } });
  return (
    <Panel title="Memory">
      <Answer of={recalled}>{({ items }) => <Like memories={items.filter(({ incident_id }) => incident_id !== incident.incident_id)} />}</Answer>
      <ShortTerm incident={incident} />
    </Panel>
  );
}

/** Memories that are asked for. */
const ASKED = 10;

function often(count: number): string {
  if (count === 1) return "once";
  return count === ASKED ? `at least ${count} times` : `${count} times`;
}

function Like({ memories }: { memories: Recalled[] }) {
  if (memories.length === 0) return <p className="text-soft">Nothing like it has been seen before.</p>;
  const fixes = memories.filter(({ outcome }) => outcome === "success");
  const best = fixes[0];
  return (
    <>
      <p>
        Seen {often(memories.length)}
        {best !== undefined && (
          <>
            , fixed by <Text className="font-medium">{best.runbook_used ?? best.resolution}</Text>
          </>
        )}
        .
      </p>
      <ul className="mt-2 flex flex-col gap-2">
        {memories.map((memory) => (
          <li key={memory.memory_id}>
            <span className="flex flex-wrap items-baseline gap-x-2">
              <Badge tone={memory.outcome === "success" ? "good" : "bad"}>{memory.outcome}</Badge>
              <Time at={memory.created_at} className="text-soft" />
              <span className="text-soft">trust {Math.round(memory.trust * 100)} %</span>
              {memory.quarantine != null && <Badge tone="warn">quarantined</Badge>}
            </span>
            <Text>{memory.resolution}</Text>
          </li>
        ))}
      </ul>
    </>
  );
}

const SPEAKERS: Record<Schemas["Speaker"], string> = { user: "alerts and people", agent: "the agent", system: "runs" };

function ShortTerm({ incident }: { incident: Incident }) {
  const who = useWho(incident.company_id);
  const { data } = api.useQuery("get", "/api/incidents/{incident_id}/memory", { params: of(incident) }, { retry: false });
  if (data === undefined || data.messages.length === 0) return null;
  return (
    <details className="mt-3">
      <summary className="text-soft">
        What it remembers of itself: {data.messages.length} messages, forgotten <Time at={data.expires_at} />
      </summary>
      <ol className="mt-2 flex max-h-80 flex-col gap-1 overflow-y-auto" tabIndex={0} aria-label="Short-term memory">
        {data.messages.map(({ role, content, at }, place) => (
          <li key={place}>
            <span className="text-xs text-soft">
              {SPEAKERS[role]}, <Time at={at} />
            </span>
            <Text className="block">{readable(content, who)}</Text>
          </li>
        ))}
      </ol>
    </details>
  );
}
