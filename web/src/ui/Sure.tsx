import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";

interface Props {
  title: string;
  /** What comes of it. */
  children: ReactNode;
  /** The act, as its button says it. */
  act: string;
  /** What has to be typed first, where it is not taken back. */
  confirm?: string;
  busy: boolean;
  error: unknown;
  onSure: () => void;
  onClose: () => void;
}

/** Asks before something is done that is hard to take back. */
export function Sure({ title, children, act, confirm, busy, error, onSure, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSure();
  };
  return (
    <Dialog open onClose={onClose} title={title} description={children}>
      <form onSubmit={send} className="flex flex-col gap-3">
        {confirm !== undefined && (
          <Field label={`Type ${confirm} to go on`} value={typed} autoComplete="off" spellCheck={false} onChange={({ target }) => setTyped(target.value)} />
        )}
        <Refusal error={error} />
        <div className="flex flex-wrap gap-2">
          <Button kind="danger" type="submit" busy={busy} disabled={confirm !== undefined && typed !== confirm}>
            {act}
          </Button>
          <Button onClick={onClose}>Keep it</Button>
        </div>
      </form>
    </Dialog>
  );
}
