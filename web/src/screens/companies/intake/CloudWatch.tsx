import { type FormEvent } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Area, Tick } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { May } from "../kit/May";
import { SaveBar } from "../kit/SaveBar";
import { of } from "../kit/company";
import { listed } from "../kit/listed";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";

/** Alarms of Amazon CloudWatch: by the topics that are the company's own, or by asking for them. */
export function CloudWatch({ companyId, saved }: { companyId: string; saved: Schemas["Intake"] }) {
  const may = useCan()("administer_company");
  const draft = useDraft({ topics: (saved.sns_topics ?? []).join("\n"), poll_cloudwatch: saved.poll_cloudwatch ?? false });
  const { value, change } = draft;
  const patch = api.useMutation("patch", "/api/companies/{company_id}/intake");
  const settled = useSettled();
  const at = wrong(patch.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const body = { sns_topics: listed(value.topics), poll_cloudwatch: value.poll_cloudwatch };
    patch.mutate({ params: of(companyId), body }, settled("The intake is saved", draft.reset));
  };
  return (
    <Panel title="CloudWatch">
      <form onSubmit={save}>
        <May change={may}>
          <div className="flex flex-col gap-3">
            <Area
              label="Topics of SNS that are its own"
              hint="One ARN a line, at most 32. Their signed messages are taken, and their subscriptions are confirmed."
              rows={4}
              spellCheck={false}
              placeholder="arn:aws:sns:eu-central-1:123456789012:alarms"
              value={value.topics}
              error={at("sns_topics")}
              onChange={({ target }) => change({ topics: target.value })}
            />
            <Tick
              label="Ask its account for alarms each minute"
              hint="For those that are not pushed. Its AWS account has to be connected."
              checked={value.poll_cloudwatch}
              onChange={({ target }) => change({ poll_cloudwatch: target.checked })}
            />
          </div>
        </May>
        {may && <SaveBar draft={draft} busy={patch.isPending} error={patch.error} onDiscard={draft.reset} />}
      </form>
    </Panel>
  );
}
