import type { Schemas } from "~/api/types";
import { Field } from "~/ui/Field";
import { DAYS, WEEKS } from "../maintenance/words";
import { Fields, Picks, ZoneField } from "./fields";

type Weekly = Schemas["Weekly"];

interface Props {
  value: Weekly;
  wrong: (field: string) => string | undefined;
  onChange: (value: Weekly) => void;
}

/** Times that come again each week. */
export function WeeklyFields({ value, wrong, onChange }: Props) {
  const change = (part: Partial<Weekly>) => onChange({ ...value, ...part });
  return (
    <div className="flex flex-col gap-3">
      <Picks label="Days on which it begins" hint="None: every day." of={DAYS} value={value.days ?? []} error={wrong("days")} onChange={(days) => change({ days })} />
      <Picks label="Of a month" hint="None: each of them." of={WEEKS} value={(value.weeks ?? []) as (1 | 2 | 3 | 4 | 5 | -1)[]} error={wrong("weeks")} onChange={(weeks) => change({ weeks })} />
      <Fields>
        <Field label="From" placeholder="22:00" required value={value.from} error={wrong("from")} onChange={({ target }) => change({ from: target.value })} />
        <Field label="To" hint="Not later than from: on the next day. 24:00 is midnight." placeholder="04:00" required value={value.to} error={wrong("to")} onChange={({ target }) => change({ to: target.value })} />
        <ZoneField label="Time zone" required value={value.time_zone} error={wrong("time_zone")} onChange={(time_zone) => change({ time_zone })} />
      </Fields>
    </div>
  );
}

/** Nights of the viewer's own zone, to begin with. */
export function someWeekly(): Weekly {
  return { days: [], weeks: [], from: "22:00", to: "04:00", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}
