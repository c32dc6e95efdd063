import { api } from "~/api/client";
import type { ReactNode } from "react";
import type { Schemas } from "~/api/types";
import { Badge, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Facts, Panel } from "~/ui/Page";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";

/** Tries the account now, step by step. */
export function CheckPanel({ companyId, connected }: { companyId: string; connected: boolean }) {
  const check = api.useMutation("post", "/api/companies/{company_id}/aws/check");
  return (
    <Panel title="3. Check it">
      <div className="flex flex-wrap items-center gap-2">
        <Button disabled={!connected} busy={check.isPending} onClick={() => check.mutate({ params: of(companyId) })}>
          Check
        </Button>
        <span className="text-soft">{connected ? "Nothing is run by that." : "It has to be connected first."}</span>
      </div>
      <Refusal error={check.error} />
      {check.data !== undefined && <Checked of={check.data} />}
    </Panel>
  );
}

function Checked({ of: { ok, steps, account, arn, instances, instances_online, checked_at } }: { of: Schemas["AwsCheck"] }) {
  const facts: [string, ReactNode][] = [
    ["Checked", <Time at={checked_at} />],
    ["Account", account == null ? "–" : <Code>{account}</Code>],
    ["As", arn == null ? "–" : <Code>{arn}</Code>],
    ["Machines", instances == null ? "–" : `${instances}, ${instances_online ?? 0} of them online`],
  ];
  return (
    <div role="status" className="mt-3 flex flex-col gap-3">
      <p>
        <Badge tone={ok ? "good" : "bad"}>{ok ? "reached" : "not reached"}</Badge>
      </p>
      <ol className="flex flex-col gap-1">
        {steps.map((step) => (
          <li key={step.step} className="[overflow-wrap:anywhere]">
            <Badge tone={step.ok ? "good" : "bad"}>{step.ok ? "ok" : "failed"}</Badge> <span className="font-medium">{worded(step.step)}</span>: <Text>{step.detail}</Text>
          </li>
        ))}
      </ol>
      <Facts of={facts} />
    </div>
  );
}
