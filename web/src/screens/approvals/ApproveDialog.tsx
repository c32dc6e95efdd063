import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import type { Approval, Problem } from "~/api/types";
import { codeOf } from "~/session/totp";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { note } from "~/ui/toast";
import { Commands, Targets } from "./ApprovalCard";

/** Agrees to exactly what is shown, by its hash. High risk asks for a code of the second factor besides. */
export function ApproveDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const [code, setCode] = useState("");
  const queries = useQueryClient();
  const approve = api.useMutation("post", "/api/approvals/{approval_id}/approve");
  const needed = (approve.error as Partial<Problem> | null)?.code === "second_factor_needed";
  const stepUp = approval.risk_level === "high" || needed;
  const send = (event: FormEvent) => {
    event.preventDefault();
    const params = { path: { approval_id: approval.approval_id }, query: { company_id: approval.company_id } };
    const body = { hash: approval.hash, ...(code.trim() === "" ? {} : { totp: codeOf(code) }) };
    approve.mutate(
      { params, body },
      {
        onSuccess: ({ run, approval: { need, decided_by } }) => {
          note(run == null ? `Agreed: ${decided_by.length} of ${need.approvals}` : run.message);
          void queries.invalidateQueries();
          onClose();
        },
      },
    );
  };
  const atCode = fieldOf(approve.error) === "totp";
  return (
    <Dialog open wide onClose={onClose} title={`Run ${approval.title ?? approval.runbook}?`}>
      <form onSubmit={send} className="flex flex-col gap-3">
        <p>
          On <Targets of={approval.targets} />
        </p>
        <Commands name="Exactly this" of={approval.automation == null ? approval.commands : [JSON.stringify(approval.automation, null, 2)]} open />
        {stepUp && (
          <Field
            label="Code of your authenticator"
            hint="This is of high risk: six digits, or one of your recovery codes. Who has no second factor leaves it empty."
            autoComplete="one-time-code"
            value={code}
            error={atCode ? said(approve.error) : undefined}
            onChange={({ target }) => setCode(target.value)}
          />
        )}
        {approve.error !== null && !atCode && (
          <p role="alert" className="text-bad [overflow-wrap:anywhere]">
            {said(approve.error)}
          </p>
        )}
        <div className="flex gap-2">
          <Button kind="primary" type="submit" busy={approve.isPending}>
            Approve and run
          </Button>
          <Button onClick={onClose}>Not now</Button>
        </div>
      </form>
    </Dialog>
  );
}
