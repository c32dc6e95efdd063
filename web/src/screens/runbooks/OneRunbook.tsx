import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { RISKS } from "~/screens/approvals/ApprovalCard";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Facts, Page, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Sure } from "~/ui/Sure";
import { Text } from "~/ui/Text";
import { note } from "~/ui/toast";
import { DryRun } from "./DryRun";
import { Parameters } from "./Parameters";
import { Agree } from "./Runbooks";
import { Scripts } from "./Scripts";
import { Versions } from "./Versions";
import { WriteDialog } from "./WriteDialog";

export type Shown = Schemas["ShownRunbook"];

const route = getRouteApi("/runbooks/$companyId/$runbookId");

/** One runbook: what it does, what it takes, what it would do now, and what it was before. */
export function OneRunbook() {
  const { companyId, runbookId } = route.useParams();
  const params = { path: { runbook_id: runbookId }, query: { company_id: companyId } };
  const runbook = api.useQuery("get", "/api/runbooks/{runbook_id}", { params });
  return <Answer of={runbook}>{(runbook) => <Whole companyId={companyId} runbook={runbook} />}</Answer>;
}

function Whole({ companyId, runbook }: { companyId: string; runbook: Shown }) {
  return (
    <Page title={runbook.title} heading={<Text>{runbook.title}</Text>} actions={<Edits companyId={companyId} runbook={runbook} />}>
      <div className="grid gap-3 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-3">
          <Panel title="What it does">
            <Text>{runbook.description}</Text>
            <div className="mt-3">
              <Facts
                of={[
                  ["On", runbook.platform],
                  ["Risk", <Badge tone={RISKS[runbook.risk]}>{runbook.risk}</Badge>],
                  ["Has to agree", <Agree needs={runbook.needs} />],
                  ["For", <Text>{runbook.signatures.join(", ") || "whoever names it"}</Text>],
                  ["Machines at most", runbook.blast_radius],
                  ["Rests for", `${runbook.cool_down_seconds} s on each machine`],
                  ["Takes at most", `${runbook.timeout_seconds} s`],
                  ["Twice does no harm", runbook.idempotent ? "yes" : "no"],
                  ["Version", `${runbook.version}, of ${runbook.own ? "the company" : "the library"}`],
                ]}
              />
            </div>
          </Panel>
          <Parameters of={runbook.parameters} />
          <Scripts runbook={runbook} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <DryRun companyId={companyId} runbook={runbook} />
          <Versions companyId={companyId} runbook={runbook} />
        </div>
      </div>
    </Page>
  );
}

function Edits({ companyId, runbook }: { companyId: string; runbook: Shown }) {
  const can = useCan();
  const [asking, setAsking] = useState<"edit" | "remove" | null>(null);
  const [begun, setBegun] = useState(0);
  if (!can("edit_runbooks")) return null;
  const close = () => setAsking(null);
  return (
    <>
      <Button onClick={() => setAsking("edit")}>{runbook.own ? "Edit" : "Make it your own"}</Button>
      {runbook.own && (
        <Button kind="danger" onClick={() => setAsking("remove")}>
          Remove
        </Button>
      )}
      {asking === "edit" && <WriteDialog key={begun} companyId={companyId} runbook={runbook} onClose={close} onReload={() => setBegun(begun + 1)} />}
      {asking === "remove" && <Remove companyId={companyId} runbook={runbook} onClose={close} />}
    </>
  );
}

function Remove({ companyId, runbook, onClose }: { companyId: string; runbook: Shown; onClose: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const remove = api.useMutation("delete", "/api/runbooks/{runbook_id}");
  const go = () =>
    remove.mutate(
      { params: { path: { runbook_id: runbook.runbook_id }, query: { company_id: companyId } } },
      {
        onSuccess: ({ message }) => {
          note(message);
          void queries.invalidateQueries({ queryKey: ["get", "/api/runbooks"] });
          void navigate({ to: "/runbooks" });
        },
      },
    );
  return (
    <Sure title={`Remove ${runbook.title}?`} act="Remove" busy={remove.isPending} error={remove.error} onSure={go} onClose={onClose}>
      Nothing proposes it any more, and its versions go with it. Where it took the place of one of the library, that is in force again.
    </Sure>
  );
}
