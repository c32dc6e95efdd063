import { Field } from "~/ui/Field";
import { Cel, Fields, ListField, NumberField } from "../kit/fields";
import type { Rule } from "./plan";

interface Props {
  value: Rule;
  wrong: (field: string) => string | undefined;
  onChange: (value: Rule) => void;
}

/** What a rule is for, and how it groups. */
export function RuleFields({ value, wrong, onChange }: Props) {
  const change = (part: Partial<Rule>) => onChange({ ...value, ...part });
  return (
    <div className="flex flex-col gap-3">
      <Cel
        label="Which alerts, in CEL"
        hint="It sees asset, signature, severity, tool, message and labels. Left empty: every alert."
        placeholder="labels.cluster == 'db' && severity in ['high', 'critical']"
        value={value.match}
        error={wrong("match") ?? wrong("")}
        onChange={(match) => change({ match })}
      />
      <Fields>
        <Field label="Name" required value={value.name} error={wrong("name")} onChange={({ target }) => change({ name: target.value })} />
        <ListField
          label="Grouped by"
          hint="asset, signature, tool, severity, labels.site and the like. Nothing: all in one incident."
          value={value.group_by ?? []}
          error={wrong("group_by")}
          onChange={(group_by) => change({ group_by })}
        />
        <NumberField label="Window, in minutes" hint="1 to 240; left empty, the company's." value={value.window_minutes} error={wrong("window_minutes")} onChange={(window_minutes) => change({ window_minutes })} />
        <NumberField label="Alerts that open an incident" hint="1 to 1000; left empty, the company's." value={value.min_alerts} error={wrong("min_alerts")} onChange={(min_alerts) => change({ min_alerts })} />
        <NumberField label="Priority" hint="Higher comes first; of equal ones, the first in the list." value={value.priority ?? 0} error={wrong("priority")} onChange={(priority) => change({ priority: priority ?? 0 })} />
      </Fields>
    </div>
  );
}
