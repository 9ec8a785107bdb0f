import { resolveSettings, type SimulationOptions } from '../src/index.js';
import { createRunLayout, WEIGHTS } from '../src/placement/partitioned/run-layout.js';

/** Bytes of the arena. */
export interface Traffic {
  readonly read: number;
  readonly written: number;
}

const NUMBER = 4;

/** Numbers that Adam reads of a parameter and writes: values, two moments. The gradient lies in a workspace. */
const ADAM = 3;

/**
 * What one environment step with its updates reads and writes of the arena, by its layout: each number once for each kernel that
 * uses it, however often that comes back to it while it lies in a cache. Rows are written by their owners, so that partitions divide
 * this among them; but each partition also reads what peers publish, and its own copy of the minibatch.
 *
 * The default rule, `broadcast`, is what is counted: acting reads all weights; an update computes the voltages of states and successors,
 * reads the critic and its target, and steps weights, critic and target.
 */
export function countTraffic(options: SimulationOptions): Traffic {
  const { topology, parameters, ring, settings: { learning: { batch, updatesPerStep }, partitions } } = createRunLayout(resolveSettings(options));
  const { neurons, inputs } = topology;
  const count = (learned: boolean) => parameters.filter((each) => each.learned === learned).flatMap(({ lengths }) => lengths).reduce((sum, length) => sum + length, 0);
  const targets = parameters.filter(({ target }) => target).flatMap(({ lengths }) => lengths).reduce((sum, length) => sum + length, 0);
  const weights = parameters.filter(({ name }) => name === WEIGHTS).flatMap(({ lengths }) => lengths).reduce((sum, length) => sum + length, 0);
  const slot = ring.inputs + ring.stochasticNeurons + 2;
  const lanes = 2 * batch;
  const computed = neurons - inputs.end;
  const act = { read: weights + 2 * neurons, written: 2 * computed + slot };
  const minibatch = { read: batch * (slot + ring.inputs), written: lanes * ring.inputs };
  const forward = { read: weights + lanes * (neurons + computed), written: 2 * lanes * computed };
  const published = partitions > 1 ? lanes * computed : 0; // by their owners, and read by every peer
  const broadcast = { read: lanes * neurons + 2 * targets, written: 0 };
  const learn = { read: 2 * batch * neurons + (ADAM * count(true) + count(false)) + 2 * targets, written: ADAM * count(true) + targets };
  const update = {
    read: partitions * (minibatch.read + broadcast.read) + forward.read + learn.read + (partitions - 1) * published,
    written: partitions * minibatch.written + forward.written + learn.written + partitions * published,
  };
  return { read: NUMBER * (act.read + updatesPerStep * update.read), written: NUMBER * (act.written + updatesPerStep * update.written) };
}
