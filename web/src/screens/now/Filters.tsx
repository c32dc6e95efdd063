import type { Ref } from "react";
import { SEVERITIES } from "~/api/types";
import { Button } from "~/ui/Button";
import { Text } from "~/ui/Text";
import type { Asked } from "./asked";

interface Props {
  value: Asked;
  onChange: (value: Asked) => void;
  ref: Ref<HTMLInputElement>;
}

/** Words, severity, whose, and whether what is put off is shown too; and the asset, where a link has named one. */
export function Filters({ value, onChange, ref }: Props) {
  const { text = "", severity = "", mine, snoozed, asset } = value;
  return (
    <search className="flex flex-wrap items-center gap-2">
      <input
        ref={ref}
        type="search"
        aria-label="Search what is open"
        placeholder="Search"
        value={text}
        onChange={({ target }) => onChange({ ...value, text: target.value })}
        onKeyDown={({ key, currentTarget }) => (key === "Escape" || key === "Enter") && currentTarget.blur()}
        className="w-44 rounded-md border border-line bg-surface px-2 py-1"
      />
      <select
        aria-label="Severity"
        value={severity}
        onChange={({ target }) => onChange({ ...value, severity: target.value })}
        className="rounded-md border border-line bg-surface px-2 py-1"
      >
        <option value="">any severity</option>
        {SEVERITIES.map((severity) => (
          <option key={severity}>{severity}</option>
        ))}
      </select>
      <Toggle name="Mine" on={mine === true} onChange={(on) => onChange(on ? { ...value, mine: true } : without(value, "mine"))} />
      <Toggle name="Snoozed too" on={snoozed === true} onChange={(on) => onChange(on ? { ...value, snoozed: true } : without(value, "snoozed"))} />
      {asset !== undefined && (
        <Button onClick={() => onChange(without(value, "asset"))} title="Show those of other assets too">
          <span>
            On <Text>{asset}</Text>
          </span>
          <span aria-hidden>✕</span>
        </Button>
      )}
    </search>
  );
}

function Toggle({ name, on, onChange }: { name: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Button aria-pressed={on} onClick={() => onChange(!on)} className="aria-pressed:bg-accent-wash aria-pressed:text-accent">
      {name}
    </Button>
  );
}

function without(value: Asked, name: keyof Asked): Asked {
  const { [name]: _, ...others } = value;
  return others;
}
