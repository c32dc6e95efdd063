import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useCompanyName, useScope } from "~/app/scope";
import { api } from "~/api/client";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { span } from "~/ui/time";
import { note, noteFailure } from "~/ui/toast";
import { type Group, type Resident, strain, tree } from "./tree";

/** How often it is asked who lives, in milliseconds. */
const PACE = 2000;

/** The supervision tree as it lives: each company's part folds open. */
export function Living() {
  const scope = useScope();
  const query = { company_id: scope ?? undefined };
  const living = api.useQuery("get", "/api/system/actors", { params: { query } }, { refetchInterval: PACE });
  return (
    <Panel title="Who lives" actions={<span className="text-soft tabular-nums">{living.data?.total.toLocaleString() ?? ""} actors</span>}>
      <Answer of={living}>{({ items }) => <Grown residents={items} />}</Answer>
    </Panel>
  );
}

function Grown({ residents }: { residents: Resident[] }) {
  const { top, groups } = useMemo(() => tree(residents), [residents]);
  return (
    <div className="flex flex-col gap-1">
      <Residents of={top} />
      {groups.map((group) => (
        <OneCompany key={group.companyId} group={group} />
      ))}
    </div>
  );
}

/** Incidents that are shown at once. */
const SHOWN = 50;

function OneCompany({ group }: { group: Group }) {
  const nameOf = useCompanyName();
  const [most, setMost] = useState(SHOWN);
  const { tenant, parts, incidents, work } = group;
  const all = [...(tenant === undefined ? [] : [tenant]), ...parts, ...incidents, ...work];
  const { queue, restarts } = strain(all);
  return (
    <details className="group border-t border-line pt-1">
      <summary className="flex flex-wrap items-center gap-x-3 py-1">
        <span aria-hidden className="text-soft group-open:rotate-90">
          ▸
        </span>
        <Text className="font-medium">{nameOf(group.companyId)}</Text>
        <State of={tenant?.state ?? "not running"} />
        <span className="text-soft tabular-nums">
          {incidents.length.toLocaleString()} incidents, {work.length} at work
        </span>
        <Strain queue={queue} restarts={restarts} />
        {tenant?.state === "quarantined" && <Release companyId={group.companyId} />}
      </summary>
      <div className="pl-4">
        <Residents of={[...(tenant === undefined ? [] : [tenant]), ...parts, ...work, ...incidents.slice(0, most)]} />
        {incidents.length > most && <Button onClick={() => setMost(most + SHOWN * 4)}>{(incidents.length - most).toLocaleString()} more</Button>}
      </div>
    </details>
  );
}

function Residents({ of }: { of: Resident[] }) {
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Actors">
      <table className="w-full text-left tabular-nums">
        <thead className="text-xs text-soft">
          <tr>
            {["Kind", "Id", "State", "Queue", "Restarts", "Handled", "Age"].map((name) => (
              <th key={name} scope="col" className="px-2 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map(({ kind, id, state, queue, restarts, handled, age_s }) => (
            <tr key={`${kind} ${id}`}>
              <td className="px-2">{kind}</td>
              <td className="px-2">
                <Code>{id}</Code>
              </td>
              <td className="px-2">
                <State of={state} />
              </td>
              <td className={`px-2 ${queue > 0 ? "font-semibold text-high" : ""}`}>{queue}</td>
              <td className={`px-2 ${restarts > 0 ? "font-semibold text-bad" : ""}`}>{restarts}</td>
              <td className="px-2">{handled.toLocaleString()}</td>
              <td className="px-2 whitespace-nowrap">{span(age_s * 1000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function State({ of }: { of: string }) {
  return <Badge tone={of === "running" ? "good" : of === "quarantined" ? "bad" : "warn"}>{of}</Badge>;
}

function Strain({ queue, restarts }: { queue: number; restarts: number }) {
  return (
    <>
      {queue > 0 && <Badge tone="warn">{queue} wait</Badge>}
      {restarts > 0 && <Badge tone="bad">{restarts} restarts</Badge>}
    </>
  );
}

function Release({ companyId }: { companyId: string }) {
  const can = useCan();
  const queries = useQueryClient();
  const release = api.useMutation("post", "/api/system/companies/{company_id}/release");
  if (!can("release")) return null;
  const go = () =>
    release.mutate(
      { params: { path: { company_id: companyId } } },
      {
        onSuccess: ({ message }) => {
          note(message);
          void queries.invalidateQueries({ queryKey: ["get", "/api/system/actors"] });
        },
        onError: noteFailure,
      },
    );
  return (
    <Button busy={release.isPending} onClick={go}>
      Release
    </Button>
  );
}
