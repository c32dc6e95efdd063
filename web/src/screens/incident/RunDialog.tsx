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
import { note } from "~/ui/toast";
import { of } from "./of";

interface Props {
  incident: Incident;
  /** The one that is chosen at first, by its short name. */
  runbook?: string | undefined;
  onClose: () => void;
}

/** Runs a runbook for it, or asks for consent where the runbook's risk needs one. */
export function RunDialog({ incident, runbook = "", onClose }: Props) {
  const { role } = usePerson();
  const query = { company_id: incident.company_id };
  const runbooks = api.useQuery("get", "/api/runbooks", { params: { query } });
  const [slug, setSlug] = useState(runbook);
  const [instances, setInstances] = useState("");
  const [reason, setReason] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const run = api.useMutation("post", "/api/incidents/{incident_id}/execute-runbook-ssm");
  const chosen = runbooks.data?.items.find((runbook) => runbook.slug === slug);
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
      runbook_id: chosen?.runbook_id ?? slug,
      ...(ids.length > 0 ? { instance_ids: ids } : {}),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      parameters: filled(parameters, values),
    };
    run.mutate({ params: of(incident), body }, { onSuccess: ({ message }) => (note(message), onClose()) });
  };
  const error = (name: string) => (fieldOf(run.error) === name ? said(run.error) : undefined);
  const field = fieldOf(run.error);
  const placed = field !== undefined && (field === "instance_ids" || parameters.some(({ name }) => field.endsWith(name)));
  return (
    <Dialog open onClose={onClose} title="Run a runbook" description="What needs the consent of somebody else asks for it; nothing runs before.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Choice label="Runbook" required value={slug} onChange={({ target }) => setSlug(target.value)}>
          <option value="">choose one</option>
          {runbooks.data?.items.map((runbook) => (
            <option key={runbook.runbook_id} value={runbook.slug}>
              {`${runbook.title} (${runbook.risk} risk)`}
            </option>
          ))}
        </Choice>
        {chosen !== undefined && <p className="text-soft">{chosen.description}</p>}
        <ParameterFields eager={runbook !== ""} of={parameters} typed={values} onChange={setValues} errorOf={(name) => (field?.endsWith(name) ? said(run.error) : undefined)} />
        <Field
          label="Machines"
          hint={`Instance ids, with commas between. None: the machine that is called ${incident.asset_name}.`}
          value={instances}
          error={error("instance_ids")}
          onChange={({ target }) => setInstances(target.value)}
        />
        <Area label="Why" rows={2} value={reason} onChange={({ target }) => setReason(target.value)} />
        {run.error !== null && !placed && (
          <p role="alert" className="text-bad [overflow-wrap:anywhere]">
            {said(run.error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={run.isPending} disabled={chosen === undefined}>
          {chosen !== undefined && needsAnother(chosen.risk, role) ? "Ask for consent" : "Run"}
        </Button>
      </form>
    </Dialog>
  );
}
