import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { usePerson } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { SaveBar } from "../kit/SaveBar";
import { Sure } from "~/ui/Sure";
import { of } from "../kit/company";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";
import { Timeouts } from "./Timeouts";

type Settings = Schemas["AwsSettings"];

/** How the account is reached. */
export function Connection({ companyId, saved, connected }: { companyId: string; saved: Settings; connected: boolean }) {
  const draft = useDraft(saved);
  const { value, change } = draft;
  const connect = api.useMutation("put", "/api/companies/{company_id}/aws");
  const settled = useSettled();
  const platform = usePerson().role === "msp_admin";
  const [asking, setAsking] = useState(false);
  const at = wrong(connect.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate({ params: of(companyId), body: value }, settled("The AWS account is connected: check it", draft.reset));
  };
  return (
    <Panel
      title="2. Connect it"
      actions={
        connected && (
          <Button kind="danger" onClick={() => setAsking(true)}>
            Disconnect
          </Button>
        )
      }
    >
      <form onSubmit={save}>
        <div className="flex flex-col gap-3">
          <Field
            label="Role"
            required
            spellCheck={false}
            placeholder="arn:aws:iam::123456789012:role/alert-whisperer"
            value={value.role_arn}
            error={at("role_arn")}
            onChange={({ target }) => change({ role_arn: target.value })}
          />
          <Field label="External id" required spellCheck={false} value={value.external_id} error={at("external_id")} onChange={({ target }) => change({ external_id: target.value })} />
          <Field
            label="Region"
            hint="That its machines, alarms and secrets are in."
            required
            spellCheck={false}
            placeholder="eu-central-1"
            value={value.region}
            error={at("region")}
            onChange={({ target }) => change({ region: target.value })}
          />
          <details>
            <summary>Timeouts{platform && " and endpoint"}</summary>
            <div className="mt-2 flex flex-col gap-3">
              <Timeouts value={value.timeouts ?? {}} error={connect.error} onChange={(timeouts) => change({ timeouts })} />
              {platform && (
                <Field
                  label="Endpoint instead of AWS"
                  hint="For trials. https://, or http:// to this machine alone. Left empty: AWS."
                  spellCheck={false}
                  value={value.endpoint_url ?? ""}
                  error={at("endpoint_url")}
                  onChange={({ target }) => change({ endpoint_url: target.value === "" ? undefined : target.value })}
                />
              )}
            </div>
          </details>
        </div>
        <SaveBar draft={draft} busy={connect.isPending} error={connect.error} onDiscard={draft.reset} />
      </form>
      {asking && <Disconnect companyId={companyId} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function Disconnect({ companyId, onClose }: { companyId: string; onClose: () => void }) {
  const disconnect = api.useMutation("delete", "/api/companies/{company_id}/aws");
  const settled = useSettled();
  return (
    <Sure
      title="Disconnect its AWS account?"
      act="Disconnect"
      busy={disconnect.isPending}
      error={disconnect.error}
      onClose={onClose}
      onSure={() => disconnect.mutate({ params: of(companyId) }, settled("The AWS account is disconnected", onClose))}
    >
      Nothing is run there any more, and its alarms are no longer asked for. The role in its account stays until somebody removes it there.
    </Sure>
  );
}
