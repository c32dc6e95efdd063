import { type FormEvent, useState } from "react";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";

/** What is looked for; it stands in the page's address. */
export interface Wanted {
  journal?: string | undefined;
  kind?: string | undefined;
  actor?: string | undefined;
  subject?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

const FIELDS: [name: keyof Wanted, label: string, placeholder: string][] = [
  ["kind", "What", "incident. or run.ended"],
  ["actor", "Who", "usr-… or correlator"],
  ["subject", "About", "inc-…"],
  ["since", "Since", "7d"],
  ["until", "Until", "2026-01-31T08:00:00Z"],
];

export function Filters({ value, onChange }: { value: Wanted; onChange: (value: Wanted) => void }) {
  const [draft, setDraft] = useState(value);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onChange(Object.fromEntries(FIELDS.map(([name]) => [name, draft[name]?.trim() || undefined])));
  };
  return (
    <form onSubmit={send} className="flex flex-wrap items-end gap-3">
      {FIELDS.map(([name, label, placeholder]) => (
        <Field
          key={name}
          className="w-40"
          label={label}
          placeholder={placeholder}
          value={draft[name] ?? ""}
          onChange={({ target }) => setDraft({ ...draft, [name]: target.value })}
        />
      ))}
      <Button type="submit">Find</Button>
    </form>
  );
}
