import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import type { Approval, Problem } from "~/api/types";
import { codeOf } from "~/session/totp";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { note } from "~/ui/toast";
import { Commands, Targets } from "./ApprovalCard";
import { useIncidentOf } from "./useIncidentOf";

/** Agrees to exactly what is shown, by its hash. High risk asks for a code of the second factor besides. */
export function ApproveDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const [code, setCode] = useState("");
  const [lost, setLost] = useState(false);
  const incident = useIncidentOf(approval);
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
          On <Targets of={approval.targets} asset={incident?.asset_name} />
        </p>
        <Commands name="Exactly this" of={approval.automation == null ? approval.commands : [JSON.stringify(approval.automation, null, 2)]} open />
        {stepUp && (
          <div className="flex flex-col items-start gap-1">
            <Field
              key={String(lost)}
              className="self-stretch"
              label={lost ? "Recovery code" : "Code of your authenticator"}
              hint={lost ? "Each is good once." : "This is of high risk: six digits. Who has no second factor leaves it empty."}
              inputMode={lost ? "text" : "numeric"}
              autoComplete={lost ? "off" : "one-time-code"}
              autoFocus
              value={code}
              error={atCode ? said(approve.error) : undefined}
              onChange={({ target }) => setCode(target.value)}
            />
            <Button kind="quiet" onClick={() => (setLost(!lost), setCode(""))}>
              {lost ? "Use the authenticator" : "Use a recovery code"}
            </Button>
          </div>
        )}
        {!atCode && <Refusal error={approve.error} />}
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
