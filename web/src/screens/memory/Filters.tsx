import { type FormEvent, useState } from "react";
import { Button } from "~/ui/Button";
import { Field, Tick } from "~/ui/Field";

/** What is looked for; it stands in the page's address. */
export interface Wanted {
  q?: string | undefined;
  signature?: string | undefined;
  tag?: string | undefined;
  quarantined?: boolean | undefined;
}

export function Filters({ value, onChange }: { value: Wanted; onChange: (value: Wanted) => void }) {
  const [draft, setDraft] = useState(value);
  const text = (name: "q" | "signature" | "tag") => ({
    value: draft[name] ?? "",
    onChange: ({ target }: { target: HTMLInputElement }) => setDraft({ ...draft, [name]: target.value }),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    const { q, signature, tag, quarantined } = draft;
    onChange({ q: q?.trim() || undefined, signature: signature?.trim() || undefined, tag: tag?.trim() || undefined, quarantined });
  };
  return (
    <search>
      <form onSubmit={send} className="flex flex-wrap items-end gap-3">
        <Field label="Words" className="w-64" {...text("q")} />
        <Field label="Signature" className="w-56" placeholder="disk-space-critical" {...text("signature")} />
        <Field label="Tag" className="w-40" {...text("tag")} />
        <Tick
          label="Quarantined too"
          className="mb-1.5"
          checked={draft.quarantined ?? false}
          onChange={({ target }) => setDraft({ ...draft, quarantined: target.checked || undefined })}
        />
        <Button type="submit" kind="primary" className="min-h-8">
          Find
        </Button>
      </form>
    </search>
  );
}
