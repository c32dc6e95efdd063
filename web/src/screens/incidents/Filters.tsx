import { SEVERITIES, type Severity } from "~/api/types";
import { worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { short } from "~/ui/time";
import { STATUSES, type Wanted, isFiltered } from "./wanted";

const SINCE: [value: string, name: string][] = [
  ["", "ever"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
];

/** A moment that no choice names, as another list's link gives it. */
function named(since: string): string {
  return Number.isNaN(Date.parse(since)) ? since : `since ${short(since)}`;
}

export function Filters({ value, onChange }: { value: Wanted; onChange: (value: Wanted) => void }) {
  const since = value.since ?? "";
  const spans = SINCE.some(([known]) => known === since) ? SINCE : [...SINCE, [since, named(since)] as const];
  return (
    <search className="flex flex-wrap items-end gap-3">
      <Choice
        label="Status"
        className="w-36"
        value={value.status ?? ""}
        onChange={({ target }) => onChange({ ...value, status: STATUSES.find((status) => status === target.value) })}
      >
        <option value="">any</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {worded(status)}
          </option>
        ))}
      </Choice>
      <Choice
        label="Severity"
        className="w-36"
        value={value.severity ?? ""}
        onChange={({ target }) => onChange({ ...value, severity: (target.value || undefined) as Severity | undefined })}
      >
        <option value="">any</option>
        {SEVERITIES.map((severity) => (
          <option key={severity}>{severity}</option>
        ))}
      </Choice>
      <Choice label="Opened" className="w-44" value={since} onChange={({ target }) => onChange({ ...value, since: target.value || undefined })}>
        {spans.map(([known, name]) => (
          <option key={known} value={known}>
            {name}
          </option>
        ))}
      </Choice>
      <Field
        key={value.signature}
        label="Kind of trouble"
        className="w-48"
        placeholder="disk-full, exactly"
        defaultValue={value.signature ?? ""}
        onBlur={({ target }) => onChange({ ...value, signature: target.value.trim() || undefined })}
        onKeyDown={({ key, currentTarget }) => key === "Enter" && currentTarget.blur()}
      />
      <Button disabled={!isFiltered(value)} onClick={() => onChange({ status: undefined, severity: undefined, signature: undefined, since: undefined })}>
        All
      </Button>
    </search>
  );
}
