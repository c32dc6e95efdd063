import { type Ref, useMemo, useState } from "react";
import { SEVERITIES } from "~/api/types";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Table } from "~/ui/Table";
import { Empty } from "~/ui/States";
import { Text } from "~/ui/Text";
import { type Asset, neededBy } from "./joined";
import type { Trouble } from "./trouble";

/** How many are shown at first, and how many more each time. */
const STEP = 1000;

interface Props {
  items: Asset[];
  trouble: Map<string, Trouble>;
  onOpen: (name: string) => void;
  onCentre: (name: string) => void;
  onEdit: ((asset: Asset) => void) | undefined;
  search: Ref<HTMLInputElement>;
}

/** Assets as a table: all that the picture says, and those that stand alone. */
export function AssetTable({ items, trouble, onOpen, onCentre, onEdit, search }: Props) {
  const [text, setText] = useState("");
  const [most, setMost] = useState(STEP);
  const needed = useMemo(() => neededBy(items), [items]);
  const found = useMemo(() => {
    const words = text.trim().toLowerCase();
    // Where there is trouble comes first, so that it is among those that are shown.
    const rank = ({ name }: Asset) => (trouble.has(name) ? 0 : 1);
    return items.filter(({ name }) => name.toLowerCase().includes(words)).toSorted((one, other) => rank(one) - rank(other));
  }, [items, text, trouble]);
  return (
    <Panel
      title={`Assets (${items.length.toLocaleString()})`}
      actions={
        <input
          ref={search}
          type="search"
          aria-label="Search assets"
          placeholder="Search"
          value={text}
          onChange={({ target }) => setText(target.value)}
          className="w-48 rounded-md border border-line bg-surface px-2 py-1"
        />
      }
    >
      {found.length === 0 ? (
        <Empty title="No asset is called so">Another word, or a part of one, may find it.</Empty>
      ) : (
        <Lines items={found.slice(0, most)} trouble={trouble} needed={needed} onOpen={onOpen} onCentre={onCentre} onEdit={onEdit} />
      )}
      {found.length > most && (
        <Button className="mt-2" onClick={() => setMost(most + STEP)}>
          {`${Math.min(STEP, found.length - most)} more of ${(found.length - most).toLocaleString()}`}
        </Button>
      )}
    </Panel>
  );
}

function Lines({ items, trouble, needed, onOpen, onCentre, onEdit }: Omit<Props, "search"> & { needed: Map<string, string[]> }) {
  const gravity = (name: string) => {
    const found = trouble.get(name);
    return found === undefined ? null : SEVERITIES.indexOf(found.gravest);
  };
  return (
    <Table<Asset>
      caption="Assets"
      items={items}
      keyOf={({ name }) => name}
      columns={[
        { name: "Name", by: ({ name }) => name, cell: ({ name }) => <Text className="block min-w-32 font-medium">{name}</Text> },
        {
          name: "Criticality",
          by: ({ criticality }) => (criticality == null ? null : SEVERITIES.indexOf(criticality)),
          cell: ({ criticality }) => criticality ?? <span className="text-soft">not said</span>,
        },
        { name: "Open", by: ({ name }) => gravity(name), cell: ({ name }) => <Open trouble={trouble.get(name)} name={name} onOpen={onOpen} /> },
        { name: "Depends on", cell: ({ depends_on = [] }) => <Text className="block min-w-32">{depends_on.join(", ") || "–"}</Text> },
        {
          name: "Needed by",
          right: true,
          by: ({ name }) => needed.get(name)?.length ?? 0,
          cell: ({ name }) => <Needed count={needed.get(name)?.length ?? 0} name={name} onCentre={onCentre} />,
        },
        ...(onEdit === undefined ? [] : [{ name: "", right: true, cell: (asset: Asset) => <Button aria-label={`Change ${asset.name}`} onClick={() => onEdit(asset)}>Change</Button> }]),
      ]}
    />
  );
}

function Open({ trouble, name, onOpen }: { trouble: Trouble | undefined; name: string; onOpen: (name: string) => void }) {
  if (trouble === undefined) return <span className="text-soft">nothing</span>;
  return (
    <button type="button" onClick={() => onOpen(name)} className="inline-flex min-h-6 items-center gap-2 whitespace-nowrap underline">
      <SeverityMark severity={trouble.gravest} /> {trouble.count} <span className="sr-only">open on {name}</span>
    </button>
  );
}

function Needed({ count, name, onCentre }: { count: number; name: string; onCentre: (name: string) => void }) {
  if (count === 0) return <span className="text-soft">0</span>;
  return (
    <button type="button" onClick={() => onCentre(name)} className="min-h-6 min-w-6 text-right underline">
      {count} <span className="sr-only">need {name}: show them</span>
    </button>
  );
}
