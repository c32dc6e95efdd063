import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import clsx from "clsx";
import { SeverityMark } from "~/ui/Severity";
import { Text } from "~/ui/Text";
import type { Trouble } from "./trouble";

/** An asset in the picture, or several that are alike. */
export type AssetNode = Node<{ label: string; trouble: Trouble | undefined; isCentre: boolean; isGroup: boolean }, "asset">;

const BORDERS = { critical: "border-critical", high: "border-high", medium: "border-medium", low: "border-low" } as const;

export function AssetBox({ data: { label, trouble, isCentre, isGroup } }: NodeProps<AssetNode>) {
  return (
    <div
      className={clsx(
        "flex h-full w-full flex-col justify-center rounded-md border-2 px-2 text-ink",
        isCentre ? "bg-accent-wash" : "bg-surface",
        isGroup && "border-dashed",
        trouble === undefined ? "border-line" : BORDERS[trouble.gravest],
      )}
    >
      <Handle type="target" position={Position.Left} className="!invisible" />
      <Text cut className="font-medium">
        {label}
      </Text>
      <span className="flex items-center gap-2 text-xs text-soft">
        {trouble === undefined ? "nothing open" : <><SeverityMark severity={trouble.gravest} /> {trouble.count} open</>}
      </span>
      <Handle type="source" position={Position.Right} className="!invisible" />
    </div>
  );
}
