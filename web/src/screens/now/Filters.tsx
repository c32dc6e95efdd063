import type { Ref } from "react";
import { SEVERITIES } from "~/api/types";
import type { Wanted } from "~/board/order";
import { usePerson } from "~/session/useSession";
import { Button } from "~/ui/Button";

type Value = Omit<Wanted, "company">;

interface Props {
  value: Value;
  onChange: (value: Value) => void;
  ref: Ref<HTMLInputElement>;
}

/** Words, severity, whose, and whether what is put off is shown too. */
export function Filters({ value, onChange, ref }: Props) {
  const { email } = usePerson();
  const mine = value.assignedTo !== null;
  return (
    <search className="flex flex-wrap items-center gap-2">
      <input
        ref={ref}
        type="search"
        aria-label="Search what is open"
        placeholder="Search"
        value={value.text}
        onChange={({ target }) => onChange({ ...value, text: target.value })}
        onKeyDown={({ key, currentTarget }) => (key === "Escape" || key === "Enter") && currentTarget.blur()}
        className="w-44 rounded-md border border-line bg-surface px-2 py-1"
      />
      <select
        aria-label="Severity"
        value={value.severity ?? ""}
        onChange={({ target }) => onChange({ ...value, severity: target.value || null })}
        className="rounded-md border border-line bg-surface px-2 py-1"
      >
        <option value="">any severity</option>
        {SEVERITIES.map((severity) => (
          <option key={severity}>{severity}</option>
        ))}
      </select>
      <Button aria-pressed={mine} onClick={() => onChange({ ...value, assignedTo: mine ? null : email })} className="aria-pressed:bg-accent-wash aria-pressed:text-accent">
        Mine
      </Button>
      <Button aria-pressed={value.quiet} onClick={() => onChange({ ...value, quiet: !value.quiet })} className="aria-pressed:bg-accent-wash aria-pressed:text-accent">
        Snoozed too
      </Button>
    </search>
  );
}
