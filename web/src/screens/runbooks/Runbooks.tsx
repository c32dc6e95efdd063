import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { OneCompany } from "~/app/OneCompany";
import { useScope } from "~/app/scope";
import { useShortcuts } from "~/app/useShortcuts";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { RISKS } from "~/screens/approvals/ApprovalCard";
import { useCan } from "~/session/useSession";
import { Badge, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Code, Text } from "~/ui/Text";
import { WriteDialog } from "./WriteDialog";

type Line = Schemas["RunbookLine"];

/** The remedies that a company has: its own, and those that come along. */
export function Runbooks() {
  const can = useCan();
  const scope = useScope();
  const [writing, setWriting] = useState(false);
  return (
    <Page title="Runbooks" actions={can("edit_runbooks") && scope !== null && <Button onClick={() => setWriting(true)}>Write one</Button>}>
      <OneCompany>
        {(companyId) => (
          <>
            <List companyId={companyId} />
            {writing && <WriteDialog companyId={companyId} onClose={() => setWriting(false)} />}
          </>
        )}
      </OneCompany>
    </Page>
  );
}

function List({ companyId }: { companyId: string }) {
  const runbooks = api.useQuery("get", "/api/runbooks", { params: { query: { company_id: companyId } } });
  const [text, setText] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useShortcuts({ "/": () => search.current?.focus() });
  const matches = ({ title, slug, description, signatures }: Line) =>
    [title, slug, description, ...signatures].join("\n").toLowerCase().includes(text.toLowerCase());
  return (
    <Panel
      title="Runbooks"
      actions={
        <input
          ref={search}
          type="search"
          aria-label="Search runbooks"
          placeholder="Search"
          value={text}
          onChange={({ target }) => setText(target.value)}
          className="w-48 rounded-md border border-line bg-surface px-2 py-1"
        />
      }
    >
      <Answer of={runbooks}>
        {({ items }) => {
          const shown = items.filter(matches);
          return shown.length === 0 ? <Empty title="No runbook is like that">Its title, its name, what it does and what it is for are searched.</Empty> : <Lines companyId={companyId} items={shown} />;
        }}
      </Answer>
    </Panel>
  );
}

function Lines({ companyId, items }: { companyId: string; items: Line[] }) {
  return (
    <Table<Line>
      caption="Runbooks"
      items={items}
      keyOf={({ runbook_id }) => runbook_id}
      columns={[
        {
          name: "Runbook",
          cell: ({ runbook_id, title, description }) => (
            <div className="min-w-56">
              <Link className="text" to="/runbooks/$companyId/$runbookId" params={{ companyId, runbookId: runbook_id }}>
                <Text>{title}</Text>
              </Link>
              <Text className="line-clamp-2 text-soft">{description}</Text>
            </div>
          ),
        },
        { name: "Risk", cell: ({ risk }) => <Badge tone={RISKS[risk]}>{risk}</Badge> },
        { name: "Has to agree", cell: ({ needs }) => <Agree needs={needs} /> },
        { name: "For", cell: ({ signatures }) => <Text className="block min-w-40 text-soft">{signatures.join(", ") || "whoever names it"}</Text> },
        { name: "Of", cell: ({ own }) => (own ? <Badge tone="accent">company</Badge> : "library") },
        { name: "On", cell: ({ platform }) => <span className="text-soft">{platform}</span> },
        { name: "Version", right: true, cell: ({ version }) => version },
        { name: "Name", cell: ({ slug }) => <Code className="whitespace-nowrap">{slug}</Code> },
      ]}
    />
  );
}

/** Whose consent a run needs, under the company's policy. */
export function Agree({ needs }: { needs: Schemas["Need"] | null | undefined }) {
  if (needs == null) return <span className="text-soft">nobody</span>;
  const times = needs.approvals === 1 ? "" : `${needs.approvals} × `;
  return (
    <>
      {times}
      {worded(needs.approver)}
    </>
  );
}
