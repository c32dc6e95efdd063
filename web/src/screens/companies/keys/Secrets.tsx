import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Code } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Roomy } from "../kit/Roomy";
import { Sure } from "~/ui/Sure";
import { of } from "../kit/company";
import { useSettled } from "../kit/useSettled";
import { RotateDialog } from "./RotateDialog";

type Line = Schemas["WebhookSecretLine"];

/** The secrets that alerts are signed with. */
export function Secrets({ companyId }: { companyId: string }) {
  const secrets = api.useQuery("get", "/api/companies/{company_id}/webhook-secrets", { params: of(companyId) });
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Line | null>(null);
  return (
    <Panel title="Webhook secrets" actions={<Button onClick={() => setMaking(true)}>Rotate</Button>}>
      <Answer of={secrets}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no secret">Only keys that may send unsigned can send alerts: rotate makes one.</Empty>
          ) : (
            <Table<Line>
              caption="Webhook secrets"
              items={items}
              keyOf={({ secret_id }) => secret_id}
              columns={[
                { name: "Id", cell: ({ secret_id }) => <Roomy><Code>{secret_id}</Code></Roomy> },
                { name: "Made", cell: ({ created_at }) => <Time at={created_at} className="whitespace-nowrap" /> },
                { name: "State", cell: (line) => <State of={line} /> },
                {
                  name: "Acts",
                  right: true,
                  cell: (line) =>
                    line.live && (
                      <Button aria-label={`End now: ${line.secret_id}`} onClick={() => setEnding(line)}>
                        End now
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Answer>
      {making && <RotateDialog companyId={companyId} onClose={() => setMaking(false)} />}
      {ending !== null && <Retire companyId={companyId} line={ending} onClose={() => setEnding(null)} />}
    </Panel>
  );
}

function State({ of: { live, expires_at } }: { of: Line }) {
  if (!live) return <Badge>over</Badge>;
  if (expires_at == null) return <Badge tone="good">good</Badge>;
  return (
    <span className="whitespace-nowrap">
      ends <Time at={expires_at} />
    </span>
  );
}

function Retire({ companyId, line: { secret_id }, onClose }: { companyId: string; line: Line; onClose: () => void }) {
  const retire = api.useMutation("delete", "/api/companies/{company_id}/webhook-secrets/{secret_id}");
  const settled = useSettled();
  return (
    <Sure
      title="End this secret now?"
      act="End it"
      busy={retire.isPending}
      error={retire.error}
      onClose={onClose}
      onSure={() => retire.mutate({ params: { path: { company_id: companyId, secret_id } } }, settled("The secret is over", onClose))}
    >
      What is signed with it is refused at once.
    </Sure>
  );
}
