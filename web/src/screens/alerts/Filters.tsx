import { fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { SeverityChoice, SinceChoice } from "~/ui/filters";
import { STATES } from "./states";
import { ANY, type Wanted, isFiltered } from "./wanted";

const SINCE = [
  ["1h", "the last hour"],
  ["24h", "the last day"],
  ["7d", "the last week"],
] as const;

interface Props {
  value: Wanted;
  onChange: (value: Wanted) => void;
  /** What the list was answered, where it was refused. */
  error: unknown;
}

export function Filters({ value, onChange, error }: Props) {
  const wrong = (field: keyof Wanted) => (fieldOf(error) === field ? said(error) : undefined);
  return (
    <search className="flex flex-wrap items-start gap-3">
      <Choice
        label="Where it is"
        className="w-40"
        value={value.state ?? ""}
        onChange={({ target }) => onChange({ ...value, state: (target.value || undefined) as Wanted["state"] })}
      >
        <option value="">anywhere</option>
        {Object.entries(STATES).map(([state, { name }]) => (
          <option key={state} value={state}>
            {name}
          </option>
        ))}
      </Choice>
      <SeverityChoice value={value.severity} onChange={(severity) => onChange({ ...value, severity })} />
      <SinceChoice label="Since" spans={SINCE} value={value.since} error={wrong("since")} onChange={(since) => onChange({ ...value, since })} />
      <Field
        label="Incident"
        className="w-64 max-w-full"
        placeholder="inc-…"
        spellCheck={false}
        defaultValue={value.incident_id ?? ""}
        key={value.incident_id}
        error={wrong("incident_id")}
        onBlur={({ target }) => onChange({ ...value, incident_id: target.value.trim() || undefined })}
        onKeyDown={({ key, currentTarget }) => key === "Enter" && currentTarget.blur()}
      />
      <Button className="min-h-8 self-end sm:mt-7 sm:self-start" disabled={!isFiltered(value)} onClick={() => onChange(ANY)}>
        All
      </Button>
    </search>
  );
}
