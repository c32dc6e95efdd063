import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Choice } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";
import { same } from "../kit/same";
import { Tried } from "./Tried";
import type { Plan } from "./plan";

const DAYS = [1, 3, 7, 14, 30];
const DAY = 86_400_000;

interface Props {
  companyId: string;
  plan: Plan;
  onError: (error: unknown) => void;
}

/** What the grouping that is being edited would have made of the past. Nothing is changed by it. */
export function TryPanel({ companyId, plan, onError }: Props) {
  const [days, setDays] = useState(7);
  const [tried, setTried] = useState<{ plan: Plan; days: number; result: Schemas["RulesTried"] } | null>(null);
  const trial = api.useMutation("post", "/api/companies/{company_id}/rules/try");
  const go = () => {
    onError(null);
    const { version: _, ...correlation } = plan.correlation;
    const since = new Date(Date.now() - days * DAY).toISOString();
    trial.mutate(
      { params: of(companyId), body: { correlation, rules: plan.rules, since } },
      { onSuccess: (result) => setTried({ plan, days, result }), onError },
    );
  };
  const isOld = tried !== null && (!same(tried.plan, plan) || tried.days !== days);
  return (
    <Panel title="What if">
      <div className="flex flex-wrap items-end gap-2">
        <Choice label="On the alerts of" className="w-40" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {count === 1 ? "the last day" : `the last ${count} days`}
            </option>
          ))}
        </Choice>
        <Button busy={trial.isPending} onClick={go}>
          Try it
        </Button>
        <span className="text-soft">Nothing is changed by that.</span>
      </div>
      <Refusal error={trial.error} />
      {tried !== null && (
        <div className="mt-3" role="status">
          {isOld && <p className="mb-2 rounded bg-warn-wash px-2 py-1">This is of what it was before: try it again.</p>}
          <Tried companyId={companyId} tried={tried.result} />
        </div>
      )}
    </Panel>
  );
}
