import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Incident } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { noteFailure } from "~/ui/toast";
import { of } from "./of";
import { useAct } from "./useAct";

/** Ends it, and keeps what has fixed it for whoever meets the like again. */
export function ResolveDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const [fix, setFix] = useState("");
  const resolve = api.useMutation("post", "/api/incidents/{incident_id}/resolve");
  const write = api.useMutation("post", "/api/memory");
  const after = useAct();
  const remember = () => {
    const { incident_id, signature, company_id } = incident;
    const body = { incident_id, signature, resolution: fix.trim(), outcome: "success" as const };
    if (body.resolution !== "") write.mutate({ params: { query: { company_id } }, body }, { onError: noteFailure });
  };
  const done = after("Resolved", onClose);
  const send = (event: FormEvent) => {
    event.preventDefault();
    resolve.mutate({ params: of(incident), body: {} }, { onSuccess: (incident) => (remember(), done.onSuccess(incident)) });
  };
  return (
    <Dialog open onClose={onClose} title="Resolve" description="What still fires opens it again.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field
          label="What fixed it"
          hint="It is remembered, and told when the like happens again. It may stay empty."
          maxLength={4000}
          value={fix}
          onChange={({ target }) => setFix(target.value)}
        />
        <Refusal error={resolve.error} />
        <Button kind="primary" type="submit" busy={resolve.isPending}>
          Resolve
        </Button>
      </form>
    </Dialog>
  );
}
