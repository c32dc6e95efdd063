import { type FormEvent, useRef, useState } from "react";
import { useShortcuts } from "~/app/useShortcuts";
import { Button } from "~/ui/Button";
import { Field, Tick } from "~/ui/Field";

/** What is looked for; it stands in the page's address. */
export interface Wanted {
  q?: string | undefined;
  signature?: string | undefined;
  tag?: string | undefined;
  quarantined?: boolean | undefined;
}

interface Props {
  value: Wanted;
  onChange: (value: Wanted) => void;
  /** What is wrong with a field, in words. */
  wrong: Partial<Record<keyof Wanted, string>>;
}

export function Filters({ value, onChange, wrong }: Props) {
  const [draft, setDraft] = useState(value);
  const [shown, setShown] = useState(value);
  // Another address, such as that of the page before, says something else.
  if (!isSame(shown, value)) {
    setShown(value);
    setDraft(value);
  }
  const words = useRef<HTMLDivElement>(null);
  useShortcuts({ "/": () => words.current?.querySelector("input")?.focus() });
  const text = (name: "q" | "signature" | "tag") => ({
    value: draft[name] ?? "",
    error: wrong[name],
    onChange: ({ target }: { target: HTMLInputElement }) => setDraft({ ...draft, [name]: target.value }),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    const { q, signature, tag, quarantined } = draft;
    onChange({ q: q?.trim() || undefined, signature: signature?.trim() || undefined, tag: tag?.trim() || undefined, quarantined });
  };
  return (
    <search>
      <form onSubmit={send} className="flex flex-wrap items-start gap-3">
        <div ref={words} className="w-64 max-w-full">
          <Field label="Words" type="search" {...text("q")} />
        </div>
        <Field label="Signature" className="w-56 max-w-full" placeholder="disk-space-critical" {...text("signature")} />
        <Field label="Tag" className="w-40" {...text("tag")} />
        <Tick
          label="Quarantined too"
          className="sm:mt-8"
          checked={draft.quarantined ?? false}
          onChange={({ target }) => setDraft({ ...draft, quarantined: target.checked || undefined })}
        />
        <Button type="submit" kind="primary" className="min-h-8 sm:mt-7">
          Find
        </Button>
      </form>
    </search>
  );
}

function isSame(one: Wanted, other: Wanted): boolean {
  return (["q", "signature", "tag", "quarantined"] as const).every((name) => one[name] === other[name]);
}
