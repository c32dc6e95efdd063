import { type FormEvent, useState } from "react";
import { fieldOf, said } from "~/api/client";
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
  ["until", "Until", "24h, or a time"],
];

interface Props {
  value: Wanted;
  /** What the server has against what was asked for. */
  error: unknown;
  onChange: (value: Wanted) => void;
}

export function Filters({ value, error, onChange }: Props) {
  const [draft, setDraft] = useState(value);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onChange(Object.fromEntries(FIELDS.map(([name]) => [name, draft[name]?.trim() || undefined])));
  };
  return (
    <form onSubmit={send} className="flex flex-wrap items-start gap-3">
      {FIELDS.map(([name, label, placeholder]) => (
        <Field
          key={name}
          className="w-40"
          label={label}
          placeholder={placeholder}
          value={draft[name] ?? ""}
          error={fieldOf(error) === name ? said(error) : undefined}
          onChange={({ target }) => setDraft({ ...draft, [name]: target.value })}
        />
      ))}
      <Button type="submit" className="mt-7">Find</Button>
      <Button
        className="mt-7"
        disabled={FIELDS.every(([name]) => value[name] === undefined)}
        onClick={() => {
          setDraft({});
          onChange(Object.fromEntries(FIELDS.map(([name]) => [name, undefined])));
        }}
      >
        All
      </Button>
    </form>
  );
}
