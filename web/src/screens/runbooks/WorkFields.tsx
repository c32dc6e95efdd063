import { Area, Choice, Field } from "~/ui/Field";
import type { Draft } from "./draft";

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** What is wrong with a field, by the server's name for it. */
  errorOf: (field: string) => string | undefined;
}

/** How code is typed. */
const CODE = { spellCheck: false, style: { fontFamily: "var(--font-mono)", fontSize: "0.92em" } };

/** What a runbook consists of: scripts, or a document of AWS. */
export function WorkFields({ draft, onChange, errorOf }: Props) {
  const text = (name: keyof Draft, field: string = name) => ({
    value: String(draft[name]),
    error: errorOf(field),
    onChange: ({ target }: { target: { value: string } }) => onChange({ ...draft, [name]: target.value }),
  });
  return (
    <>
      <Choice className="sm:col-span-2" label="It runs" value={draft.runs} onChange={({ target }) => onChange({ ...draft, runs: target.value as Draft["runs"] })}>
        <option value="script">a script of its own</option>
        <option value="automation">an automation document of AWS</option>
      </Choice>
      {draft.runs === "script" ? (
        <>
          <Area className="sm:col-span-2" label="Script" hint="A parameter is there as AW_PARAM_ and its name in capitals" required rows={8} {...CODE} {...text("script")} />
          <Area className="sm:col-span-2" label="What shows it without doing it" required rows={3} {...CODE} {...text("dry_run")} />
        </>
      ) : (
        <>
          <Field label="Document" hint="Its name, or its ARN" required {...CODE} {...text("document", "automation.document")} />
          <Field label="Its version" hint="A number: another is not what is agreed to" required {...text("document_version", "automation.version")} />
          <Area
            className="sm:col-span-2"
            label="What goes into it"
            hint="A line each: the document's parameter = the runbook's"
            rows={3}
            {...CODE}
            {...text("document_parameters", "automation.parameters")}
          />
        </>
      )}
      <Area className="sm:col-span-2" label="What is checked afterwards" hint="Ends with 0 where it has helped" rows={3} {...CODE} {...text("health_check")} />
      <Area className="sm:col-span-2" label="What takes it back" rows={2} {...CODE} {...text("rollback")} />
    </>
  );
}
