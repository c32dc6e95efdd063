import { Link, getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWho } from "~/app/useWho";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Facts, Page, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Belief } from "./Belief";
import { origin } from "./words";

type Shown = Schemas["ShownMemory"];

const route = getRouteApi("/memory/$companyId/$memoryId");

/** One memory: what was learned, from what, and how far it is believed. */
export function OneMemory() {
  const { companyId, memoryId } = route.useParams();
  const params = { path: { memory_id: memoryId }, query: { company_id: companyId } };
  const memory = api.useQuery("get", "/api/memory/{memory_id}", { params });
  return <Answer of={memory}>{(memory) => <Whole memory={memory} />}</Answer>;
}

function Whole({ memory }: { memory: Shown }) {
  const who = useWho(memory.company_id);
  return (
    <Page title={memory.signature} heading={<Text>{memory.signature}</Text>}>
      <div className="grid gap-3 lg:grid-cols-2">
        <Panel title="What was learned">
          <Text>{memory.resolution}</Text>
          <div className="mt-3">
            <Facts of={lines(memory, who)} />
          </div>
        </Panel>
        <Belief memory={memory} />
      </div>
    </Page>
  );
}

function lines(memory: Shown, who: (actor: string) => string): [string, ReactNode][] {
  const { company_id: companyId, incident_id: incidentId, runbook_id: runbookId, runbook_used: used, source, tags } = memory;
  return [
    ["Outcome", <Badge tone={memory.outcome === "success" ? "good" : "bad"}>{memory.outcome}</Badge>],
    [
      "Runbook",
      runbookId == null ? <Text>{used ?? "none"}</Text> : (
        <Link className="text" to="/runbooks/$companyId/$runbookId" params={{ companyId, runbookId }}>
          <Text>{used ?? runbookId}</Text>
        </Link>
      ),
    ],
    ["Tags", <Tags companyId={companyId} of={tags} />],
    [
      "Of its kind",
      <Link className="text" to="/incidents" search={{ company: companyId, signature: memory.signature } as object}>
        incidents with this signature
      </Link>,
    ],
    ["From", <Text>{origin(source, who)}</Text>],
    [
      "Incident",
      incidentId == null ? "none named" : (
        <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId }}>
          {incidentId}
        </Link>
      ),
    ],
    ["Written", <Time at={memory.created_at} />],
    ["Id", <Code>{memory.memory_id}</Code>],
  ];
}

/** Words to find it by, each with the way to others that have it. */
function Tags({ companyId, of }: { companyId: string; of: string[] }) {
  if (of.length === 0) return "none";
  return (
    <ul className="flex flex-wrap gap-x-2">
      {of.map((tag) => (
        <li key={tag}>
          <Link className="text" to="/memory" search={{ company: companyId, tag } as object}>
            <Text>{tag}</Text>
          </Link>
        </li>
      ))}
    </ul>
  );
}
