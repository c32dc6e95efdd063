import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import type { Incident } from "~/api/types";
import { needsAnother } from "~/screens/approvals/consent";
import { ParameterFields } from "~/screens/runbooks/Parameters";
import { filled, listed } from "~/screens/runbooks/parameter";
import { usePerson } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area, Choice, Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { note } from "~/ui/toast";
import { answered } from "./answered";
import type { Called } from "./called";
import { of } from "./of";

interface Props {
  incident: Incident;
  /** What is filled in at first. */
  called?: Called | undefined;
  onClose: () => void;
}

/** Runs a runbook for it, or asks for consent where the runbook's risk needs one. */
export function RunDialog({ incident, called, onClose }: Props) {
  const { role } = usePerson();
  const query = { company_id: incident.company_id };
  const runbooks = api.useQuery("get", "/api/runbooks", { params: { query } });
  const [named, setNamed] = useState(called?.runbook ?? "");
  const [instances, setInstances] = useState(called?.machines.join(", ") ?? "");
  const [reason, setReason] = useState("");
  const [values, setValues] = useState(called?.values ?? {});
  const run = api.useMutation("post", "/api/incidents/{incident_id}/execute-runbook-ssm");
  const chosen = runbooks.data?.items.find(({ runbook_id, slug }) => slug === named || runbook_id === named);
  const stopped = chosen !== undefined && chosen.needs == null;
  const shown = api.useQuery(
    "get",
    "/api/runbooks/{runbook_id}",
    { params: { path: { runbook_id: chosen?.runbook_id ?? "" }, query } },
    { enabled: chosen !== undefined },
  );
  const parameters = shown.data?.parameters ?? [];
  const send = (event: FormEvent) => {
    event.preventDefault();
    const ids = listed(instances);
    const body = {
      runbook_id: chosen?.runbook_id ?? named,
      ...(ids.length > 0 ? { instance_ids: ids } : {}),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      parameters: filled(parameters, values),
    };
    run.mutate({ params: of(incident), body }, { onSuccess: (answer) => (note(answered(answer)), onClose()) });
  };
  const field = fieldOf(run.error);
  const errorOf = (name: string) => (field === name || field === `parameters.${name}` ? said(run.error) : undefined);
  const placed = ["runbook_id", "instance_ids", "reason", ...parameters.map(({ name }) => name)].some((name) => errorOf(name) !== undefined);
  return (
    <Dialog open onClose={onClose} title="Run a runbook" description="What needs the consent of somebody else asks for it; nothing runs before.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Choice label="Runbook" required value={chosen?.slug ?? ""} error={errorOf("runbook_id")} onChange={({ target }) => setNamed(target.value)}>
          <option value="">choose one</option>
          {runbooks.data?.items.map((runbook) => (
            <option key={runbook.runbook_id} value={runbook.slug}>
              {`${runbook.title} (${runbook.risk} risk)`}
            </option>
          ))}
        </Choice>
        {chosen !== undefined && <p className="text-soft">{chosen.description}</p>}
        <ParameterFields eager={called !== undefined} of={parameters} typed={values} onChange={setValues} errorOf={errorOf} />
        <Field
          label="Machines"
          hint={`Instance ids, with commas between. None: the machine that is called ${incident.asset_name}.`}
          value={instances}
          error={errorOf("instance_ids")}
          onChange={({ target }) => setInstances(target.value)}
        />
        <Area label="Why" rows={2} value={reason} error={errorOf("reason")} onChange={({ target }) => setReason(target.value)} />
        {!placed && <Refusal error={run.error} />}
        {stopped && <p className="text-bad">Runs are stopped for the company: nothing runs until they are let on again.</p>}
        <Button kind="primary" type="submit" busy={run.isPending} disabled={chosen === undefined || stopped}>
          {chosen?.needs != null && needsAnother(chosen.needs, role) ? "Ask for consent" : "Run"}
        </Button>
      </form>
    </Dialog>
  );
}
