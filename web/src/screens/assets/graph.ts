/** Where assets stand in the picture: what others depend on is left of them. A circle has no beginning, and is drawn all the same. */
import { Graph, layout } from "@dagrejs/dagre";
import type { Asset } from "./joined";

export interface Placed {
  name: string;
  x: number;
  y: number;
}

export interface Drawn {
  places: Placed[];
  edges: [from: string, to: string][];
}

export const [WIDTH, HEIGHT] = [180, 48];

/** Assets with the names that others depend on, known or not: these are drawn too. */
export function drawn(assets: readonly Asset[]): Drawn {
  const names = new Set(assets.flatMap(({ name, depends_on = [] }) => [name, ...depends_on]));
  const edges = assets.flatMap(({ name, depends_on = [] }) => depends_on.map((on): [string, string] => [on, name]));
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 12, ranksep: 72, ranker: "tight-tree" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const name of names) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const places = [...names].map((name) => {
    const { x, y } = graph.node(name) as unknown as Placed;
    return { name, x: x - WIDTH / 2, y: y - HEIGHT / 2 };
  });
  return { places, edges };
}
