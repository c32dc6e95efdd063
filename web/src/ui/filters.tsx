/** Choices that several lists are narrowed down by. */
import { SEVERITIES, type Severity } from "~/api/types";
import { Choice } from "./Field";
import { short } from "./time";

interface OfSeverity {
  value: Severity | undefined;
  onChange: (severity: Severity | undefined) => void;
}

export function SeverityChoice({ value, onChange }: OfSeverity) {
  return (
    <Choice label="Severity" className="w-36" value={value ?? ""} onChange={({ target }) => onChange(SEVERITIES.find((severity) => severity === target.value))}>
      <option value="">any</option>
      {SEVERITIES.map((severity) => (
        <option key={severity}>{severity}</option>
      ))}
    </Choice>
  );
}

interface OfTime {
  label: string;
  /** Spans that can be chosen, with their names. */
  spans: readonly (readonly [span: string, name: string])[];
  value: string | undefined;
  error?: string | undefined;
  onChange: (since: string | undefined) => void;
}

/** Since when: one of some spans, or the moment that a link elsewhere gives. */
export function SinceChoice({ label, spans, value = "", error, onChange }: OfTime) {
  const known = value === "" || spans.some(([span]) => span === value);
  return (
    <Choice label={label} className="w-44" value={value} error={error} onChange={({ target }) => onChange(target.value || undefined)}>
      <option value="">ever</option>
      {spans.map(([span, name]) => (
        <option key={span} value={span}>
          {name}
        </option>
      ))}
      {!known && <option value={value}>{named(value)}</option>}
    </Choice>
  );
}

function named(since: string): string {
  return Number.isNaN(Date.parse(since)) ? since : `since ${short(since)}`;
}
