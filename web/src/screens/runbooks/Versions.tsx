import { diffLines } from "diff";
import { useState } from "react";
import { useWho } from "~/app/useWho";
import { api } from "~/api/client";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import type { Shown } from "./OneRunbook";

/** What it was before, and what has changed since. */
export function Versions({ companyId, runbook }: { companyId: string; runbook: Shown }) {
  const who = useWho(companyId);
  const [compared, setCompared] = useState<number | null>(null);
  const params = { path: { runbook_id: runbook.runbook_id }, query: { company_id: companyId } };
  const versions = api.useQuery("get", "/api/runbooks/{runbook_id}/versions", { params });
  return (
    <Panel title="Versions">
      <Answer of={versions}>
        {({ items }) => (
          <Table
            caption="Versions"
            items={items}
            keyOf={({ version }) => String(version)}
            columns={[
              { name: "Version", right: true, cell: ({ version }) => version },
              { name: "Title", cell: ({ title }) => <Text>{title}</Text> },
              { name: "Since", cell: ({ changed_at }) => (changed_at == null ? "–" : <Time at={changed_at} />) },
              { name: "By", cell: ({ changed_by }) => (changed_by == null ? "–" : <Text>{who(changed_by)}</Text>) },
              {
                name: "",
                right: true,
                cell: ({ version, in_force }) =>
                  in_force ? <Badge tone="good">in force</Badge> : <Button onClick={() => setCompared(version)}>Compare</Button>,
              },
            ]}
          />
        )}
      </Answer>
      {compared !== null && <Comparison companyId={companyId} runbook={runbook} version={compared} onClose={() => setCompared(null)} />}
    </Panel>
  );
}

function Comparison({ companyId, runbook, version, onClose }: { companyId: string; runbook: Shown; version: number; onClose: () => void }) {
  const params = { path: { runbook_id: runbook.runbook_id }, query: { company_id: companyId, version } };
  const before = api.useQuery("get", "/api/runbooks/{runbook_id}", { params });
  return (
    <Dialog open wide onClose={onClose} title={`From version ${version} to ${runbook.version}`}>
      <Answer of={before}>
        {(before) => (
          <pre tabIndex={0} aria-label="What has changed" className="overflow-x-auto rounded-md bg-raised p-2">
            {diffLines(text(before), text(runbook)).map(({ value, added, removed }, place) => (
              <span key={place} className={added ? "text-good" : removed ? "text-bad" : "text-soft"}>
                {value.replace(/^(?=.)/gm, added ? "+ " : removed ? "- " : "  ")}
              </span>
            ))}
          </pre>
        )}
      </Answer>
    </Dialog>
  );
}

/** All of it as lines that can be compared. */
function text({ script, automation, dry_run, health_check, rollback, parameters, risk, timeout_seconds, blast_radius, cool_down_seconds, title, description, signatures }: Shown): string {
  const head = { title, description, risk, signatures, timeout_seconds, blast_radius, cool_down_seconds, parameters };
  const parts = [JSON.stringify(head, null, 2), script, automation == null ? "" : JSON.stringify(automation, null, 2), dry_run, health_check ?? "", rollback ?? ""];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
