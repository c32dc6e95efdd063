import { worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { SeverityChoice, SinceChoice } from "~/ui/filters";
import { STATUSES, type Wanted, isFiltered } from "./wanted";

const SINCE = [
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
] as const;

export function Filters({ value, onChange }: { value: Wanted; onChange: (value: Wanted) => void }) {
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
      <SeverityChoice value={value.severity} onChange={(severity) => onChange({ ...value, severity })} />
      <SinceChoice label="Opened" spans={SINCE} value={value.since} onChange={(since) => onChange({ ...value, since })} />
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
