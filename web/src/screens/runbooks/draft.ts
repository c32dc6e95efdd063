/** A runbook as it stands in a form, and as it is sent. */
import type { Risk, Schemas } from "~/api/types";
import type { Parameter } from "./parameter";

type Shown = Schemas["ShownRunbook"];

export interface DraftParameter {
  name: string;
  description: string;
  kind: "text" | "choice" | "integer";
  pattern: string;
  max_length: string;
  /** With commas between. */
  of: string;
  min: string;
  max: string;
  /** What it is where nothing is given; it has to be given where this is empty. */
  usual: string;
}

export interface Draft {
  title: string;
  slug: string;
  description: string;
  risk: Risk;
  signatures: string;
  runs: "script" | "automation";
  script: string;
  dry_run: string;
  document: string;
  document_version: string;
  /** A line each: the document's parameter, `=`, the runbook's. */
  document_parameters: string;
  health_check: string;
  rollback: string;
  parameters: DraftParameter[];
  blast_radius: string;
  cool_down_seconds: string;
  timeout_seconds: string;
  idempotent: boolean;
}

export const NEW_PARAMETER: DraftParameter = {
  name: "",
  description: "",
  kind: "text",
  pattern: "^[a-z0-9-]+$",
  max_length: "64",
  of: "",
  min: "0",
  max: "100",
  usual: "",
};

export function draftOf(runbook: Shown | undefined): Draft {
  const automation = runbook?.automation;
  return {
    title: runbook?.title ?? "",
    slug: runbook?.slug ?? "",
    description: runbook?.description ?? "",
    risk: runbook?.risk ?? "medium",
    signatures: runbook?.signatures.join(", ") ?? "",
    runs: automation == null ? "script" : "automation",
    script: runbook?.script ?? "set -eu\n",
    dry_run: runbook?.dry_run ?? "set -eu\n",
    document: automation?.document ?? "",
    document_version: automation?.version ?? "",
    document_parameters: Object.entries(automation?.parameters ?? {}).map((pair) => pair.join(" = ")).join("\n"),
    health_check: runbook?.health_check ?? "",
    rollback: runbook?.rollback ?? "",
    parameters: (runbook?.parameters ?? []).map(draftParameter),
    blast_radius: String(runbook?.blast_radius ?? 1),
    cool_down_seconds: String(runbook?.cool_down_seconds ?? 600),
    timeout_seconds: String(runbook?.timeout_seconds ?? 300),
    idempotent: runbook?.idempotent ?? false,
  };
}

function draftParameter({ name, description, type, default: usual }: Parameter): DraftParameter {
  const draft = { ...NEW_PARAMETER, name, description, usual: usual == null ? "" : String(usual) };
  if ("choice" in type) return { ...draft, kind: "choice", of: type.choice.of.join(", ") };
  if ("integer" in type) return { ...draft, kind: "integer", min: String(type.integer.min), max: String(type.integer.max) };
  return { ...draft, kind: "text", pattern: type.text.pattern, max_length: String(type.text.max_length) };
}

/** What is sent: what was left empty is not there. */
export function written(draft: Draft): Schemas["WrittenRunbook"] {
  const { risk, idempotent } = draft;
  const filled = (name: "dry_run" | "health_check" | "rollback" | "script") => (draft[name].trim() === "" ? {} : { [name]: draft[name] });
  return {
    title: draft.title.trim(),
    slug: draft.slug.trim(),
    description: draft.description.trim(),
    platform: "linux",
    risk,
    idempotent,
    parameters: draft.parameters.map(writtenParameter),
    signatures: listed(draft.signatures),
    blast_radius: Number(draft.blast_radius),
    cool_down_seconds: Number(draft.cool_down_seconds),
    timeout_seconds: Number(draft.timeout_seconds),
    ...(draft.runs === "automation" ? { automation: automationOf(draft) } : { ...filled("script"), ...filled("dry_run") }),
    ...filled("health_check"),
    ...filled("rollback"),
  };
}

function automationOf({ document, document_version, document_parameters }: Draft): Schemas["AutomationCall"] {
  const pairs = document_parameters.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [name = "", ...value] = line.split("=");
    return [name.trim(), value.join("=").trim()];
  });
  return { document: document.trim(), version: document_version.trim(), parameters: Object.fromEntries(pairs) };
}

function writtenParameter(draft: DraftParameter): Parameter {
  const { name, description, kind, usual } = draft;
  const type: Parameter["type"] = {
    text: { text: { pattern: draft.pattern, max_length: Number(draft.max_length) } },
    choice: { choice: { of: listed(draft.of) } },
    integer: { integer: { min: Number(draft.min), max: Number(draft.max) } },
  }[kind];
  const isNumber = kind === "integer" && /^\d+$/.test(usual);
  return { name: name.trim(), description: description.trim(), type, ...(usual === "" ? {} : { default: isNumber ? Number(usual) : usual }) };
}

function listed(text: string): string[] {
  return text.split(",").map((one) => one.trim()).filter((one) => one !== "");
}

/** Fields of a form by the server's names for them: those of a list are numbered. */
export function fieldsOf({ runs, parameters }: Draft): string[] {
  const whole = ["title", "slug", "description", "risk", "signatures", "health_check", "rollback", "blast_radius", "cool_down_seconds", "timeout_seconds"];
  const work = runs === "script" ? ["script", "dry_run"] : ["automation.document", "automation.version", "automation.parameters"];
  const within = parameters.flatMap(({ kind }, place) => {
    const type = { text: ["text.pattern", "text.max_length"], choice: ["choice.of"], integer: ["integer.min", "integer.max"] }[kind];
    return ["name", "description", "default", ...type.map((part) => `type.${part}`)].map((part) => `parameters[${place}].${part}`);
  });
  return [...whole, ...work, ...within];
}

/** The field at which it stands what is wrong with one, or with a part of one; none where the form has no such field. */
export function placeOf(wrong: string | undefined, fields: readonly string[]): string | undefined {
  return fields.find((field) => wrong === field || wrong?.startsWith(`${field}.`) || wrong?.startsWith(`${field}[`));
}
