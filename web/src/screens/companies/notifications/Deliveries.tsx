import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "~/api/client";
import { PAGED } from "~/api/paged";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge, type Tone } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Choice } from "~/ui/Field";
import { NextPage } from "~/ui/NextPage";
import { Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Trouble } from "~/ui/Trouble";
import { noteFailure } from "~/ui/toast";
import { Roomy } from "../kit/Roomy";
import { useSettled } from "../kit/useSettled";
import { Tries } from "./Tries";
import { newsName } from "./choices";

type Delivery = Schemas["Delivery"];

const TONES: Record<Schemas["Fate"], Tone> = { pending: "accent", delivered: "good", failed: "bad" };

/** What has become of messages to channels. */
export function Deliveries({ companyId, channels }: { companyId: string; channels: string[] }) {
  const [pending, setPending] = useState(false);
  const [channel, setChannel] = useState("");
  const params = { path: { company_id: companyId }, query: { pending, channel, limit: 50 } };
  const pages = api.useInfiniteQuery("get", "/api/companies/{company_id}/deliveries", { params }, PAGED);
  return (
    <Panel title="Deliveries">
      <div className="mb-3 flex flex-wrap gap-3">
        <Choice label="Which" className="w-52" value={pending ? "pending" : "over"} onChange={({ target }) => setPending(target.value === "pending")}>
          <option value="over">those that are over</option>
          <option value="pending">those on their way</option>
        </Choice>
        <Choice label="To" className="w-44" value={channel} onChange={({ target }) => setChannel(target.value)}>
          <option value="">every channel</option>
          {channels.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Choice>
      </div>
      <Answer of={pages}>
        {({ pages: all }) => {
          const items = all.flatMap(({ items }) => items);
          return items.length === 0 ? (
            <Empty title={pending ? "Nothing is on its way" : "Nothing was delivered yet"}>What is told to a channel shows here, with what the receiver answered.</Empty>
          ) : (
            <List companyId={companyId} items={items} />
          );
        }}
      </Answer>
      <NextPage of={pages}>Earlier ones</NextPage>
    </Panel>
  );
}

function List({ companyId, items }: { companyId: string; items: Delivery[] }) {
  const may = useCan()("administer_company");
  const redeliver = api.useMutation("post", "/api/companies/{company_id}/deliveries/{delivery_id}/redeliver");
  const settled = useSettled();
  const again = (delivery_id: string) =>
    redeliver.mutate({ params: { path: { company_id: companyId, delivery_id } } }, { ...settled("It is delivered once more"), onError: noteFailure });
  return (
    <Table<Delivery>
      caption="Deliveries"
      items={items}
      keyOf={({ delivery_id }) => delivery_id}
      columns={[
        { name: "When", cell: ({ created_at }) => <Time at={created_at} className="whitespace-nowrap" /> },
        { name: "Channel", cell: ({ channel }) => <Text>{channel}</Text> },
        { name: "News", cell: (one) => <Roomy><News companyId={companyId} of={one} /></Roomy> },
        { name: "Because of", cell: ({ because }) => <Text>{because}</Text> },
        { name: "State", cell: ({ status }) => <Badge tone={TONES[status]}>{status}</Badge> },
        { name: "Tries", cell: (one) => <Roomy><Tries of={one} /></Roomy> },
        {
          name: "Acts",
          right: true,
          cell: ({ delivery_id, status }) =>
            may && status !== "pending" && (
              <Button busy={redeliver.isPending} onClick={() => again(delivery_id)}>
                Once more
              </Button>
            ),
        },
      ]}
    />
  );
}

function News({ companyId, of: { type, incident_id, message } }: { companyId: string; of: Delivery }) {
  const { signature, asset_name } = message.data.incident;
  return (
    <>
      {newsName(type)}:{" "}
      <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId: incident_id }}>
        <Trouble signature={signature} asset_name={asset_name} />
      </Link>
    </>
  );
}
