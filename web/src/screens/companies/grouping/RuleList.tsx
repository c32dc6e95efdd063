import { fieldOf } from "~/api/client";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Empty } from "~/ui/States";
import { Fold } from "../kit/Fold";
import { Moving } from "../kit/Moving";
import { wrong, wrongWithin } from "../kit/wrong";
import { RuleFields } from "./RuleFields";
import { type Rule, added, moved } from "./plan";

interface Props {
  value: Rule[];
  error: unknown;
  may: boolean;
  onChange: (value: Rule[]) => void;
}

/** Rules that are unfolded from the beginning: as many as one takes in at a glance. */
const UNFOLDED = 3;

/** The company's own rules, in their order. */
export function RuleList({ value, error, may, onChange }: Props) {
  const add = may && <Button onClick={() => onChange([...value, added(value)])}>Add a rule</Button>;
  const wrongs = wrong(error)("rules");
  return (
    <Panel title="Rules" actions={add}>
      {wrongs !== undefined && (
        <p role="alert" className="mb-2 text-bad">
          {wrongs}
        </p>
      )}
      {value.length === 0 ? (
        <Empty title="It has no rules of its own">What is above holds for all of its alerts. A rule groups some of them otherwise.</Empty>
      ) : (
        <ol className="flex flex-col gap-2">
          {value.map((rule, place) => (
            <li key={place} className="flex flex-wrap items-start gap-2 rounded-md border border-line p-2">
              <Fold
                open={value.length <= UNFOLDED || fieldOf(error)?.startsWith(`rules[${place}]`) === true || rule.match === undefined}
                summary={
                  <>
                    <span className="font-medium">{rule.name}</span> <code className="text-soft">{rule.match ?? "every alert"}</code>
                  </>
                }
              >
                <RuleFields
                  value={rule}
                  wrong={wrongWithin(error, `rules[${place}]`)}
                  onChange={(next) => onChange(value.map((one, at) => (at === place ? next : one)))}
                />
              </Fold>
              {may && (
                <Moving
                  name={rule.name}
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
