import { Background, Controls, type Node, type NodeProps, Handle, Position, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import { useTheme } from "~/app/useTheme";
import { SeverityMark } from "~/ui/Severity";
import { Text } from "~/ui/Text";
import { type Asset, HEIGHT, WIDTH, drawn } from "./graph";
import type { Trouble } from "./trouble";

type AssetNode = Node<{ name: string; trouble: Trouble | undefined }, "asset">;

interface Props {
  assets: Asset[];
  trouble: Map<string, Trouble>;
  onOpen: (name: string) => void;
}

const KINDS = { asset: Box };

/** What depends on what, and where there is trouble. The table beside it says the same. */
export default function Topology({ assets, trouble, onOpen }: Props) {
  const { places, edges } = useMemo(() => drawn(assets), [assets]);
  const theme = useTheme();
  const nodes = places.map(({ name, x, y }): AssetNode => {
    const found = trouble.get(name);
    return {
      id: name,
      type: "asset",
      position: { x, y },
      width: WIDTH,
      height: HEIGHT,
      data: { name, trouble: found },
      ariaLabel: found === undefined ? `${name}, nothing open` : `${name}, ${found.count} open, ${found.gravest}`,
    };
  });
  const lines = edges.map(([source, target]) => ({ id: `${source} ${target}`, source, target, focusable: false }));
  return (
    <div className="h-[28rem]" onKeyDown={(event) => event.key === "Enter" && openFocused(onOpen)}>
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={KINDS}
        onNodeClick={(_, { id }) => onOpen(id)}
        nodesDraggable={false}
        nodesConnectable={false}
        onlyRenderVisibleElements
        fitView
        colorMode={theme}
        minZoom={0.05}
        aria-label="What depends on what"
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** Opens what has the focus: React Flow's boxes are reached with Tab. */
function openFocused(onOpen: (name: string) => void): void {
  const name = document.activeElement?.getAttribute("data-id");
  if (name != null) onOpen(name);
}

const EDGES = { critical: "border-critical", high: "border-high", medium: "border-medium", low: "border-low" } as const;

function Box({ data: { name, trouble } }: NodeProps<AssetNode>) {
  return (
    <div
      className={`flex h-full w-full flex-col justify-center rounded-md border-2 bg-surface px-2 text-ink ${trouble === undefined ? "border-line" : EDGES[trouble.gravest]}`}
    >
      <Handle type="target" position={Position.Top} className="!invisible" />
      <Text cut className="font-medium">
        {name}
      </Text>
      <span className="flex items-center gap-2 text-xs text-soft">
        {trouble === undefined ? "nothing open" : <><SeverityMark severity={trouble.gravest} /> {trouble.count} open</>}
      </span>
      <Handle type="source" position={Position.Bottom} className="!invisible" />
    </div>
  );
}
