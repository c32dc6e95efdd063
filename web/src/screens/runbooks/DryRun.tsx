import { Link } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Commands } from "~/screens/approvals/ApprovalCard";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";
import { Facts, Panel } from "~/ui/Page";
import { Refusal } from "~/ui/Refusal";
import { Code, Text } from "~/ui/Text";
import type { Shown } from "./OneRunbook";
import { ParameterFields } from "./Parameters";
import { Agree } from "./Runbooks";
import { filled, listed } from "./parameter";

/** What it would do now, and to what: nothing is done. */
export function DryRun({ companyId, runbook }: { companyId: string; runbook: Shown }) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [asset, setAsset] = useState("");
  const [instances, setInstances] = useState("");
  const dry = api.useMutation("post", "/api/runbooks/{runbook_id}/dry-run");
  const assets = api.useQuery("get", "/api/companies/{company_id}/assets", { params: { path: { company_id: companyId } } });
  const known = useId();
  const field = fieldOf(dry.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const ids = listed(instances);
    const body = {
      parameters: filled(runbook.parameters, typed),
      ...(asset.trim() === "" ? {} : { asset_name: asset.trim() }),
      ...(ids.length === 0 ? {} : { instance_ids: ids }),
    };
    dry.mutate({ params: { path: { runbook_id: runbook.runbook_id }, query: { company_id: companyId } }, body });
  };
  const errorOf = (name: string) => (field === name || field?.endsWith(`.${name}`) ? said(dry.error) : undefined);
  const placed = ["asset_name", "instance_ids", ...runbook.parameters.map(({ name }) => name)].some((name) => errorOf(name) !== undefined);
  return (
    <Panel title="Dry run">
      {/* What it would do is of what was asked, not of what has been typed since. */}
      <form onSubmit={send} onChange={() => dry.isSuccess && dry.reset()} className="flex flex-col gap-3">
        <ParameterFields of={runbook.parameters} typed={typed} onChange={setTyped} errorOf={errorOf} />
        <Field label="Asset" hint="The machine that is called so" list={known} value={asset} error={errorOf("asset_name")} onChange={({ target }) => setAsset(target.value)} />
        <datalist id={known}>
          {assets.data?.items.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Field label="Machines" hint="Or instance ids, with commas between: one of the two" value={instances} error={errorOf("instance_ids")} onChange={({ target }) => setInstances(target.value)} />
        {!placed && <Refusal error={dry.error} />}
        <Button type="submit" busy={dry.isPending} className="self-start">
          Show what it would do
        </Button>
      </form>
      {dry.data !== undefined && <Would of={dry.data} companyId={companyId} />}
    </Panel>
  );
}

function Would({ of, companyId }: { of: Schemas["DryRun"]; companyId: string }) {
  return (
    <div role="status" className="mt-3 flex flex-col gap-2 border-t border-line pt-3">
      <Facts
        of={[
          ["AWS", of.connected ? <Badge tone="good">connected</Badge> : <Unconnected companyId={companyId} />],
          ["Missing", of.missing == null ? "nothing" : <Text>{of.missing}</Text>],
          ["On", <Machines of={of.targets} />],
          ["Has to agree", <Agree needs={of.needs} />],
          ["Bound to", of.hash == null ? "nothing yet" : <Code>{of.hash}</Code>],
        ]}
      />
      {of.automation == null ? (
        <Commands name="Exactly this would run" of={of.commands} open />
      ) : (
        <Commands name="Exactly this would be started" of={[JSON.stringify(of.automation, null, 2)]} open />
      )}
      {of.health_check_commands != null && <Commands name="This is checked afterwards" of={of.health_check_commands} />}
      {of.dry_run_commands.length > 0 && <Commands name="This shows it without doing it" of={of.dry_run_commands} />}
    </div>
  );
}

function Unconnected({ companyId }: { companyId: string }) {
  const can = useCan();
  return (
    <>
      <Badge tone="warn">not connected</Badge>{" "}
      {can("administer_company") && (
        <Link className="text" to="/companies/$companyId/aws" params={{ companyId }}>
          Connect it
        </Link>
      )}
    </>
  );
}

function Machines({ of }: { of: Schemas["DryRunTarget"][] }) {
  if (of.length === 0) return "no machine";
  return (
    <ul>
      {of.map(({ instance_id, name, online, platform }) => (
        <li key={instance_id} className="flex flex-wrap gap-x-2">
          <Code>{instance_id}</Code>
          <Text>{name ?? ""}</Text>
          <span className="text-soft">{platform}</span>
          {!online && <Badge tone="bad">not online</Badge>}
        </li>
      ))}
    </ul>
  );
}
