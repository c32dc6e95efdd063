import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "~/api/client";
import type { Alert, Schemas } from "~/api/types";
import { worded } from "~/ui/Badge";
import { Facts, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { absolute } from "~/ui/time";
import { LAYERS, STATES } from "./states";

/** Which layer and rule have put it where it is, and what else was considered. */
export function WhyThere({ alert }: { alert: Alert }) {
  const params = { path: { alert_id: alert.alert_id }, query: { company_id: alert.company_id } };
  const why = api.useQuery("get", "/api/alerts/{alert_id}/why", { params }, { staleTime: 0 });
  return (
    <Panel title="Why it is there">
      <p className="mb-2 text-soft">{STATES[alert.state].means}</p>
      <Answer of={why}>{({ receipt }) => (receipt == null ? <p className="text-soft">Nothing was decided about it yet.</p> : <Facts of={lines(receipt, alert)} />)}</Answer>
    </Panel>
  );
}

function lines(receipt: Schemas["Receipt"], { company_id: companyId }: Alert): [string, ReactNode][] {
  const incident = (id: string) => (
    <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId: id }}>
      {id}
    </Link>
  );
  const layer = Object.hasOwn(LAYERS, receipt.layer) ? LAYERS[receipt.layer] : undefined;
  const { considered = [], by_rule, offers_merge_with } = receipt;
  return [
    [
      "By",
      <>
        <Text>{worded(receipt.layer)}</Text>
        <span className="text-soft">{layer === undefined ? "" : `: ${layer}`}</span>
      </>,
    ],
    ["Because", <Text>{receipt.rule}</Text>],
    ...(by_rule == null ? [] : ([["The company's rule", <Text>{by_rule}</Text>]] as [string, ReactNode][])),
    ["Key", <Code>{receipt.key}</Code>],
    ["Window", `${receipt.window_minutes} min`],
    ["Taken to be of", absolute(receipt.event_at)],
    ["Judged at", absolute(receipt.now)],
    ["Rules version", receipt.rules_version],
    [
      "Considered",
      considered.length === 0 ? (
        "nothing else"
      ) : (
        <ul>
          {considered.map(({ incident_id, why_not }) => (
            <li key={incident_id}>
              {incident(incident_id)}: <Text>{why_not}</Text>
            </li>
          ))}
        </ul>
      ),
    ],
    ...(offers_merge_with == null ? [] : ([["Might be one with", incident(offers_merge_with)]] as [string, ReactNode][])),
  ];
}
