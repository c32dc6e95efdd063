import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { noteFailure } from "~/ui/toast";
import { Sure } from "~/ui/Sure";
import { Roomy } from "../kit/Roomy";
import { useSettled } from "../kit/useSettled";
import { ChannelDialog } from "./ChannelDialog";
import { kindName } from "./kinds";

type Channel = Schemas["Channel"];

/** Where messages can go. */
export function Channels({ companyId, channels }: { companyId: string; channels: Channel[] }) {
  const may = useCan()("administer_company");
  const [editing, setEditing] = useState<Channel | "new" | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const trial = api.useMutation("post", "/api/companies/{company_id}/channels/{name}/test");
  const [tried, setTried] = useState<{ name: string; result: Schemas["ChannelTried"] } | null>(null);
  const tryOut = (name: string) =>
    trial.mutate({ params: { path: { company_id: companyId, name } } }, { onSuccess: (result) => setTried({ name, result }), onError: noteFailure });
  const isBusy = (name: string) => trial.isPending && trial.variables.params.path.name === name;
  const acts = (channel: Channel, { name } = channel) => (
    <span className="inline-flex gap-1">
      <Button aria-label={`Test ${name}`} busy={isBusy(name)} onClick={() => tryOut(name)}>
        Test
      </Button>
      <Button aria-label={`Change ${name}`} onClick={() => setEditing(channel)}>
        Change
      </Button>
      <Button aria-label={`Remove ${name}`} onClick={() => setRemoving(name)}>
        Remove
      </Button>
    </span>
  );
  return (
    <Panel title="Channels" actions={may && <Button onClick={() => setEditing("new")}>New channel</Button>}>
      {channels.length === 0 ? (
        <Empty title="There is no channel">Nobody is told of anything: make one, and a route to it.</Empty>
      ) : (
        <Table<Channel>
          caption="Channels"
          items={channels}
          keyOf={({ name }) => name}
          columns={[
            { name: "Name", cell: ({ name }) => <Text>{name}</Text> },
            { name: "Kind", cell: ({ kind }) => kindName(kind) },
            { name: "Leads to", cell: ({ leads_to }) => <Roomy><Text>{leads_to}</Text></Roomy> },
            { name: "State", cell: ({ disabled }) => <State disabled={disabled} /> },
            { name: "Acts", right: true, cell: (channel) => may && acts(channel) },
          ]}
        />
      )}
      {tried !== null && (
        <p role="status" className="mt-2 [overflow-wrap:anywhere]">
          <Badge tone={tried.result.delivered ? "good" : "bad"}>{tried.result.delivered ? "taken" : "not taken"}</Badge> <Text>{`${tried.name}: ${tried.result.answer}`}</Text>
        </p>
      )}
      {editing !== null && <ChannelDialog companyId={companyId} of={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {removing !== null && <Remove companyId={companyId} name={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function State({ disabled }: { disabled: Channel["disabled"] }) {
  if (disabled == null) return <Badge tone="good">in use</Badge>;
  return (
    <>
      <Badge tone="bad">off</Badge> since <Time at={disabled.at} />: <Text>{disabled.why}</Text>
    </>
  );
}

function Remove({ companyId, name, onClose }: { companyId: string; name: string; onClose: () => void }) {
  const remove = api.useMutation("delete", "/api/companies/{company_id}/channels/{name}");
  const settled = useSettled();
  return (
    <Sure
      title={`Remove the channel ${name}?`}
      act="Remove"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onSure={() => remove.mutate({ params: { path: { company_id: companyId, name } } }, settled(`${name} is removed`, onClose))}
    >
      Nothing more is told there.
    </Sure>
  );
}
