import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import { useCan } from "~/session/useSession";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { May } from "../kit/May";
import { SaveBar } from "../kit/SaveBar";
import { of, useCompanyId } from "../kit/company";
import { same } from "../kit/same";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { CorrelationFields } from "./CorrelationFields";
import { RuleList } from "./RuleList";
import { TryPanel } from "./TryPanel";
import { type Plan, differences } from "./plan";

/** Which alerts become one incident. */
export function Grouping() {
  const companyId = useCompanyId();
  const params = of(companyId);
  const correlation = api.useQuery("get", "/api/companies/{company_id}/correlation", { params });
  const rules = api.useQuery("get", "/api/companies/{company_id}/rules", { params });
  return (
    <Answer of={correlation}>
      {(correlation) => <Answer of={rules}>{({ rules }) => <Editor companyId={companyId} saved={{ correlation, rules }} />}</Answer>}
    </Answer>
  );
}

function Editor({ companyId, saved }: { companyId: string; saved: Plan }) {
  const may = useCan()("administer_company");
  const draft = useDraft(saved);
  const { value, change } = draft;
  const { save, busy, error, reset } = useSave(companyId, saved, value, draft.reset);
  const [tryError, setTryError] = useState<unknown>(null);
  const wrongs = error ?? tryError;
  const discard = () => {
    draft.reset();
    reset();
    setTryError(null);
  };
  const changes = differences(saved, value);
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <May change={may}>
        <CorrelationFields value={value.correlation} error={wrongs} onChange={(correlation) => change({ correlation })} />
        <RuleList value={value.rules} error={wrongs} may={may} onChange={(rules) => change({ rules })} />
      </May>
      {may && <TryPanel companyId={companyId} plan={value} onError={setTryError} />}
      {may && (
        <Panel title="Changes since they were saved">
          {changes.length === 0 ? (
            <p className="text-soft">None.</p>
          ) : (
            <ul className="list-inside list-disc">
              {changes.map((words) => (
                <li key={words} className="[overflow-wrap:anywhere]">
                  {words}
                </li>
              ))}
            </ul>
          )}
          <SaveBar draft={draft} busy={busy} error={error} onDiscard={discard} />
        </Panel>
      )}
    </form>
  );
}

/** Saves what has changed of both; the rules first, which are what is mistaken most easily. */
function useSave(companyId: string, saved: Plan, { correlation, rules }: Plan, done: () => void) {
  const params = of(companyId);
  const queries = useQueryClient();
  const putRules = api.useMutation("put", "/api/companies/{company_id}/rules");
  const putCorrelation = api.useMutation("put", "/api/companies/{company_id}/correlation");
  const settled = useSettled();
  const send = async () => {
    if (!same(saved.rules, rules)) await putRules.mutateAsync({ params, body: { rules } });
    if (!same(saved.correlation, correlation)) await putCorrelation.mutateAsync({ params, body: correlation });
    await settled("The grouping is saved", done).onSuccess();
  };
  return {
    save: (event: FormEvent) => {
      event.preventDefault();
      putRules.reset();
      putCorrelation.reset();
      // What was refused stands at its field; what was saved before that is shown as saved.
      send().catch(() => queries.invalidateQueries({ queryKey: ["get", "/api/companies/{company_id}/rules"] }));
    },
    busy: putRules.isPending || putCorrelation.isPending,
    error: putRules.error ?? putCorrelation.error,
    reset: () => {
      putRules.reset();
      putCorrelation.reset();
    },
  };
}
