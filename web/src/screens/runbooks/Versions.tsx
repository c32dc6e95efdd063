import { useState } from "react";
import { useWho } from "~/app/useWho";
import { api } from "~/api/client";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import type { Shown } from "./OneRunbook";
import { VersionDialog } from "./VersionDialog";

/** What it was before, and what has changed since. */
export function Versions({ companyId, runbook }: { companyId: string; runbook: Shown }) {
  const who = useWho(companyId);
  const [looked, setLooked] = useState<number | null>(null);
  const params = { path: { runbook_id: runbook.runbook_id }, query: { company_id: companyId } };
  const versions = api.useQuery("get", "/api/runbooks/{runbook_id}/versions", { params });
  return (
    <Panel title="Versions">
      <Answer of={versions}>
        {({ items }) => (
          <>
            <Table
              caption="Versions"
              items={items}
              keyOf={({ version }) => String(version)}
              columns={[
                { name: "Version", cell: ({ version, in_force }) => <>{version} {in_force && <Badge tone="good">in force</Badge>}</> },
                { name: "Title", cell: ({ title }) => <Text>{title}</Text> },
                { name: "Since", cell: ({ changed_at }) => (changed_at == null ? "–" : <Time at={changed_at} className="whitespace-nowrap" />) },
                { name: "By", cell: ({ changed_by }) => (changed_by == null ? "–" : <Text>{who(changed_by)}</Text>) },
                {
                  name: "",
                  right: true,
                  cell: ({ version }) => (
                    <Button aria-label={`Show version ${version}`} onClick={() => setLooked(version)}>
                      Show
                    </Button>
                  ),
                },
              ]}
            />
            {looked !== null && <VersionDialog companyId={companyId} runbookId={runbook.runbook_id} versions={items.map(({ version }) => version)} first={looked} onClose={() => setLooked(null)} />}
          </>
        )}
      </Answer>
    </Panel>
  );
}
