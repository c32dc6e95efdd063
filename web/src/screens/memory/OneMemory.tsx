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
  const { company_id: companyId, incident_id: incidentId, source, tags } = memory;
  return [
    ["Outcome", <Badge tone={memory.outcome === "success" ? "good" : "bad"}>{memory.outcome}</Badge>],
    ["Runbook", <Text>{memory.runbook_used ?? "none"}</Text>],
    ["Tags", <Text>{tags.join(", ") || "none"}</Text>],
    [
      "From",
      source === undefined ? "an incident's end" : source.kind === "run" ? "a run" : <>a post-mortem by <Text>{who(source.author)}</Text></>,
    ],
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
