import { fieldOf } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Empty } from "~/ui/States";
import { moved } from "../grouping/plan";
import { weeklyWords } from "../maintenance/words";
import { Fold } from "../kit/Fold";
import { Moving } from "../kit/Moving";
import { wrongWithin } from "../kit/wrong";
import { RouteFields } from "./RouteFields";

type Route = Schemas["Route"];

interface Props {
  value: Route[];
  channels: string[];
  may: boolean;
  error: unknown;
  onChange: (value: Route[]) => void;
}

/** Ways from incidents to channels: every one that fits counts, up to the first that says not to continue. */
export function Routes({ value, channels, may, error, onChange }: Props) {
  const add = () => onChange([...value, { name: "", channels: channels.slice(0, 1), severities: [], events: [], continue: true }]);
  return (
    <Panel title="Routes" actions={may && <Button onClick={add}>Add a route</Button>}>
      {value.length === 0 ? (
        <Empty title="There is no route">Nobody is told of incidents. A route says of which, and to which channels.</Empty>
      ) : (
        <ol className="flex flex-col gap-2">
          {value.map((route, place) => (
            <li key={place} className="flex flex-wrap items-start gap-2 rounded-md border border-line p-2">
              <Fold
                open={route.name === "" || fieldOf(error)?.startsWith(`routes[${place}]`) === true}
                summary={
                  <>
                    <span className="font-medium">{route.name || "new route"}</span> <span className="text-soft">{routeWords(route)}</span>
                  </>
                }
              >
                <RouteFields
                  value={route}
                  channels={channels}
                  wrong={wrongWithin(error, `routes[${place}]`)}
                  onChange={(next) => onChange(value.map((one, at) => (at === place ? next : one)))}
                />
              </Fold>
              {may && (
                <Moving
                  name={route.name || "new route"}
                  place={place}
                  of={value.length}
                  onMove={(by) => onChange(moved(value, place, by))}
                  onRemove={() => onChange(value.filter((_, at) => at !== place))}
                />
              )}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** `critical, high → ops, and no further` */
function routeWords({ severities = [], channels, hours, continue: goesOn }: Route): string {
  const which = severities.length === 0 ? "all" : severities.join(", ");
  const when = hours === undefined ? "" : `, ${weeklyWords(hours)}`;
  return `${which} → ${channels.length === 0 ? "nobody" : channels.join(", ")}${when}${goesOn === false ? ", and no further" : ""}`;
}
