import { Panel } from "~/ui/Page";
import type { Shown } from "./OneRunbook";

/** What it consists of, word for word. */
export function Scripts({ runbook }: { runbook: Shown }) {
  const parts: [string, string | null | undefined][] = [
    ["Script", runbook.script],
    ["Document", runbook.automation == null ? null : JSON.stringify(runbook.automation, null, 2)],
    ["What shows it without doing it", runbook.dry_run],
    ["What is checked afterwards", runbook.health_check],
    ["What takes it back", runbook.rollback],
  ];
  return (
    <Panel title="Word for word">
      {parts
        .filter(([, text]) => text != null && text !== "")
        .map(([name, text]) => (
          <details key={name} open={name === "Script" || name === "Document"} className="mb-2">
            <summary className="text-soft">{name}</summary>
            <pre tabIndex={0} aria-label={name} className="mt-1 max-h-96 overflow-auto rounded-md bg-raised p-2">
              {text}
            </pre>
          </details>
        ))}
    </Panel>
  );
}
