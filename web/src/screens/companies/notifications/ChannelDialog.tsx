import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Choice, Field, Tick } from "~/ui/Field";
import { ListField } from "../kit/fields";
import { Refusal } from "~/ui/Refusal";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";
import { Once } from "../keys/NewKeyDialog";
import { KINDS, type Kind, type Wanted, asked, kindName, linesOf } from "./kinds";

interface Props {
  companyId: string;
  /** The one that is set anew; none for a new one. */
  of: Schemas["Channel"] | null;
  onClose: () => void;
}

/** Makes a channel, or sets one anew. A webhook's secret is shown once. */
export function ChannelDialog({ companyId, of, onClose }: Props) {
  const [name, setName] = useState(of?.name ?? "");
  const [wanted, setWanted] = useState<Wanted>({ kind: of?.kind ?? "webhook" });
  const change = (part: Partial<Wanted>) => setWanted({ ...wanted, ...part });
  const put = api.useMutation("put", "/api/companies/{company_id}/channels/{name}");
  const settled = useSettled();
  const at = wrong(put.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: { path: { company_id: companyId, name: name.trim() } }, body: asked(wanted) }, {
      onSuccess: async ({ secret }) => settled(`${name.trim()} is set`, secret === undefined ? onClose : undefined).onSuccess(),
    });
  };
  if (put.data?.secret !== undefined) return <Once name={`secret of ${put.data.name}`} label="secret" text={put.data.secret} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title={of === null ? "New channel" : `Set ${of.name} anew`} description={of === null ? undefined : "What is secret of it is not shown: type all of it again."}>
      <form onSubmit={save} className="flex flex-col gap-3">
        {of === null && <Field label="Name" hint="Routes name it by this." required spellCheck={false} value={name} error={at("name")} onChange={({ target }) => setName(target.value)} />}
        <Choice label="Kind" value={wanted.kind} error={at("kind")} onChange={({ target }) => change({ kind: target.value as Kind })}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {kindName(kind)}
            </option>
          ))}
        </Choice>
        {linesOf(wanted.kind).map(({ field, label, hint, placeholder, needed, secret }) => (
          <Field
            key={field}
            label={label}
            hint={hint}
            placeholder={placeholder}
            required={needed}
            type={secret ? "password" : "text"}
            autoComplete="off"
            spellCheck={false}
            value={wanted[field] ?? ""}
            error={at(field)}
            onChange={({ target }) => change({ [field]: target.value })}
          />
        ))}
        {wanted.kind === "email" && (
          <ListField label="Mailboxes" hint="1 to 20, with commas between." required value={wanted.to ?? []} error={at("to")} onChange={(to) => change({ to })} />
        )}
        {wanted.kind === "webhook" && of !== null && (
          <Tick label="Give it a new secret" hint="The one that it has is good no more." checked={wanted.new_secret ?? false} onChange={({ target }) => change({ new_secret: target.checked })} />
        )}
        <Refusal error={put.error} />
        <Button kind="primary" type="submit" busy={put.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
