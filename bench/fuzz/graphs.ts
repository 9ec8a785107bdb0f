import { isRecord } from '../../src/check.js';
import { tameLayer } from './budget.js';
import type { FuzzCase } from './case.js';
import { alterFile } from './configurations.js';
import type { Draw } from './draw.js';

type Names = readonly string[];

/** A graph of one to four layers and the blocks and edges between them, whole in most cases. */
function drawGraph(draw: Draw): { readonly layers: readonly object[]; readonly blocks: readonly object[]; readonly edges: readonly Names[] } {
  const names = draw.pick<Names>([['pool'], ['near', 'far'], ['a', 'b', 'c'], ['nähe', 'x[0]', 'y.z', 'input2']]);
  const sizes = names.map(() => draw.between(1, 6));
  const layers = names.map((name, i) => ({
    name,
    size: sizes[i],
    ...(draw.chance(0.3) && { activation: draw.pick(['tanh', 'relu', 'logistic', 'linear']) }),
    ...(draw.chance(0.3) && { neuronModel: draw.pick(['static', 'leaky', 'spiking']), recurrentTimeConstant: draw.pick([1, 4]) }),
    ...(draw.chance(0.2) && { inhibition: draw.pick(['none', 'divisive(1/2)', 'winners(1/2)']) }),
  }));
  const chain = ['input', ...names, 'output'];
  const blocks = chain.slice(1).map((to, i) => ({ from: chain[i], to, ...(draw.chance(0.2) && { density: draw.pick([0.3, 0.9, 1]) }) }));
  const back = names.flatMap((from, i) => (draw.chance(0.3) ? [{ from, to: draw.pick(names.slice(0, i + 1)), self: true, ...(draw.chance(0.5) && { first: draw.between(1, sizes[i]) }) }] : []));
  const edges = draw.chance(0.3) ? [[`${names[0]}[0]`, 'output[0]']] : [];
  return { layers, blocks: [...blocks, ...back], edges };
}

function steer(graph: unknown): unknown {
  return isRecord(graph) && Array.isArray(graph.layers) ? { ...graph, layers: graph.layers.map(tameLayer) } : graph;
}

/** Files given with `--graph`. */
export function alterGraph(draw: Draw): FuzzCase {
  const { bytes, words } = alterFile(draw, drawGraph(draw), steer);
  const environment = draw.pick(['Pendulum-v1', 'CartPole-v1', 'PendulumNoVel-v1']);
  const schedule = draw.pick([['--schedule', 'synchronous', '--partitions', '1'], ['--partitions', '1'], ['--schedule', 'synchronous'], ['--time', 'virtual']]);
  const short = ['--steps', '60', '--warmup', '20', '--batch', '8', '--replay', '300', '--episodes', '1'];
  return { words, args: ['--graph', 'graph.json', '--environment', environment, ...schedule, ...short, '--out', 'run'], files: { 'graph.json': bytes }, adds: ['run'] };
}
