/** A runbook as it stands in a form, and as it is sent. */
import type { Risk, Schemas } from "~/api/types";
import type { Shown } from "./OneRunbook";

export interface Draft {
  title: string;
  slug: string;
  description: string;
  risk: Risk;
  signatures: string;
  script: string;
  dry_run: string;
  health_check: string;
  rollback: string;
  /** JSON. */
  parameters: string;
  blast_radius: string;
  cool_down_seconds: string;
  timeout_seconds: string;
  idempotent: boolean;
  automation: Schemas["AutomationCall"] | null;
}

export function draftOf(runbook: Shown | undefined): Draft {
  return {
    title: runbook?.title ?? "",
    slug: runbook?.slug ?? "",
    description: runbook?.description ?? "",
    risk: runbook?.risk ?? "medium",
    signatures: runbook?.signatures.join(", ") ?? "",
    script: runbook?.script ?? "set -eu\n",
    dry_run: runbook?.dry_run ?? "",
    health_check: runbook?.health_check ?? "",
    rollback: runbook?.rollback ?? "",
    parameters: runbook === undefined || runbook.parameters.length === 0 ? "" : JSON.stringify(runbook.parameters, null, 2),
    blast_radius: String(runbook?.blast_radius ?? 1),
    cool_down_seconds: String(runbook?.cool_down_seconds ?? 600),
    timeout_seconds: String(runbook?.timeout_seconds ?? 300),
    idempotent: runbook?.idempotent ?? false,
    automation: runbook?.automation ?? null,
  };
}

/** What is sent, or why it cannot be read. */
export function written(draft: Draft): { body?: Schemas["WrittenRunbook"]; wrong?: string } {
  let parameters: Schemas["Parameter"][] = [];
  try {
    if (draft.parameters.trim() !== "") parameters = JSON.parse(draft.parameters) as Schemas["Parameter"][];
  } catch (error) {
    return { wrong: `This is no JSON: ${error instanceof Error ? error.message : "it cannot be read"}` };
  }
  const { title, slug, description, risk, idempotent, automation } = draft;
  const filled = (name: "dry_run" | "health_check" | "rollback" | "script") =>
    draft[name].trim() === "" ? {} : { [name]: draft[name] };
  return {
    body: {
      title: title.trim(),
      slug: slug.trim(),
      description: description.trim(),
      platform: "linux",
      risk,
      idempotent,
      parameters,
      signatures: draft.signatures.split(",").map((one) => one.trim()).filter((one) => one !== ""),
      blast_radius: Number(draft.blast_radius),
      cool_down_seconds: Number(draft.cool_down_seconds),
      timeout_seconds: Number(draft.timeout_seconds),
      ...(automation === null ? filled("script") : { automation }),
      ...filled("dry_run"),
      ...filled("health_check"),
      ...filled("rollback"),
    },
  };
}
