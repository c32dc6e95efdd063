import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";
import { NumberField } from "../kit/fields";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";
import { Once } from "./NewKeyDialog";

/** Makes a new secret, while the one before lives on for a while. */
export function RotateDialog({ companyId, onClose }: { companyId: string; onClose: () => void }) {
  const [asked, setAsked] = useState<Schemas["RotateRequest"]>({ overlap_minutes: 1440 });
  const rotate = api.useMutation("post", "/api/companies/{company_id}/webhook-secrets");
  const settled = useSettled();
  const at = wrong(rotate.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate({ params: of(companyId), body: asked }, settled("The new secret is good"));
  };
  if (rotate.data !== undefined) {
    return <Once name="webhook secret" label="webhook secret" text={rotate.data.webhook_secret} onClose={onClose} />;
  }
  return (
    <Dialog open onClose={onClose} title="Rotate the webhook secret" description="Two are good at once, so that senders can change over without a gap.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <NumberField
          label="The one before lives on for, in minutes"
          hint="A day where nothing is said."
          min={0}
          value={asked.overlap_minutes}
          error={at("overlap_minutes")}
          onChange={(overlap_minutes) => setAsked({ ...asked, overlap_minutes })}
        />
        <Field
          label="A secret that a tool has made"
          hint="Such as the client secret of Sentry's integration. Left empty, one is made."
          type="password"
          autoComplete="off"
          value={asked.secret ?? ""}
          error={at("secret")}
          onChange={({ target }) => setAsked({ ...asked, secret: target.value === "" ? undefined : target.value })}
        />
        <Refusal error={rotate.error} />
        <Button kind="primary" type="submit" busy={rotate.isPending}>
          Rotate
        </Button>
      </form>
    </Dialog>
  );
}
