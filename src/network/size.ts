import type { GraphNetwork } from './edges.js';

/** Connections of a graph, random ones as many as are expected, from its description alone: nothing is drawn. */
export function countConnections({ observations, layers, outputs, blocks = [], edges = [] }: Pick<GraphNetwork, 'observations' | 'layers' | 'outputs' | 'blocks' | 'edges'>): number {
  const sizes = new Map([['input', observations], ...layers.map(({ name, size }) => [name, size] as const), ['output', outputs]]);
  const sizeOf = (name: string) => sizes.get(name) ?? 0; // an unknown name is refused where the graph is drawn
  const inBlocks = blocks.reduce((sum, { from, to, density = 1, first }) => sum + density * Math.min(first ?? Infinity, sizeOf(from)) * sizeOf(to), 0);
  return inBlocks + edges.length;
}
