import { Link, getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "~/api/client";
import type { Alert } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Facts, Page, Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { shown } from "~/ui/shown";
import { webAddress } from "~/ui/webAddress";
import { WhyThere } from "./WhyThere";
import { STATES } from "./states";

const route = getRouteApi("/alerts/$companyId/$alertId");

/** How often one is looked at again that has not found its place, in milliseconds. */
const PACE = 5000;

function paceOf(alert: Alert | undefined): number | false {
  return alert?.state === "received" || alert?.state === "held" ? PACE : false;
}

/** One alert as it came, and why it is where it is. */
export function OneAlert() {
  const { companyId, alertId } = route.useParams();
  const params = { path: { alert_id: alertId }, query: { company_id: companyId } };
  const alert = api.useQuery("get", "/api/alerts/{alert_id}", { params }, { refetchInterval: ({ state }) => paceOf(state.data) });
  return (
    <Answer of={alert}>
      {(alert) => (
        <Page title={`${alert.signature} on ${alert.asset_name}`} heading={<Heading alert={alert} />}>
          <div className="grid gap-3 lg:grid-cols-2">
            <Panel title="As it came">
              <Facts of={lines(alert)} />
            </Panel>
            <div className="flex min-w-0 flex-col gap-3">
              <WhyThere key={alert.state} alert={alert} />
              <Labels of={alert.labels} />
            </div>
          </div>
        </Page>
      )}
    </Answer>
  );
}

function Heading({ alert }: { alert: Alert }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3">
      <SeverityMark severity={alert.severity} />
      <Text>{alert.signature}</Text>
      <span className="font-normal text-soft">
        on <Text>{alert.asset_name}</Text>
      </span>
    </span>
  );
}

function lines(alert: Alert): [string, ReactNode][] {
  const { company_id: companyId, incident_id: incidentId, state } = alert;
  return [
    ["Message", <Text>{alert.message}</Text>],
    ["Says", alert.status],
    ["Where it is", <Badge tone={STATES[state].tone}>{STATES[state].name}</Badge>],
    ["Incident", incidentId == null ? "none" : <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId }}>{incidentId}</Link>],
    ["Received", <Time at={alert.received_at} />],
    ["Began", alert.starts_at == null ? "not said" : <Time at={alert.starts_at} />],
    ["Ended", alert.ends_at == null ? "not said" : <Time at={alert.ends_at} />],
    ["From", <Text>{alert.tool_source ?? "no tool named"}</Text>],
    ["Signed", alert.unsigned ? <Badge tone="warn">no: over its key alone</Badge> : "yes"],
    ["Its page", <Address url={alert.url} />],
    ["Fingerprint", <Code>{alert.fingerprint}</Code>],
    ["Delivery", <Code>{alert.delivery_id ?? "none named"}</Code>],
    ["Id", <Code>{alert.alert_id}</Code>],
  ];
}

function Address({ url }: { url: string | null | undefined }) {
  const address = webAddress(url);
  if (address === null) return <Text className="text-soft">{url ?? "none"}</Text>;
  return (
    <a className="text" href={address.href} rel="noreferrer noopener" target="_blank">
      <Text>{`${address.host}${address.pathname}`}</Text>
    </a>
  );
}

function Labels({ of }: { of: Alert["labels"] }) {
  const labels = Object.entries(of);
  return (
    <Panel title="Labels">
      {labels.length === 0 ? <p className="text-soft">It has none.</p> : <Facts of={labels.map(([name, value]) => [shown(name), <Text>{value}</Text>])} />}
    </Panel>
  );
}
