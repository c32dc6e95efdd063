import { useId } from "react";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";
import { Text } from "~/ui/Text";
import { withTyped } from "./joined";

interface Props {
  value: string[];
  onChange: (value: string[]) => void;
  /** What is typed, and not added yet. */
  typed: string;
  onTyped: (typed: string) => void;
  known: string[];
  error: string | undefined;
}

/** Assets that one depends on, added one by one: a name may hold anything, commas too. */
export function DependsOn({ value, onChange, typed, onTyped, known, error }: Props) {
  const id = useId();
  const add = () => {
    onChange(withTyped(value, typed));
    onTyped("");
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">Depends on</legend>
      {value.length === 0 && <p className="text-soft">Nothing yet.</p>}
      <ul className="flex flex-wrap gap-1.5">
        {value.map((name) => (
          <li key={name} className="flex max-w-full items-center gap-1 rounded-md bg-raised pl-2">
            <Text>{name}</Text>
            <Button kind="quiet" aria-label={`Depend on ${name} no more`} onClick={() => onChange(value.filter((one) => one !== name))}>
              ✕
            </Button>
          </li>
        ))}
      </ul>
      <div className="flex items-start gap-2">
        <Field
          label={<span className="sr-only">Another that it depends on</span>}
          className="flex-1"
          placeholder="a known asset's name"
          list={id}
          value={typed}
          error={error}
          onChange={({ target }) => onTyped(target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || typed.trim() === "") return;
            event.preventDefault();
            add();
          }}
        />
        <Button className="mt-1 min-h-8" onClick={add}>
          Add
        </Button>
      </div>
      <datalist id={id}>
        {known.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </fieldset>
  );
}
