import type { Schemas } from "~/api/types";
import { Fields, NumberField } from "../kit/fields";
import { wrongWithin } from "../kit/wrong";

const TIMES = [
  ["connect_seconds", "Connection", "1 to 10; 3 where nothing is said."],
  ["read_seconds", "First byte", "1 to 60; 10 where nothing is said."],
  ["attempt_seconds", "One attempt", "1 to 120; 15 where nothing is said."],
  ["operation_seconds", "All attempts", "1 to 300; 40 where nothing is said."],
] as const;

interface Props {
  value: Schemas["AwsTimeouts"];
  error: unknown;
  onChange: (value: Schemas["AwsTimeouts"]) => void;
}

/** How long calls to AWS may take. */
export function Timeouts({ value, error, onChange }: Props) {
  const at = wrongWithin(error, "timeouts");
  return (
    <Fields>
      {TIMES.map(([field, name, hint]) => (
        <NumberField key={field} label={`${name}, in seconds`} hint={hint} value={value[field]} error={at(field)} onChange={(seconds) => onChange({ ...value, [field]: seconds })} />
      ))}
    </Fields>
  );
}
