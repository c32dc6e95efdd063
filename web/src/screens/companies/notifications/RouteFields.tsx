import type { Schemas } from "~/api/types";
import { Field, Tick } from "~/ui/Field";
import { WeeklyFields, someWeekly } from "../kit/WeeklyFields";
import { Cel, Picks } from "../kit/fields";
import { NEWS_CHOICES, SEVERITY_CHOICES, channelChoices } from "./choices";

type Route = Schemas["Route"];

interface Props {
  value: Route;
  channels: string[];
  wrong: (field: string) => string | undefined;
  onChange: (value: Route) => void;
}

/** Which incidents a route is for, what is told of them, to whom and when. */
export function RouteFields({ value, channels, wrong, onChange }: Props) {
  const change = (part: Partial<Route>) => onChange({ ...value, ...part });
  return (
    <div className="flex flex-col gap-3">
      <Field label="Name" required maxLength={64} value={value.name} error={wrong("name") ?? wrong("")} onChange={({ target }) => change({ name: target.value })} />
      <Cel
        label="Which incidents, in CEL"
        hint="By their newest firing alert. Left empty: every one."
        placeholder="labels.site == 'north'"
        value={value.match}
        error={wrong("match")}
        onChange={(match) => change({ match })}
      />
      <Picks label="Severities" hint="None: each." of={SEVERITY_CHOICES} value={value.severities ?? []} error={wrong("severities")} onChange={(severities) => change({ severities })} />
      <Picks label="News" hint="None: all." of={NEWS_CHOICES} value={value.events ?? []} error={wrong("events")} onChange={(events) => change({ events })} />
      <Picks
        label="To these channels"
        hint={channels.length === 0 ? "There is no channel yet: make one above." : undefined}
        of={channelChoices(channels, value.channels)}
        value={value.channels}
        error={wrong("channels")}
        onChange={(chosen) => change({ channels: chosen })}
      />
      <Tick
        label="Only at some times"
        checked={value.hours !== undefined}
        onChange={({ target }) => change({ hours: target.checked ? { ...someWeekly(), from: "08:00", to: "18:00" } : undefined })}
      />
      {value.hours !== undefined && <WeeklyFields value={value.hours} wrong={(field) => wrong(`hours.${field}`)} onChange={(hours) => change({ hours })} />}
      <Tick
        label="The routes after it are asked, too"
        hint="Otherwise what it is for goes nowhere else."
        checked={value.continue ?? true}
        onChange={({ target }) => change({ continue: target.checked })}
      />
    </div>
  );
}
