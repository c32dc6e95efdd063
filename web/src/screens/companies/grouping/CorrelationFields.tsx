import { fieldOf, said } from "~/api/client";
import { Choice } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Fields, NumberField } from "../kit/fields";
import type { Correlation } from "./plan";

const KEYS = [
  ["asset|signature", "asset and signature"],
  ["asset", "asset"],
  ["signature", "signature"],
  ["asset|signature|tool", "asset, signature and tool"],
] as const;

const NUMBERS = [
  ["window_minutes", "Window, in minutes", "How long after its last alert an incident is joined: 5 to 15."],
  ["min_alerts", "Alerts that open an incident", "1 to 1000. Until then they are held."],
  ["resolve_hold_seconds", "Resolve hold, in seconds", "How long all must have recovered: 0 to 3600."],
  ["reopen_window_minutes", "Reopened within, in minutes", "After its end, by its own alerts: 0 to 1440."],
  ["stale_after_minutes", "Over after silence, in minutes", "15 to 43200."],
] as const;

interface Props {
  value: Correlation;
  error: unknown;
  onChange: (value: Correlation) => void;
}

/** What holds for alerts that no rule is for. */
export function CorrelationFields({ value, error, onChange }: Props) {
  const at = (field: string) => (fieldOf(error)?.replace(/^correlation\./, "") === field ? said(error) : undefined);
  return (
    <Panel title="What no rule is for">
      <Fields>
        <Choice
          label="Same trouble is the same"
          value={value.aggregation_key}
          error={at("aggregation_key")}
          onChange={({ target }) => onChange({ ...value, aggregation_key: target.value as Correlation["aggregation_key"] })}
        >
          {KEYS.map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </Choice>
        {NUMBERS.map(([field, label, hint]) => (
          <NumberField key={field} label={label} hint={hint} required value={value[field]} error={at(field)} onChange={(number) => onChange({ ...value, [field]: number })} />
        ))}
      </Fields>
    </Panel>
  );
}
