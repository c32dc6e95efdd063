import { type FormEvent } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan, usePerson } from "~/session/useSession";
import { Choice, Tick } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { May } from "../kit/May";
import { SaveBar } from "../kit/SaveBar";
import { of } from "../kit/company";
import { NumberField } from "../kit/fields";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";

/** What may run for it, who must agree, and what models may use. */
export function PolicyPanel({ companyId }: { companyId: string }) {
  const policy = api.useQuery("get", "/api/companies/{company_id}/policy", { params: of(companyId) });
  return (
    <Panel title="Policy and budget">
      <Answer of={policy}>{(saved) => <Form companyId={companyId} saved={saved} />}</Answer>
    </Panel>
  );
}

function Form({ companyId, saved }: { companyId: string; saved: Schemas["Policy"] }) {
  const can = useCan();
  const platform = usePerson().role === "msp_admin";
  const may = can("administer_company") && (platform || saved.locked !== true);
  // The switch has its own button: what is edited here neither stops runs nor lets them go on.
  const { stopped, ...rules } = saved;
  const draft = useDraft<Omit<Schemas["Policy"], "stopped">>(rules);
  const put = api.useMutation("put", "/api/companies/{company_id}/policy");
  const settled = useSettled();
  const { value, change } = draft;
  const save = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: of(companyId), body: { ...value, stopped } }, settled("The policy is saved", draft.reset));
  };
  return (
    <form onSubmit={save}>
      {saved.locked === true && !platform && <p className="mb-3 text-soft">It is locked: only MSP administrators change it.</p>}
      <May change={may}>
        <div className="flex flex-col gap-3">
          <Tick
            label="What is of low risk runs by itself"
            hint="Without anybody being asked. What is of higher risk is always asked for."
            checked={value.low_risk_by_itself ?? false}
            onChange={({ target }) => change({ low_risk_by_itself: target.checked })}
          />
          <Tick
            label="Commands without a runbook may be asked for"
            hint="They count as of high risk, whatever they do."
            checked={value.free_commands ?? false}
            onChange={({ target }) => change({ free_commands: target.checked })}
          />
          <Choice
            label="Who must agree to what is of high risk"
            hint="None of them is the one who asks."
            value={value.high_risk_approvals}
            error={wrong(put.error)("high_risk_approvals")}
            onChange={({ target }) => change({ high_risk_approvals: Number(target.value) })}
          >
            <option value={1}>one MSP administrator</option>
            <option value={2}>two MSP administrators</option>
          </Choice>
          <NumberField
            label="Tokens a day, for language models"
            hint="Where that is fewer than the platform allows; left empty, as many as that. 0: none of its texts are shown to a model."
            min={0}
            value={value.tokens_per_day}
            error={wrong(put.error)("tokens_per_day")}
            onChange={(tokens) => change({ tokens_per_day: tokens ?? null })}
          />
          {platform && (
            <Tick
              label="Only MSP administrators change the policy"
              checked={value.locked ?? false}
              onChange={({ target }) => change({ locked: target.checked })}
            />
          )}
        </div>
      </May>
      {may && <SaveBar draft={draft} busy={put.isPending} error={put.error} onDiscard={draft.reset} />}
    </form>
  );
}
