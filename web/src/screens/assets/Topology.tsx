import { Background, Controls, type Edge, MiniMap, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo, useState } from "react";
import { useTheme } from "~/app/useTheme";
import { shown } from "~/ui/shown";
import { note } from "~/ui/toast";
import { AssetBox, type AssetNode } from "./AssetBox";
import { fold, together } from "./fold";
import { HEIGHT, WIDTH, drawn } from "./graph";
import type { Asset } from "./joined";
import type { Trouble } from "./trouble";

interface Props {
  assets: Asset[];
  trouble: Map<string, Trouble>;
  /** Which one it is about, where it is about one. */
  centre: string | null;
  onOpen: (name: string) => void;
}

const KINDS = { asset: AssetBox };
/** Boxes from which on a small map helps. */
const MANY = 20;
/** How many that are alike are drawn one by one, at most. */
const UNFOLDED = 200;
/** How near it is seen at first: so that names can be read. */
const NEAR = { minZoom: 0.75, maxZoom: 1 };
/** Its colours as the page has them. */
const LOOKS = {
  "--xy-background-color": "transparent",
  "--xy-attribution-background-color": "transparent",
  "--xy-controls-button-background-color": "var(--surface)",
  "--xy-controls-button-background-color-hover": "var(--raised)",
  "--xy-controls-button-border-color": "var(--line)",
};
/** What React Flow says to those who hear it. */
const WORDS = {
  "node.a11yDescription.default": "Press Enter for what is open on it; where it is several, to see them one by one.",
  "node.a11yDescription.keyboardDisabled": "",
  "controls.ariaLabel": "How the picture is seen",
  "controls.zoomIn.ariaLabel": "Nearer",
  "controls.zoomOut.ariaLabel": "Farther",
  "controls.fitView.ariaLabel": "All of it",
  "minimap.ariaLabel": "Small map of the picture",
};

/** What depends on what, and where there is trouble. The table beside it says the same. */
export default function Topology({ assets, trouble, centre, onOpen }: Props) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const { assets: kept, groups } = useMemo(() => fold(assets, unfolded), [assets, unfolded]);
  const { places, edges } = useMemo(() => drawn(kept), [kept]);
  const open = (id: string) => {
    const members = groups.get(id);
    if (members === undefined) onOpen(id);
    else if (members.length > UNFOLDED) note(`${members.length.toLocaleString()} are too many to be drawn one by one: the table has them`);
    else setUnfolded(new Set([...unfolded, id]));
  };
  const theme = useTheme();
  const nodes = useMemo(
    () => places.map(({ name, x, y }) => nodeOf(name, { x, y }, groups.get(name), trouble, centre)),
    [places, groups, trouble, centre],
  );
  const lines = useMemo(
    () => edges.map(([source, target]): Edge => ({ id: JSON.stringify([source, target]), source, target, focusable: false, selectable: false })),
    [edges],
  );
  return (
    <div className="h-[30rem]" onKeyDown={({ key, target }) => key === "Enter" && openFocused(target, open)}>
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={KINDS}
        onNodeClick={(_, { id }) => open(id)}
        nodesDraggable={false}
        nodesConnectable={false}
        deleteKeyCode={null}
        onlyRenderVisibleElements
        // The wheel scrolls the page; with Ctrl it changes the picture's size.
        zoomOnScroll={false}
        preventScrolling={false}
        fitView
        fitViewOptions={{ ...NEAR, ...(centre === null ? {} : { nodes: nearest(centre, edges) }) }}
        minZoom={0.03}
        colorMode={theme}
        ariaLabelConfig={WORDS}
        aria-label="What depends on what"
        style={LOOKS as object}
      >
        <Background />
        <Controls showInteractive={false} fitViewOptions={{ minZoom: 0.03, maxZoom: 1 }} />
        {places.length >= MANY && <MiniMap<AssetNode> className="max-sm:!hidden" style={{ width: 140, height: 96 }} pannable nodeColor={mapColour} bgColor="var(--raised)" maskColor="color-mix(in srgb, var(--ground) 70%, transparent)" />}
      </ReactFlow>
    </div>
  );
}

/** One asset and those that it is tied to. */
function nearest(centre: string, edges: [from: string, to: string][]): { id: string }[] {
  const ties = edges.filter((edge) => edge.includes(centre)).flat();
  return [...new Set([centre, ...ties])].map((id) => ({ id }));
}

type Place = { x: number; y: number };

function nodeOf(id: string, position: Place, members: string[] | undefined, trouble: Map<string, Trouble>, centre: string | null): AssetNode {
  const label = members === undefined ? id : `${members[0]} and ${members.length - 1} more`;
  const found = members === undefined ? trouble.get(id) : together(members, trouble);
  const open = found === undefined ? "nothing open" : `${found.count} open, ${found.gravest}`;
  const data = { label, trouble: found, isCentre: id === centre, isGroup: members !== undefined };
  return { id, type: "asset", position, width: WIDTH, height: HEIGHT, data, ariaLabel: `${shown(label)}, ${open}` };
}

function mapColour({ data: { trouble } }: AssetNode): string {
  return `var(--${trouble?.gravest ?? "line"})`;
}

/** Opens what has the focus: React Flow's boxes are reached with Tab. */
function openFocused(target: EventTarget, onOpen: (name: string) => void): void {
  const name = target instanceof HTMLElement && target.classList.contains("react-flow__node") ? target.dataset.id : undefined;
  if (name !== undefined) onOpen(name);
}
