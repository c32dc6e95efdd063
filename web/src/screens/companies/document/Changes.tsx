import { Table } from "~/ui/Table";
import { Code } from "~/ui/Text";
import { shown } from "~/ui/shown";
import { valued } from "./text";

interface Change {
  before?: unknown;
  after?: unknown;
}

/** What a document would change, path by path. */
export function Changes({ changes }: { changes: Record<string, unknown> }) {
  const rows = Object.entries(changes) as [path: string, change: Change][];
  if (rows.length === 0) {
    return (
      <p role="status" className="mt-3">
        It would change nothing.
      </p>
    );
  }
  return (
    <div role="status" className="mt-3">
      <p className="mb-1">It would change {rows.length === 1 ? "one thing" : `${rows.length} things`}:</p>
      <Table<(typeof rows)[number]>
        caption="What the document would change"
        items={rows}
        keyOf={([path]) => path}
        columns={[
          { name: "What", cell: ([path]) => <Code>{path}</Code> },
          { name: "Before", cell: ([, { before }]) => <Value of={before} tone="text-bad" /> },
          { name: "After", cell: ([, { after }]) => <Value of={after} tone="text-good" /> },
        ]}
      />
    </div>
  );
}

function Value({ of, tone }: { of: unknown; tone: string }) {
  return <pre className={`[overflow-wrap:anywhere] whitespace-pre-wrap ${tone}`}>{shown(valued(of))}</pre>;
}
