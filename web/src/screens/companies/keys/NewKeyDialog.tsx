import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Copy } from "~/ui/Copy";
import { Dialog } from "~/ui/Dialog";
import { Field, Tick } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";
import { Moment, Picks } from "../kit/fields";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";

const SCOPES = [
  ["ingest", "send alerts"],
  ["decide", "ask for decisions"],
  ["read", "read"],
] as const satisfies readonly (readonly [Schemas["Scope"], string])[];

/** Makes a key, and shows it once. */
export function NewKeyDialog({ companyId, onClose }: { companyId: string; onClose: () => void }) {
  const [key, setKey] = useState<Schemas["NewKey"]>({ name: "", scopes: ["ingest"], unsigned: false });
  const make = api.useMutation("post", "/api/companies/{company_id}/api-keys");
  const settled = useSettled();
  const at = wrong(make.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ params: of(companyId), body: { ...key, name: key.name.trim() } }, settled("The key is made"));
  };
  if (make.data !== undefined) return <Once name={make.data.name} label="API key" text={make.data.api_key} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="New API key">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field label="Name" hint="What it is for." required value={key.name} error={at("name")} onChange={({ target }) => setKey({ ...key, name: target.value })} />
        <Picks label="It may" of={SCOPES} value={key.scopes} error={at("scopes")} onChange={(scopes) => setKey({ ...key, scopes })} />
        <Tick
          label="It may send unsigned alerts"
          hint="For tools that cannot sign. Whoever has such a key can send alerts in the company's name."
          checked={key.unsigned ?? false}
          onChange={({ target }) => setKey({ ...key, unsigned: target.checked })}
        />
        <Moment
          label="Good until"
          hint="In your own time zone. Left empty, until it is revoked."
          value={key.expires_at ?? undefined}
          error={at("expires_at")}
          onChange={(expires_at) => setKey({ ...key, expires_at })}
        />
        <Refusal error={make.error} />
        <Button kind="primary" type="submit" busy={make.isPending}>
          Make it
        </Button>
      </form>
    </Dialog>
  );
}

/** Something that is shown once. */
export function Once({ name, label, text, onClose }: { name: string; label: string; text: string; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={`Keep it now: ${name}`} description="It is not shown again, to anybody.">
      <Copy text={text} label={label} secret />
      <Button kind="primary" className="mt-3" onClick={onClose}>
        I have kept it
      </Button>
    </Dialog>
  );
}
