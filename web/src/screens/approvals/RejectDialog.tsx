import { useQueryClient } from "@tanstack/react-query";
import { api, said } from "~/api/client";
import type { Approval } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { note } from "~/ui/toast";

/** Says no: nothing runs, and a person has to see to it. */
export function RejectDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const queries = useQueryClient();
  const reject = api.useMutation("post", "/api/approvals/{approval_id}/reject");
  const params = { path: { approval_id: approval.approval_id }, query: { company_id: approval.company_id } };
  const send = () =>
    reject.mutate(
      { params, body: {} },
      {
        onSuccess: () => {
          note("Rejected: nothing runs");
          void queries.invalidateQueries();
          onClose();
        },
      },
    );
  return (
    <Dialog open onClose={onClose} title={`Reject ${approval.title ?? approval.runbook}?`} description="Nothing runs, and the incident waits for a person.">
      {reject.error !== null && (
        <p role="alert" className="mb-2 text-bad">
          {said(reject.error)}
        </p>
      )}
      <div className="flex gap-2">
        <Button kind="danger" busy={reject.isPending} onClick={send}>
          Reject
        </Button>
        <Button onClick={onClose}>Not now</Button>
      </div>
    </Dialog>
  );
}
