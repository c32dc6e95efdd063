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

/** How many alerts it may send. */
export function RateLimit({ companyId }: { companyId: string }) {
  const limit = api.useQuery("get", "/api/companies/{company_id}/rate-limit", { params: of(companyId) });
  return (
    <Panel title="How many alerts it may send">
      <Answer of={limit}>{(saved) => <Form companyId={companyId} saved={saved} />}</Answer>
    </Panel>
  );
}

function Form({ companyId, saved }: { companyId: string; saved: Schemas["RateLimit"] }) {
  const may = useCan()("administer_company");
  const draft = useDraft(saved);
  const put = api.useMutation("put", "/api/companies/{company_id}/rate-limit");
  const settled = useSettled();
  const at = wrong(put.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: of(companyId), body: draft.value }, settled("The limit is saved", draft.reset));
  };
  return (
    <form onSubmit={save}>
      <May change={may}>
        <Fields>
          <NumberField
            label="Alerts a minute"
            hint="In the long run: 1 to 10,000,000."
            required
            value={draft.value.requests_per_minute}
            error={at("requests_per_minute")}
            onChange={(requests_per_minute) => draft.change({ requests_per_minute })}
          />
          <NumberField
            label="Alerts at once"
            hint="5 to 10,000,000. The last fifth is for resolves and criticals."
            required
            value={draft.value.burst_size}
            error={at("burst_size")}
            onChange={(burst_size) => draft.change({ burst_size })}
          />
        </Fields>
      </May>
      {may && <SaveBar draft={draft} busy={put.isPending} error={put.error} onDiscard={draft.reset} />}
    </form>
  );
}
