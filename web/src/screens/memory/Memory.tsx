import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { OneCompany } from "~/app/OneCompany";
import { api } from "~/api/client";
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

type Recalled = Schemas["RecalledMemory"];

/** Memories that are told at once: the best. */
const FOUND = 50;

/** What a company remembers: found by words, by the kind of trouble, or by a tag. */
export function Memory() {
  const wanted = useSearch({ strict: false }) as Wanted;
  const navigate = useNavigate();
  const can = useCan();
  const [writing, setWriting] = useState(false);
  const change = (next: Wanted) => void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <Page title="Memory" actions={can("act") && <Button onClick={() => setWriting(true)}>Write a post-mortem</Button>}>
      <OneCompany>
        {(companyId) => (
          <>
            <Filters value={wanted} onChange={change} />
            <Found companyId={companyId} wanted={wanted} />
            {writing && <PostMortem companyId={companyId} onClose={() => setWriting(false)} />}
          </>
        )}
      </OneCompany>
    </Page>
  );
}

function Found({ companyId, wanted }: { companyId: string; wanted: Wanted }) {
  const { q, signature, tag, quarantined } = wanted;
  const query = { company_id: companyId, limit: FOUND, q, signature, tag, ...(quarantined ? { quarantined: true } : {}) };
  const asked = q !== undefined || signature !== undefined || tag !== undefined;
  const found = api.useQuery("get", "/api/memory/search", { params: { query } }, { enabled: asked });
  if (!asked) {
    return (
      <Panel>
        <Empty title="What is looked for?">Words, a signature or a tag find what was learned from incidents that are over.</Empty>
      </Panel>
    );
  }
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
                  <One memory={memory} />
                </li>
              ))}
            </ol>
          )
        }
      </Answer>
    </Panel>
  );
}

function One({ memory }: { memory: Recalled }) {
  const { company_id: companyId, memory_id: memoryId } = memory;
  return (
    <article>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <Link className="text" to="/memory/$companyId/$memoryId" params={{ companyId, memoryId }}>
          <Text>{memory.signature}</Text>
        </Link>
        <Badge tone={memory.outcome === "success" ? "good" : "bad"}>{memory.outcome}</Badge>
        {memory.quarantine != null && <Badge tone="warn">quarantined</Badge>}
        <span className="text-soft">
          found by {memory.matched}, score {memory.score.toFixed(2)}, believed {Math.round(memory.trust * 100)} %
        </span>
        <Time at={memory.created_at} className="text-soft" />
      </p>
      <Text className="line-clamp-3">{memory.resolution}</Text>
    </article>
  );
}
