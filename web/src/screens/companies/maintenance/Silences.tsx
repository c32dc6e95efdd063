import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useWho } from "~/app/useWho";
import { useCan } from "~/session/useSession";
import { Badge, type Tone } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Sure } from "~/ui/Sure";
import { Roomy } from "../kit/Roomy";
import { of } from "../kit/company";
import { useSettled } from "../kit/useSettled";
import { SilenceDialog } from "./SilenceDialog";

type Silence = Schemas["Silence"];

const TONES: Record<Schemas["SilenceState"], Tone> = { active: "accent", pending: "warn", expired: "plain" };

/** What people have silenced for a while. */
export function Silences({ companyId }: { companyId: string }) {
  const may = useCan()("act");
  const whoIs = useWho(companyId);
  const silences = api.useQuery("get", "/api/companies/{company_id}/silences", { params: of(companyId) }, { refetchInterval: 30_000 });
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Silence | null>(null);
  return (
    <Panel title="Silences" actions={may && <Button onClick={() => setAdding(true)}>Silence something</Button>}>
      <Answer of={silences}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing is silenced">What is known and being looked after can be silenced for a while.</Empty>
          ) : (
            <Table<Silence>
              caption="Silences"
              items={items}
              keyOf={({ silence_id }) => silence_id}
              columns={[
                { name: "For", cell: ({ match }) => <Roomy><Code>{match}</Code></Roomy> },
                { name: "Why", cell: ({ comment }) => <Roomy><Text>{comment || "–"}</Text></Roomy> },
                { name: "State", cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge> },
                { name: "From", cell: ({ starts_at }) => <Time at={starts_at} className="whitespace-nowrap" /> },
                { name: "Until", cell: ({ ends_at }) => <Time at={ends_at} className="whitespace-nowrap" /> },
                { name: "By", cell: ({ created_by }) => <Text>{whoIs(created_by)}</Text> },
                {
                  name: "Acts",
                  right: true,
                  cell: (silence) =>
                    may && silence.state !== "expired" && (
                      <Button aria-label={`End now: ${silence.match}`} onClick={() => setEnding(silence)}>
                        End now
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Answer>
      {adding && <SilenceDialog companyId={companyId} onClose={() => setAdding(false)} />}
      {ending !== null && <End companyId={companyId} silence={ending} onClose={() => setEnding(null)} />}
    </Panel>
  );
}

function End({ companyId, silence: { silence_id, match }, onClose }: { companyId: string; silence: Silence; onClose: () => void }) {
  const end = api.useMutation("delete", "/api/companies/{company_id}/silences/{silence_id}");
  const settled = useSettled();
  return (
    <Sure
      title="End this silence now?"
      act="End it"
      busy={end.isPending}
      error={end.error}
      onClose={onClose}
      onSure={() => end.mutate({ params: { path: { company_id: companyId, silence_id } } }, settled("The silence is over", onClose))}
    >
      <Code>{match}</Code> is told again from now on.
    </Sure>
  );
}
