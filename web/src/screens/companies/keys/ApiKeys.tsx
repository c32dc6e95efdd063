import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { useNow } from "~/ui/useNow";
import { Roomy } from "../kit/Roomy";
import { Sure } from "~/ui/Sure";
import { of } from "../kit/company";
import { useSettled } from "../kit/useSettled";
import { NewKeyDialog } from "./NewKeyDialog";

type Line = Schemas["ApiKeyLine"];

/** The company's API keys: what each may do, and when it was used last. */
export function ApiKeys({ companyId }: { companyId: string }) {
  const keys = api.useQuery("get", "/api/companies/{company_id}/api-keys", { params: of(companyId) });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Line | null>(null);
  return (
    <Panel title="API keys" actions={<Button onClick={() => setMaking(true)}>New key</Button>}>
      <Answer of={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no key">Nothing can send alerts without one: make a new one.</Empty>
          ) : (
            <Table<Line>
              caption="API keys"
              items={items}
              keyOf={({ key_id }) => key_id}
              columns={[
                { name: "Name", cell: ({ name, key_id }) => <Named name={name} id={key_id} /> },
                { name: "May", cell: ({ scopes }) => scopes.join(", ") },
                { name: "Signs", cell: ({ unsigned }) => (unsigned ? <Badge tone="warn">may send unsigned</Badge> : "has to sign") },
                { name: "Last used", cell: ({ last_used_at }) => (last_used_at == null ? "never" : <Time at={last_used_at} className="whitespace-nowrap" />) },
                { name: "State", cell: (line) => <State of={line} /> },
                {
                  name: "Acts",
                  right: true,
                  cell: (line) =>
                    line.revoked_at == null && (
                      <Button aria-label={`Revoke ${line.name}`} onClick={() => setRevoking(line)}>
                        Revoke
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Answer>
      {making && <NewKeyDialog companyId={companyId} onClose={() => setMaking(false)} />}
      {revoking !== null && <Revoke companyId={companyId} line={revoking} onClose={() => setRevoking(null)} />}
    </Panel>
  );
}

function Named({ name, id }: { name: string; id: string }) {
  return (
    <Roomy>
      <Text>{name}</Text>
      <br />
      <Code className="text-xs">{id}</Code>
    </Roomy>
  );
}

function State({ of: { revoked_at, expires_at } }: { of: Line }) {
  const now = useNow();
  if (revoked_at != null) return <Badge>revoked</Badge>;
  if (expires_at == null) return <Badge tone="good">good</Badge>;
  if (Date.parse(expires_at) <= now) return <Badge>expired</Badge>;
  return (
    <span className="whitespace-nowrap">
      ends <Time at={expires_at} />
    </span>
  );
}

function Revoke({ companyId, line: { key_id, name }, onClose }: { companyId: string; line: Line; onClose: () => void }) {
  const revoke = api.useMutation("delete", "/api/companies/{company_id}/api-keys/{key_id}");
  const settled = useSettled();
  return (
    <Sure
      title={`Revoke ${name}?`}
      act="Revoke"
      busy={revoke.isPending}
      error={revoke.error}
      onClose={onClose}
      onSure={() => revoke.mutate({ params: { path: { company_id: companyId, key_id } } }, settled(`${name} is revoked`, onClose))}
    >
      Whatever uses it is refused at once. This is not taken back: a new key can be made.
    </Sure>
  );
}
