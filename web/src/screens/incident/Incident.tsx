import { getRouteApi } from "@tanstack/react-router";
import { api } from "~/api/client";
import type { Incident as Shown } from "~/api/types";
import { Page } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer } from "~/ui/States";
import { Text } from "~/ui/Text";
import { Acts } from "./Acts";
import { DecisionPanel } from "./DecisionPanel";
import { Glance } from "./Glance";
import { MemoryPanel } from "./MemoryPanel";
import { NeededPanel } from "./NeededPanel";
import { Notes } from "./Notes";
import { ProposedPanel } from "./ProposedPanel";
import { RunsPanel } from "./RunsPanel";
import { TicketsPanel } from "./TicketsPanel";
import { Timeline } from "./Timeline";
import { WhyPanel } from "./WhyPanel";

const route = getRouteApi("/incidents/$companyId/$incidentId");

/** One incident: what happened, why it is one, what is thought of it, what is proposed, and what was done. */
export function Incident() {
  const { companyId, incidentId } = route.useParams();
  const asked = api.useQuery("get", "/api/incidents/{incident_id}", {
    params: { path: { incident_id: incidentId }, query: { company_id: companyId } },
  });
  return <Answer of={asked}>{(incident) => <Whole key={incidentId} incident={incident} />}</Answer>;
}

function Whole({ incident }: { incident: Shown }) {
  return (
    <Page title={`${incident.signature} on ${incident.asset_name}`} heading={<Heading incident={incident} />} actions={<Acts incident={incident} />}>
      <NeededPanel incident={incident} />
      <Glance incident={incident} />
      <div className="grid gap-3 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          <DecisionPanel incident={incident} />
          <ProposedPanel incident={incident} />
          <RunsPanel incident={incident} />
          <Timeline incident={incident} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <WhyPanel incident={incident} />
          <MemoryPanel incident={incident} />
          <Notes incident={incident} />
          <TicketsPanel incident={incident} />
        </div>
      </div>
    </Page>
  );
}

function Heading({ incident }: { incident: Shown }) {
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-3">
      <SeverityMark severity={incident.severity} />
      <Text>{incident.signature}</Text>
      <span className="font-normal text-soft">
        on <Text>{incident.asset_name}</Text>
      </span>
    </span>
  );
}
