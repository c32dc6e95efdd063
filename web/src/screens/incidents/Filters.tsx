import { Moment } from "~/screens/companies/kit/fields";
import { wrong } from "~/screens/companies/kit/wrong";
import { worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { SeverityChoice, SinceChoice } from "~/ui/filters";
import { ANY, STATUSES, type Wanted, isFiltered } from "./wanted";

const SINCE = [
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
] as const;

interface Props {
  value: Wanted;
  onChange: (value: Wanted) => void;
  /** What the list was answered, where it was refused. */
  error: unknown;
}

export function Filters({ value, onChange, error }: Props) {
  const at = wrong(error);
  return (
    <search className="flex flex-wrap items-start gap-3">
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
      <SinceChoice label="Opened" spans={SINCE} value={value.since} error={at("since")} onChange={(since) => onChange({ ...value, since })} />
      <Moment label="Opened before" className="w-54" value={value.until} error={at("until")} onChange={(until) => onChange({ ...value, until })} />
      <Field
        key={value.signature}
        label="Kind of trouble"
        className="w-48"
        placeholder="disk-full, exactly"
        defaultValue={value.signature ?? ""}
        error={at("signature")}
        onBlur={({ target }) => onChange({ ...value, signature: target.value.trim() || undefined })}
        onKeyDown={({ key, currentTarget }) => key === "Enter" && currentTarget.blur()}
      />
      <Button className="min-h-8 self-end sm:mt-7 sm:self-start" disabled={!isFiltered(value)} onClick={() => onChange(ANY)}>
        All
      </Button>
    </search>
  );
}
