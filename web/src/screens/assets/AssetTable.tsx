import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import type { Asset } from "./graph";
import type { Trouble } from "./trouble";

interface Props {
  items: Asset[];
  trouble: Map<string, Trouble>;
  onOpen: (name: string) => void;
  onEdit: ((asset: Asset) => void) | undefined;
}

/** Assets as a table. */
export function AssetTable({ items, trouble, onOpen, onEdit }: Props) {
  return (
    <Panel title="Assets">
      <Table<Asset>
        caption="Assets"
        items={items}
        keyOf={({ name }) => name}
        columns={[
          { name: "Name", cell: ({ name }) => <Text className="font-medium">{name}</Text> },
          { name: "Criticality", cell: ({ criticality }) => (criticality == null ? <span className="text-soft">not said</span> : criticality) },
          { name: "Depends on", cell: ({ depends_on }) => <Text>{(depends_on ?? []).join(", ") || "–"}</Text> },
          { name: "Open", cell: ({ name }) => <Open trouble={trouble.get(name)} name={name} onOpen={onOpen} /> },
          {
            name: "",
            right: true,
            cell: (asset) =>
              onEdit !== undefined && (
                <Button aria-label={`Change ${asset.name}`} onClick={() => onEdit(asset)}>
                  Change
                </Button>
              ),
          },
        ]}
      />
    </Panel>
  );
}

function Open({ trouble, name, onOpen }: { trouble: Trouble | undefined; name: string; onOpen: (name: string) => void }) {
  if (trouble === undefined) return <span className="text-soft">nothing</span>;
  return (
    <button type="button" onClick={() => onOpen(name)} className="inline-flex items-center gap-2 underline">
      <SeverityMark severity={trouble.gravest} /> {trouble.count} <span className="sr-only">open on {name}</span>
    </button>
  );
}
