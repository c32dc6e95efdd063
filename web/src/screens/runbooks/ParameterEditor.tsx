import { Button } from "~/ui/Button";
import { Choice, Field } from "~/ui/Field";
import { type DraftParameter, NEW_PARAMETER } from "./draft";

interface Props {
  value: DraftParameter[];
  onChange: (value: DraftParameter[]) => void;
  /** What is wrong with a field, by the server's name for it. */
  errorOf: (field: string) => string | undefined;
}

/** Says what a runbook takes, one parameter after the other. */
export function ParameterEditor({ value, onChange, errorOf }: Props) {
  const put = (place: number, next: DraftParameter) => onChange(value.map((one, at) => (at === place ? next : one)));
  return (
    <fieldset className="flex flex-col gap-2 sm:col-span-2">
      <legend className="mb-1 font-medium">Parameters</legend>
      {value.length === 0 && <p className="text-soft">It takes none.</p>}
      {value.map((one, place) => (
        <One
          key={place}
          place={place}
          value={one}
          onChange={(next) => put(place, next)}
          onRemove={() => onChange(value.filter((_, at) => at !== place))}
          errorOf={(part) => errorOf(`parameters[${place}].${part}`)}
        />
      ))}
      <Button className="self-start" onClick={() => onChange([...value, NEW_PARAMETER])}>
        Add a parameter
      </Button>
    </fieldset>
  );
}

interface OneProps {
  place: number;
  value: DraftParameter;
  onChange: (value: DraftParameter) => void;
  onRemove: () => void;
  errorOf: (part: string) => string | undefined;
}

function One({ place, value, onChange, onRemove, errorOf }: OneProps) {
  const text = (name: Exclude<keyof DraftParameter, "kind">, field: string) => ({
    value: value[name],
    error: errorOf(field),
    onChange: ({ target }: { target: { value: string } }) => onChange({ ...value, [name]: target.value }),
  });
  return (
    <div role="group" aria-label={`Parameter ${place + 1}`} className="grid items-start gap-2 rounded-md border border-line p-2 sm:grid-cols-6">
      <Field className="sm:col-span-2" label="Its name" placeholder="max_days" required spellCheck={false} {...text("name", "name")} />
      <Field className="sm:col-span-4" label="What it is" required {...text("description", "description")} />
      <Choice className="sm:col-span-2" label="Takes" value={value.kind} onChange={({ target }) => onChange({ ...value, kind: target.value as DraftParameter["kind"] })}>
        <option value="text">text</option>
        <option value="choice">one of a few</option>
        <option value="integer">a whole number</option>
      </Choice>
      {value.kind === "text" && (
        <>
          <Field className="sm:col-span-3" label="That matches" required spellCheck={false} {...text("pattern", "type.text.pattern")} />
          <Field label="Bytes at most" type="number" min={1} max={256} required {...text("max_length", "type.text.max_length")} />
        </>
      )}
      {value.kind === "choice" && <Field className="sm:col-span-4" label="These" hint="With commas between" required {...text("of", "type.choice.of")} />}
      {value.kind === "integer" && (
        <>
          <Field className="sm:col-span-2" label="From" type="number" min={0} required {...text("min", "type.integer.min")} />
          <Field className="sm:col-span-2" label="To" type="number" min={0} required {...text("max", "type.integer.max")} />
        </>
      )}
      <Field className="sm:col-span-4" label="Otherwise" hint="Where nothing is given; left empty, it has to be given" {...text("usual", "default")} />
      <Button kind="quiet" className="self-center sm:col-span-2" aria-label={`Remove parameter ${place + 1}`} onClick={onRemove}>
        Remove
      </Button>
    </div>
  );
}
