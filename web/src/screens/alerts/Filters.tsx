import { SEVERITIES, type Schemas, type Severity } from "~/api/types";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { STATES } from "./states";

/** What is looked for; it stands in the page's address. */
export interface Wanted {
  state?: Schemas["AlertState"] | undefined;
  severity?: Severity | undefined;
  since?: string | undefined;
  incident_id?: string | undefined;
}

const SINCE: [value: string, name: string][] = [
  ["", "ever"],
  ["1h", "the last hour"],
  ["24h", "the last day"],
  ["7d", "the last week"],
];

export function Filters({ value, onChange }: { value: Wanted; onChange: (value: Wanted) => void }) {
  const since = SINCE.some(([known]) => known === (value.since ?? "")) ? SINCE : [...SINCE, [value.since ?? "", value.since ?? ""] as const];
  return (
    <search className="flex flex-wrap items-end gap-3">
      <Choice
        label="Where it is"
        className="w-40"
        value={value.state ?? ""}
        onChange={({ target }) => onChange({ state: (target.value || undefined) as Wanted["state"] })}
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
        onChange={({ target }) => onChange({ severity: (target.value || undefined) as Wanted["severity"] })}
      >
        <option value="">any</option>
        {SEVERITIES.map((severity) => (
          <option key={severity}>{severity}</option>
        ))}
      </Choice>
      <Choice label="Since" className="w-40" value={value.since ?? ""} onChange={({ target }) => onChange({ since: target.value || undefined })}>
        {since.map(([known, name]) => (
          <option key={known} value={known}>
            {name}
          </option>
        ))}
      </Choice>
      <Field
        label="Incident"
        className="w-64"
        placeholder="inc-…"
        defaultValue={value.incident_id ?? ""}
        key={value.incident_id}
        onBlur={({ target }) => onChange({ incident_id: target.value.trim() || undefined })}
        onKeyDown={({ key, currentTarget }) => key === "Enter" && currentTarget.blur()}
      />
      <Button onClick={() => onChange({ state: undefined, severity: undefined, since: undefined, incident_id: undefined })}>All</Button>
    </search>
  );
}
