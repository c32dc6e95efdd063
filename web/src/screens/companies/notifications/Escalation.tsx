import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Empty } from "~/ui/States";
import { NumberField, Picks } from "../kit/fields";
import { wrongWithin } from "../kit/wrong";
import { SEVERITY_CHOICES, channelChoices } from "./choices";

type Step = Schemas["EscalationStep"];

interface Props {
  value: Step[];
  channels: string[];
  may: boolean;
  error: unknown;
  onChange: (value: Step[]) => void;
}

/** Who is told besides, while nobody has acknowledged an incident or has it. */
export function Escalation({ value, channels, may, error, onChange }: Props) {
  const set = (place: number, part: Partial<Step>) => onChange(value.map((step, at) => (at === place ? { ...step, ...part } : step)));
  const add = () => onChange([...value, { after_minutes: (value.at(-1)?.after_minutes ?? 0) + 15, channels: channels.slice(0, 1), severities: [] }]);
  return (
    <Panel title="Escalation" actions={may && <Button onClick={add}>Add a step</Button>}>
      {value.length === 0 ? (
        <Empty title="Nobody is told besides">A step tells others while nobody has acknowledged an incident or has it.</Empty>
      ) : (
        <ol className="flex flex-col gap-2">
          {value.map((step, place) => {
            const wrong = wrongWithin(error, `escalation[${place}]`);
            return (
              <li key={place} className="flex flex-wrap items-start gap-x-6 gap-y-3 rounded-md border border-line p-2">
                <NumberField
                  label="After minutes"
                  className="w-32"
                  hint="1 to 10080."
                  required
                  value={step.after_minutes}
                  error={wrong("after_minutes") ?? wrong("")}
                  onChange={(minutes) => set(place, { after_minutes: minutes ?? 0 })}
                />
                <Picks label="Severities" hint="None: each." of={SEVERITY_CHOICES} value={step.severities ?? []} error={wrong("severities")} onChange={(severities) => set(place, { severities })} />
                <Picks label="To these channels" of={channelChoices(channels, step.channels)} value={step.channels} error={wrong("channels")} onChange={(chosen) => set(place, { channels: chosen })} />
                {may && (
                  <Button kind="quiet" className="ml-auto" aria-label={`Remove step ${place + 1}`} onClick={() => onChange(value.filter((_, at) => at !== place))}>
                    Remove
                  </Button>
                )}
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}
