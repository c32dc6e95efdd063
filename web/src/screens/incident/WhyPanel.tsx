import type { ReactNode } from "react";
import { api } from "~/api/client";
import type { Incident, Schemas } from "~/api/types";
import { useCompanyName } from "~/app/scope";
import { Facts, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { of } from "./of";

/** Why it is one incident, why it is quiet or not, and who is told. */
export function WhyPanel({ incident }: { incident: Incident }) {
  const why = api.useQuery("get", "/api/incidents/{incident_id}/why", { params: of(incident) });
  return (
    <Panel title="Why it is one incident">
      <Answer of={why}>{(why) => <Facts of={lines(why)} />}</Answer>
    </Panel>
  );
}

function lines({ opened, suppression, told, flapping, undecided, ended }: Schemas["IncidentWhy"]): [string, ReactNode][] {
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
    ["Quiet", <Quiet of={suppression} />],
    ["Told", told.told_at == null ? <Text className="text-soft">{told.why_not ?? "nobody yet"}</Text> : <Time at={told.told_at} />],
    ["Flapping", flapping.since == null ? `no: ${flapping.flips} changes in 10 min, more than ${flapping.more_than} make it` : <>since <Time at={flapping.since} /></>],
    ...(undecided == null ? [] : ([["Undecided", <Text>{undecided}</Text>]] as [string, ReactNode][])),
    ...(ended == null ? [] : ([["Ended", <><Ending of={ended} /></>]] as [string, ReactNode][])),
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

function Quiet({ of: { suppressed_by, considered } }: { of: Schemas["SuppressionWhy"] }) {
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
          not by {kind} <Text>{name}</Text>: <Text>{why_not ?? ""}</Text>
        </li>
      ))}
    </ul>
  );
}

function Ending({ of: { at, by, merged_into } }: { of: Schemas["Ended"] }) {
  const nameOf = useCompanyName();
  return (
    <>
      {at != null && <Time at={at} />} {by != null && <>by {nameOf(by)}</>}
      {merged_into != null && (
        <>
          , into <Code>{merged_into}</Code>
        </>
      )}
    </>
  );
}
