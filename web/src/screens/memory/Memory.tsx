import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentProps, useState } from "react";
import { OneCompany } from "~/app/OneCompany";
import { useScope } from "~/app/scope";
import { useWho } from "~/app/useWho";
import { api, fieldOf, said } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Filters, type Wanted } from "./Filters";
import { PostMortem } from "./PostMortem";
import { MATCHES, origin, whyNot } from "./words";

type Recalled = Schemas["RecalledMemory"];

/** Memories that are told at once: the best. */
const FOUND = 50;

/** What a company remembers: found by words, by the kind of trouble, or by a tag. */
export function Memory() {
  const wanted = useSearch({ strict: false }) as Wanted;
  const navigate = useNavigate();
  const can = useCan();
  const scope = useScope();
  const [writing, setWriting] = useState(false);
  const change = (next: Wanted) => void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <Page title="Memory" actions={can("act") && scope !== null && <Button onClick={() => setWriting(true)}>Write a post-mortem</Button>}>
      <OneCompany>
        {(companyId) => (
          <>
            <Search companyId={companyId} wanted={wanted} onChange={change} />
            {writing && <PostMortem companyId={companyId} onClose={() => setWriting(false)} />}
          </>
        )}
      </OneCompany>
    </Page>
  );
}

/** What is found, at the filters that found it. */
function Search({ companyId, wanted, onChange }: { companyId: string; wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const { q, signature, tag, quarantined } = wanted;
  const query = { company_id: companyId, limit: FOUND, q, signature, tag, ...(quarantined ? { quarantined: true } : {}) };
  const asked = q !== undefined || signature !== undefined || tag !== undefined;
  const found = api.useQuery("get", "/api/memory/search", { params: { query } }, { enabled: asked });
  const field = fieldOf(found.error);
  const isPlaced = field === "q" || field === "signature" || field === "tag";
  return (
    <>
      <Filters value={wanted} onChange={onChange} wrong={isPlaced ? { [field]: said(found.error) } : {}} />
      {asked ? (
        !isPlaced && <Found found={found} companyId={companyId} />
      ) : (
        <Panel>
          <Empty title="What is looked for?">Words, a signature or a tag find what was learned from incidents that are over.</Empty>
        </Panel>
      )}
    </>
  );
}

function Found({ found, companyId }: { found: ComponentProps<typeof Answer<Schemas["RecalledMemoryList"]>>["of"]; companyId: string }) {
  const who = useWho(companyId);
  return (
    <Panel title="What is remembered">
      <Answer of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing like it is remembered">Each incident that ends leaves a memory; a post-mortem can be written besides.</Empty>
          ) : (
            <ol className="flex flex-col divide-y divide-line">
              {items.map((memory) => (
                <li key={memory.memory_id} className="py-2">
                  <One memory={memory} who={who} />
                </li>
              ))}
            </ol>
          )
        }
      </Answer>
    </Panel>
  );
}

function One({ memory, who }: { memory: Recalled; who: (actor: string) => string }) {
  const { company_id: companyId, memory_id: memoryId } = memory;
  const withheld = whyNot(memory, who);
  return (
    <article>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <Link className="text" to="/memory/$companyId/$memoryId" params={{ companyId, memoryId }}>
          <Text>{memory.signature}</Text>
        </Link>
        <Badge tone={memory.outcome === "success" ? "good" : "bad"}>{memory.outcome}</Badge>
        {memory.quarantine != null && <Badge tone="warn">quarantined</Badge>}
        <span className="text-soft">
          found by {MATCHES[memory.matched]}, score {memory.score.toFixed(2)}
        </span>
      </p>
      <Text className="line-clamp-3">{memory.resolution}</Text>
      <p className="flex flex-wrap gap-x-3 text-xs text-soft">
        <span>trust {Math.round(memory.trust * 100)} %</span>
        <Text>{`from ${origin(memory.source, who)}`}</Text>
        {memory.runbook_used != null && <Text>{`with ${memory.runbook_used}`}</Text>}
        <Time at={memory.created_at} />
        {withheld !== null && <Text className="text-medium">{`not recalled: ${withheld}`}</Text>}
      </p>
    </article>
  );
}
