import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { span } from "~/ui/time";
import { Sure } from "~/ui/Sure";
import { of, useCompanyId } from "../kit/company";
import { useSettled } from "../kit/useSettled";
import { HeartbeatDialog } from "./HeartbeatDialog";

type Heartbeat = Schemas["Heartbeat"];

/** What should be heard of, and whether it is. */
export function Heartbeats() {
  const companyId = useCompanyId();
  const may = useCan()("administer_company");
  const heartbeats = api.useQuery("get", "/api/companies/{company_id}/heartbeats", { params: of(companyId) }, { refetchInterval: 15_000 });
  const [editing, setEditing] = useState<Heartbeat | "new" | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  return (
    <Panel title="Heartbeats" actions={may && <Button onClick={() => setEditing("new")}>Listen for one</Button>}>
      <Answer of={heartbeats}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing is listened for">
              What should speak and falls silent opens an incident: a backup that runs each night, a Prometheus, a sender of alerts.
            </Empty>
          ) : (
            <Table<Heartbeat>
              caption="Heartbeats"
              items={items}
              keyOf={({ name }) => name}
              columns={[
                { name: "Name", cell: ({ name }) => <Text>{name}</Text> },
                { name: "State", cell: (one) => <State of={one} /> },
                { name: "Last heard", cell: ({ last_seen_at }) => (last_seen_at == null ? "never" : <Time at={last_seen_at} className="whitespace-nowrap" />) },
                { name: "At least every", cell: ({ every_seconds }) => span(every_seconds * 1000) },
                { name: "Its silence is", cell: ({ severity }) => <SeverityMark severity={severity} /> },
                {
                  name: "Acts",
                  right: true,
                  cell: (one) =>
                    may && (
                      <span className="inline-flex gap-1">
                        <Button aria-label={`Change ${one.name}`} onClick={() => setEditing(one)}>
                          Change
                        </Button>
                        <Button aria-label={`Remove ${one.name}`} onClick={() => setRemoving(one.name)}>
                          Remove
                        </Button>
                      </span>
                    ),
                },
              ]}
            />
          )
        }
      </Answer>
      {editing !== null && <HeartbeatDialog companyId={companyId} of={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {removing !== null && <Remove companyId={companyId} name={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function State({ of: { silent_since_at, last_seen_at } }: { of: Heartbeat }) {
  if (silent_since_at != null) {
    return (
      <span className="whitespace-nowrap">
        <Badge tone="bad">silent</Badge> since <Time at={silent_since_at} />
      </span>
    );
  }
  return last_seen_at == null ? <Badge tone="accent">waiting</Badge> : <Badge tone="good">heard</Badge>;
}

function Remove({ companyId, name, onClose }: { companyId: string; name: string; onClose: () => void }) {
  const remove = api.useMutation("delete", "/api/companies/{company_id}/heartbeats/{name}");
  const settled = useSettled();
  return (
    <Sure
      title={`Listen for ${name} no more?`}
      act="Remove"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onSure={() => remove.mutate({ params: { path: { company_id: companyId, name } } }, settled(`${name} is listened for no more`, onClose))}
    >
      Its silence is no news from now on.
    </Sure>
  );
}
