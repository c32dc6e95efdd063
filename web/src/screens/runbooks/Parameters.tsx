import { Choice, Field } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Table } from "~/ui/Table";
import { Code, Text } from "~/ui/Text";
import { type Parameter, takes } from "./parameter";

/** What it takes. */
export function Parameters({ of }: { of: Parameter[] }) {
  return (
    <Panel title="Parameters">
      {of.length === 0 ? (
        <p className="text-soft">It takes none.</p>
      ) : (
        <Table<Parameter>
          caption="Parameters"
          items={of}
          keyOf={({ name }) => name}
          columns={[
            { name: "Name", cell: ({ name }) => <Code>{name}</Code> },
            { name: "What it is", cell: ({ description }) => <Text>{description}</Text> },
            { name: "Takes", cell: (parameter) => <Text className="text-soft">{takes(parameter)}</Text> },
            { name: "Otherwise", cell: ({ default: usual }) => (usual == null ? <span className="text-soft">has to be given</span> : <Code>{String(usual)}</Code>) },
          ]}
        />
      )}
    </Panel>
  );
}

/** A form's fields for parameters. */
export function ParameterFields({ of, typed, onChange, errorOf, eager = false }: {
  of: Parameter[];
  typed: Record<string, string>;
  onChange: (typed: Record<string, string>) => void;
  errorOf: (name: string) => string | undefined;
  /** Whether the first that is missing takes the focus. */
  eager?: boolean;
}) {
  const first = eager ? of.find(({ name, default: usual }) => usual == null && !typed[name])?.name : undefined;
  return of.map((parameter) => {
    const { name, type, description, default: usual } = parameter;
    const about = {
      label: name,
      hint: `${description} Takes ${takes(parameter)}.`,
      error: errorOf(name),
      autoFocus: name === first,
      value: typed[name] ?? "",
      onChange: ({ target }: { target: { value: string } }) => onChange({ ...typed, [name]: target.value }),
    };
    if ("choice" in type) {
      return (
        <Choice key={name} {...about}>
          <option value="">{usual == null ? "choose one" : `as usual: ${String(usual)}`}</option>
          {type.choice.of.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Choice>
      );
    }
    return <Field key={name} {...about} placeholder={usual == null ? undefined : String(usual)} />;
  });
}
