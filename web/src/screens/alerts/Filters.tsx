import { SEVERITIES } from "~/api/types";
import { fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { short } from "~/ui/time";
import { STATES } from "./states";
import { ANY, type Wanted, isFiltered } from "./wanted";

const SINCE: [value: string, name: string][] = [
  ["", "ever"],
  ["1h", "the last hour"],
  ["24h", "the last day"],
  ["7d", "the last week"],
];

/** A moment that no choice names, as a link elsewhere gives it. */
function named(since: string): string {
  return Number.isNaN(Date.parse(since)) ? since : `since ${short(since)}`;
}

interface Props {
  value: Wanted;
  onChange: (value: Wanted) => void;
  /** What the list was answered, where it was refused. */
  error: unknown;
}

export function Filters({ value, onChange, error }: Props) {
  const since = value.since ?? "";
  const spans = SINCE.some(([known]) => known === since) ? SINCE : [...SINCE, [since, named(since)] as const];
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
      <Choice
        label="Severity"
        className="w-36"
        value={value.severity ?? ""}
        onChange={({ target }) => onChange({ ...value, severity: (target.value || undefined) as Wanted["severity"] })}
      >
        <option value="">any</option>
        {SEVERITIES.map((severity) => (
          <option key={severity}>{severity}</option>
        ))}
      </Choice>
      <Choice label="Since" className="w-44" value={since} error={wrong("since")} onChange={({ target }) => onChange({ ...value, since: target.value || undefined })}>
        {spans.map(([known, name]) => (
          <option key={known} value={known}>
            {name}
          </option>
        ))}
      </Choice>
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
      <Button className="min-h-8 sm:mt-7" disabled={!isFiltered(value)} onClick={() => onChange(ANY)}>
        All
      </Button>
    </search>
  );
}
