import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import { SEVERITIES, type Schemas, type Severity } from "~/api/types";
import { Button } from "~/ui/Button";
import { Copy } from "~/ui/Copy";
import { Dialog } from "~/ui/Dialog";
import { Choice, Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { NumberField } from "../kit/fields";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";

interface Props {
  companyId: string;
  /** The one that is changed; none for a new one. */
  of: Schemas["Heartbeat"] | null;
  onClose: () => void;
}

/** Says what is listened for, and shows how it makes itself heard. */
export function HeartbeatDialog({ companyId, of, onClose }: Props) {
  const [name, setName] = useState(of?.name ?? "");
  const [every, setEvery] = useState<number | undefined>(of?.every_seconds ?? 300);
  const [severity, setSeverity] = useState<Severity>(of?.severity ?? "high");
  const put = api.useMutation("put", "/api/companies/{company_id}/heartbeats/{name}");
  const settled = useSettled();
  const at = wrong(put.error);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const params = { path: { company_id: companyId, name: name.trim() } };
    put.mutate({ params, body: { every_seconds: every, severity } }, settled(`${name.trim()} is listened for`, onClose));
  };
  return (
    <Dialog open onClose={onClose} title={of === null ? "Listen for something" : `Change ${of.name}`}>
      <form onSubmit={save} className="flex flex-col gap-3">
        {of === null && (
          <Field label="Name" hint="A-Z a-z 0-9 . _ : - alone. It is the asset of its alerts." required spellCheck={false} value={name} error={at("name")} onChange={({ target }) => setName(target.value)} />
        )}
        <NumberField label="At least every, in seconds" hint="60 to 2678400, which is 31 days." required value={every} error={at("every_seconds")} onChange={setEvery} />
        <Choice label="Its silence is" value={severity} error={at("severity")} onChange={({ target }) => setSeverity(target.value as Severity)}>
          {SEVERITIES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Choice>
        {name.trim() !== "" && (
          <div>
            <p className="mb-1 text-soft">It makes itself heard so, with a key that may send unsigned:</p>
            <Copy label="how it makes itself heard" text={`curl -X POST -H "X-API-Key: KEY" ${location.origin}/api/heartbeats/${encodeURIComponent(name.trim())}`} />
          </div>
        )}
        <Refusal error={put.error} />
        <Button kind="primary" type="submit" busy={put.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
