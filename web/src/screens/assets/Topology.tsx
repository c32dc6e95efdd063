import { Background, Controls, type Edge, MiniMap, type Node, type NodeProps, Handle, Position, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import { useTheme } from "~/app/useTheme";
import { SeverityMark } from "~/ui/Severity";
import { Text } from "~/ui/Text";
import { shown } from "~/ui/shown";
import { HEIGHT, WIDTH, drawn } from "./graph";
import type { Asset } from "./joined";
import type { Trouble } from "./trouble";

type AssetNode = Node<{ name: string; trouble: Trouble | undefined }, "asset">;

interface Props {
  assets: Asset[];
  trouble: Map<string, Trouble>;
  onOpen: (name: string) => void;
}

const KINDS = { asset: Box };
/** Boxes from which on a small map helps. */
const MANY = 20;
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
  "node.a11yDescription.default": "Press Enter for what is open on it.",
  "node.a11yDescription.keyboardDisabled": "",
  "controls.ariaLabel": "How the picture is seen",
  "controls.zoomIn.ariaLabel": "Nearer",
  "controls.zoomOut.ariaLabel": "Farther",
  "controls.fitView.ariaLabel": "All of it",
  "minimap.ariaLabel": "Small map of the picture",
};

/** What depends on what, and where there is trouble. The table beside it says the same. */
export default function Topology({ assets, trouble, onOpen }: Props) {
  const { places, edges } = useMemo(() => drawn(assets), [assets]);
  const theme = useTheme();
  const nodes = useMemo(() => places.map(({ name, x, y }) => nodeOf(name, { x, y }, trouble.get(name))), [places, trouble]);
  const lines = useMemo(
    () => edges.map(([source, target]): Edge => ({ id: JSON.stringify([source, target]), source, target, focusable: false, selectable: false })),
    [edges],
  );
  return (
    <div className="h-[30rem]" onKeyDown={({ key, target }) => key === "Enter" && openFocused(target, onOpen)}>
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={KINDS}
        onNodeClick={(_, { id }) => onOpen(id)}
        nodesDraggable={false}
        nodesConnectable={false}
        deleteKeyCode={null}
        onlyRenderVisibleElements
        // The wheel scrolls the page; with Ctrl it changes the picture's size.
        zoomOnScroll={false}
        preventScrolling={false}
        fitView
        fitViewOptions={{ minZoom: 0.75, maxZoom: 1 }}
        minZoom={0.03}
        colorMode={theme}
        ariaLabelConfig={WORDS}
        aria-label="What depends on what"
        style={LOOKS as object}
      >
        <Background />
        <Controls showInteractive={false} fitViewOptions={{ minZoom: 0.03, maxZoom: 1 }} />
        {places.length >= MANY && <MiniMap<AssetNode> className="max-sm:!hidden" pannable nodeColor={mapColour} bgColor="var(--raised)" maskColor="color-mix(in srgb, var(--ground) 70%, transparent)" />}
      </ReactFlow>
    </div>
  );
}

function nodeOf(name: string, position: { x: number; y: number }, trouble: Trouble | undefined): AssetNode {
  const open = trouble === undefined ? "nothing open" : `${trouble.count} open, ${trouble.gravest}`;
  return { id: name, type: "asset", position, width: WIDTH, height: HEIGHT, data: { name, trouble }, ariaLabel: `${shown(name)}, ${open}` };
}

function mapColour({ data: { trouble } }: AssetNode): string {
  return `var(--${trouble?.gravest ?? "line"})`;
}

/** Opens what has the focus: React Flow's boxes are reached with Tab. */
function openFocused(target: EventTarget, onOpen: (name: string) => void): void {
  const name = target instanceof HTMLElement && target.classList.contains("react-flow__node") ? target.dataset.id : undefined;
  if (name !== undefined) onOpen(name);
}

const BORDERS = { critical: "border-critical", high: "border-high", medium: "border-medium", low: "border-low" } as const;

function Box({ data: { name, trouble } }: NodeProps<AssetNode>) {
  return (
    <div
      className={`flex h-full w-full flex-col justify-center rounded-md border-2 bg-surface px-2 text-ink ${trouble === undefined ? "border-line" : BORDERS[trouble.gravest]}`}
    >
      <Handle type="target" position={Position.Left} className="!invisible" />
      <Text cut className="font-medium">
        {name}
      </Text>
      <span className="flex items-center gap-2 text-xs text-soft">
        {trouble === undefined ? "nothing open" : <><SeverityMark severity={trouble.gravest} /> {trouble.count} open</>}
      </span>
      <Handle type="source" position={Position.Right} className="!invisible" />
    </div>
  );
}
