import type { ReactNode } from "react";
import { api } from "~/api/client";
import type { Incident, Schemas } from "~/api/types";
import { useWho } from "~/app/useWho";
import { endedBy } from "~/screens/incidents/ending";
import { Facts, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Told } from "./Told";
import { of } from "./of";
import { readable } from "./readable";

/** Why it is one incident, why it is quiet or not, and who is told. */
export function WhyPanel({ incident }: { incident: Incident }) {
  const why = api.useQuery("get", "/api/incidents/{incident_id}/why", { params: of(incident) });
  return (
    <Panel title="Why it is one incident">
      <Answer of={why}>{(why) => <Facts of={lines(incident, why)} />}</Answer>
    </Panel>
  );
}

function lines(incident: Incident, { opened, suppression, told, flapping, undecided, ended }: Schemas["IncidentWhy"]): [string, ReactNode][] {
  const receipt = opened?.receipt;
  return [
    ...(receipt === undefined
      ? ([["Opened", "its first alert is in an archive"]] as [string, ReactNode][])
      : ([
          ["Opened", <Text>{receipt.rule}</Text>],
          ["Grouped by", <Code>{receipt.key}</Code>],
          ["Window", `${receipt.window_minutes} min, rules version ${receipt.rules_version}`],
          ...considered(receipt),
        ] as [string, ReactNode][])),
    ["Quiet", <Quiet companyId={incident.company_id} of={suppression} />],
    ["Told", <Told incident={incident} of={told} />],
    ...(ended == null ? ([["Flapping", <Flapping of={flapping} />]] as [string, ReactNode][]) : []),
    ...(undecided == null ? [] : ([["Undecided", <Text>{undecided}</Text>]] as [string, ReactNode][])),
    ...(ended == null ? [] : ([["Ended", <Ending companyId={incident.company_id} of={ended} />]] as [string, ReactNode][])),
  ];
}

function considered(receipt: Schemas["Receipt"]): [string, ReactNode][] {
  const others = receipt.considered ?? [];
  if (others.length === 0) return [];
  return [
    [
      "Not one with",
      <ul>
        {others.map(({ incident_id, why_not }) => (
          <li key={incident_id}>
            <Code>{incident_id}</Code>: <Text>{why_not}</Text>
          </li>
        ))}
      </ul>,
    ],
  ];
}

function Quiet({ companyId, of: { suppressed_by, considered } }: { companyId: string; of: Schemas["SuppressionWhy"] }) {
  const who = useWho(companyId);
  if (suppressed_by.length === 0 && considered.length === 0) return "no";
  return (
    <ul>
      {suppressed_by.map(({ kind, name }) => (
        <li key={`${kind} ${name}`}>
          by {kind} <Text>{name}</Text>
        </li>
      ))}
      {considered.filter(({ why_not }) => why_not != null).map(({ kind, name, why_not }) => (
        <li key={`${kind} ${name}`} className="text-soft">
          not by {kind} <Text>{name}</Text>: <Text>{readable(why_not ?? "", who)}</Text>
        </li>
      ))}
    </ul>
  );
}

function Flapping({ of: { since, flips, more_than, calm_at } }: { of: Schemas["FlappingWhy"] }) {
  if (since == null) return `no: ${flips} ${flips === 1 ? "change" : "changes"} in 10 min, more than ${more_than} make it`;
  return (
    <>
      since <Time at={since} />
      {calm_at != null && (
        <>
          , calm <Time at={calm_at} />
        </>
      )}
    </>
  );
}

function Ending({ companyId, of: { at, by, merged_into } }: { companyId: string; of: Schemas["Ended"] }) {
  const who = useWho(companyId);
  return (
    <>
      {at != null && (
        <>
          <Time at={at} />,{" "}
        </>
      )}
      {merged_into == null ? (
        <Text>{endedBy(by, who)}</Text>
      ) : (
        <>
          merged into <Code>{merged_into}</Code>
        </>
      )}
    </>
  );
}
