import { useMemo, useState } from "react";
import { useCompanyName, useScope } from "~/app/scope";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code, Text } from "~/ui/Text";
import { Release } from "./Release";
import { Residents, State } from "./Residents";
import { type Group, type Resident, strain, tree } from "./tree";

/** How often it is asked who lives, in milliseconds. */
const PACE = 2000;

/** The supervision tree as it lives: each company's part folds open. */
export function Living() {
  const scope = useScope();
  const query = { company_id: scope ?? undefined };
  const living = api.useQuery("get", "/api/system/actors", { params: { query } }, { refetchInterval: PACE });
  const { total = 0, items = [] } = living.data ?? {};
  return (
    <Panel title="Who lives" actions={<span className="text-soft tabular-nums">{living.data === undefined ? "" : `${total.toLocaleString()} actors`}</span>}>
      <Nodes of={living.data?.nodes ?? []} />
      <Answer of={living}>{() => <Grown residents={items} />}</Answer>
      {items.length < total && (
        <p className="mt-2 text-soft">
          The first {items.length.toLocaleString()} of {total.toLocaleString()} are told of. {scope === null && "Choose a company at the top to see all of its own."}
        </p>
      )}
    </Panel>
  );
}

/** The processes that share the store, where there are several. */
function Nodes({ of }: { of: Schemas["Node"][] }) {
  if (of.length === 0) return null;
  return (
    <ul aria-label="Nodes" className="mb-2 flex flex-wrap gap-x-4 gap-y-1">
      {of.map(({ name, is_draining, has_answered }) => (
        <li key={name} className="flex items-center gap-2">
          <Code>{name}</Code>
          {has_answered ? <Badge tone={is_draining ? "warn" : "good"}>{is_draining ? "draining" : "running"}</Badge> : <Badge tone="bad">does not answer</Badge>}
        </li>
      ))}
    </ul>
  );
}

function Grown({ residents }: { residents: Resident[] }) {
  const { top, groups } = useMemo(() => tree(residents), [residents]);
  return (
    <div className="flex flex-col gap-1">
      {top.length > 0 && <Residents of={top} label="Actors of no company" />}
      {groups.map((group) => (
        <OneCompany key={group.companyId} group={group} isOnly={groups.length === 1} />
      ))}
    </div>
  );
}

/** Actors that are shown at first, and with each press more. */
const [FIRST, MORE] = [50, 200];

/** A company's part, of which nothing is there until it is opened. */
function OneCompany({ group, isOnly }: { group: Group; isOnly: boolean }) {
  const { companyId, tenant, placed, incidents, work } = group;
  const name = useCompanyName()(companyId);
  const [open, setOpen] = useState(isOnly);
  const [most, setMost] = useState(FIRST);
  const { queue, restarts } = strain(placed);
  return (
    <section aria-label={name} className="border-t border-line pt-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-h-7 items-center gap-2 rounded font-medium hover:text-accent">
          <span aria-hidden className={`text-soft ${open ? "rotate-90" : ""}`}>
            ▸
          </span>
          <Text>{name}</Text>
        </button>
        <State of={tenant?.state ?? "not running"} />
        {tenant?.node != null && (
          <span className="text-soft">
            at <Code>{tenant.node}</Code>
          </span>
        )}
        <span className="text-soft tabular-nums">
          {incidents.toLocaleString()} {incidents === 1 ? "incident" : "incidents"}, {work} at work
        </span>
        {queue > 0 && <Badge tone="warn">up to {queue.toLocaleString()} wait</Badge>}
        {restarts > 0 && (
          <Badge tone="bad">
            {restarts.toLocaleString()} {restarts === 1 ? "restart" : "restarts"}
          </Badge>
        )}
        {tenant?.state === "quarantined" && <Release companyId={companyId} />}
      </div>
      {open && (
        <div className="pt-1 pb-2 pl-4">
          <Residents of={placed.slice(0, most)} label={`Actors of ${name}`} />
          {placed.length > most && (
            <Button className="mt-1" onClick={() => setMost(most + MORE)}>
              {(placed.length - most).toLocaleString()} more
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
