/** Two versions of a runbook, line by line. */
import { diffLines } from "diff";
import type { Schemas } from "~/api/types";

type Shown = Schemas["ShownRunbook"];

export interface DiffLine {
  sign: "+" | "-" | " ";
  text: string;
}

/** All of a runbook as lines that can be compared: each part under its name. */
export function asText(runbook: Shown): string {
  const { title, slug, description, platform, risk, signatures, idempotent, timeout_seconds, blast_radius, cool_down_seconds, parameters } = runbook;
  const head = { title, slug, description, platform, risk, signatures, idempotent, timeout_seconds, blast_radius, cool_down_seconds, parameters };
  const parts: [name: string, text: string | null | undefined][] = [
    ["runbook", JSON.stringify(head, null, 2)],
    ["script", runbook.script],
    ["document", runbook.automation == null ? "" : JSON.stringify(runbook.automation, null, 2)],
    ["dry run", runbook.dry_run],
    ["health check", runbook.health_check],
    ["rollback", runbook.rollback],
  ];
  return parts
    .filter(([, text]) => text != null && text !== "")
    .map(([name, text]) => `# ${name}\n${text?.trimEnd()}\n`)
    .join("\n");
}

/** What has changed from one text to another. */
export function difference(before: string, after: string): DiffLine[] {
  return diffLines(before, after).flatMap(({ value, added, removed }) => {
    const sign = added ? "+" : removed ? "-" : " ";
    return value.replace(/\n$/, "").split("\n").map((text): DiffLine => ({ sign, text }));
  });
}
