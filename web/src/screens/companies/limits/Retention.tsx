import { type FormEvent } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { May } from "../kit/May";
import { SaveBar } from "../kit/SaveBar";
import { of } from "../kit/company";
import { Fields, NumberField } from "../kit/fields";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";

const KEPT = [
  ["alert_days", "Alerts", "From their arrival, those of an incident from its end: 7 to 3650 days."],
  ["incident_days", "Incidents", "From their end, with their decisions: 7 to 3650 days, and no less than alerts."],
  ["journal_days", "The journal", "365 to 36500 days, and no less than incidents."],
] as const;

/** How long what there is of it is kept. */
export function Retention({ companyId }: { companyId: string }) {
  const retention = api.useQuery("get", "/api/companies/{company_id}/retention", { params: of(companyId) });
  return (
    <Panel title="How long it is kept">
      <Answer of={retention}>{(saved) => <Form companyId={companyId} saved={saved} />}</Answer>
    </Panel>
  );
}

function Form({ companyId, saved }: { companyId: string; saved: Schemas["Retention"] }) {
  const may = useCan()("administer_company");
  const draft = useDraft(saved);
  const put = api.useMutation("put", "/api/companies/{company_id}/retention");
  const settled = useSettled();
  const at = wrong(put.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: of(companyId), body: draft.value }, settled("The times are saved", draft.reset));
  };
  return (
    <form onSubmit={save}>
      <p className="mb-3 text-soft">What is past its time is archived to a signed file, and goes from the store.</p>
      <May change={may}>
        <Fields>
          {KEPT.map(([field, name, hint]) => (
            <NumberField
              key={field}
              label={`${name}, in days`}
              hint={hint}
              required
              value={draft.value[field]}
              error={at(field)}
              onChange={(days) => draft.change({ [field]: days })}
            />
          ))}
        </Fields>
      </May>
      {may && <SaveBar draft={draft} busy={put.isPending} error={put.error} onDiscard={draft.reset} />}
    </form>
  );
}
