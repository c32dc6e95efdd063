/** Fields that the settings of a company are made of, beside the common ones. */
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { Field } from "~/ui/Field";
import { listed } from "./listed";
import { fromLocal, toLocal } from "./local";
import { same } from "./same";

/** How code is typed. */
export const MONO = { fontFamily: "var(--font-mono)", fontSize: "0.92em" };

type Plain = Omit<ComponentProps<typeof Field>, "value" | "onChange">;

interface Of<T, Given = T> {
  value: T;
  onChange: (value: Given) => void;
}

/** An expression in CEL; nothing where it is left empty. */
export function Cel({ value, onChange, ...rest }: Plain & Of<string | undefined>) {
  return (
    <Field
      {...rest}
      style={MONO}
      spellCheck={false}
      autoComplete="off"
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
    />
  );
}

/** A whole number; nothing where it is left empty. */
export function NumberField({ value, onChange, ...rest }: Plain & Of<number | null | undefined, number | undefined>) {
  return (
    <Field
      {...rest}
      type="number"
      inputMode="numeric"
      step={1}
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value === "" ? undefined : Number(target.value))}
    />
  );
}

/** Several values, with commas between. */
export function ListField({ value, onChange, ...rest }: Plain & Of<string[]>) {
  const [typed, setTyped] = useState(value.join(", "));
  const text = same(listed(typed), value) ? typed : value.join(", ");
  const change = (next: string) => {
    setTyped(next);
    onChange(listed(next));
  };
  return <Field {...rest} spellCheck={false} value={text} onChange={({ target }) => change(target.value)} />;
}

/** A moment, typed in the viewer's own zone; nothing where it is left empty. */
export function Moment({ value, onChange, ...rest }: Plain & Of<string | undefined>) {
  return <Field {...rest} type="datetime-local" value={toLocal(value)} onChange={({ target }) => onChange(fromLocal(target.value))} />;
}

/** The name of a time zone. */
export function ZoneField({ value, onChange, ...rest }: Plain & Of<string>) {
  const id = useId();
  return (
    <div className="contents">
      <Field {...rest} list={id} spellCheck={false} value={value} onChange={({ target }) => onChange(target.value)} />
      <datalist id={id}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </div>
  );
}

interface PicksProps<T extends string | number> extends Of<T[]> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  of: readonly (readonly [value: T, name: string])[];
}

/** Some of a few. */
export function Picks<T extends string | number>({ label, hint, error, of, value, onChange }: PicksProps<T>) {
  const turn = (one: T) => onChange(of.map(([each]) => each).filter((each) => (each === one) !== value.includes(each)));
  return (
    <fieldset>
      <legend className="font-medium">{label}</legend>
      <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
        {of.map(([each, name]) => (
          <label key={each} className="inline-flex min-h-6 items-center gap-1.5">
            <input type="checkbox" className="size-4 accent-(--accent)" checked={value.includes(each)} onChange={() => turn(each)} />
            {name}
          </label>
        ))}
      </div>
      {hint !== undefined && <p className="mt-1 text-xs text-soft">{hint}</p>}
      {error !== undefined && (
        <p role="alert" className="mt-1 text-xs text-bad [overflow-wrap:anywhere]">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** Fields beside each other, as many as there is room for. */
export function Fields({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-[repeat(auto-fill,minmax(min(14rem,100%),1fr))] items-start gap-3">{children}</div>;
}
