import { createBatchedMinibatch, type BatchedMinibatch } from '../../src/batched/minibatch.js';
import type { Device } from '../../src/batched/device.js';
import { drawParameters, takeParameters, type BatchedRule } from '../../src/batched/parameters.js';
import { createBatchedProgram, type BatchedProgram } from '../../src/batched/program.js';
import { batchedShape } from '../../src/batched/shape.js';
import type { ActivationName } from '../../src/kernels/activation.js';
import { createStream, type Stream } from '../../src/random/stream.js';
import type { OptimiserName } from '../../src/optimise/registry.js';
import { createRuleFixture, type RuleFixture } from '../rule/fixture.js';

export interface DenseCase {
  readonly rule: BatchedRule;
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  readonly bias?: boolean;
  readonly optimiser?: OptimiserName;
  readonly replicas?: number;
  readonly size?: number;
  readonly updates?: number;
}

const RATES = { criticRate: 1e-2, outputRate: 1e-3, hiddenRate: 2e-3, targetRate: 0.01 };
const OBSERVATIONS = 3;
const OUTPUTS = 2;
const GAINS = { hiddenGain: 1, outputGain: 0.5 };

/**
 * The same networks, once on a device and once by the rules on the scalar kernels, one replica at a time, through the same minibatches.
 *
 * @returns the largest difference of any weight or critic part afterwards, and how far the furthest has moved
 */
export async function compareWithKernels(device: Device, given: DenseCase): Promise<{ readonly difference: number; readonly moved: number }> {
  const { rule, hidden = [6, 5], activation = 'tanh', bias = true, optimiser = 'adam', replicas = 3, size = 4, updates = 100 } = given;
  const fixtures = Array.from({ length: replicas }, () =>
    createRuleFixture(rule, { observations: OBSERVATIONS, outputs: OUTPUTS, hidden, activation, bias, optimiser, size, rates: RATES }));
  const { topology } = fixtures[0];
  const shape = batchedShape(topology, bias);
  const numbers = drawParameters(topology, shape, rule, fixtures.map((_, seed) => seed), GAINS);
  fixtures.forEach((fixture, replica) => { give(fixture, takeParameters(shape, replicas, replica, numbers.values).weights, numbers.feedback.subarray(replica * (shape.features - shape.inputs))); });
  const program = createBatchedProgram({ device, shape, rule, optimiser, rates: RATES, numbers, replicas });
  const batch = createBatchedMinibatch(shape, replicas, size);
  const stream = createStream(7, 'dense');
  for (let update = 0; update < updates; update += 1) {
    fixtures.forEach((fixture, replica) => { draw(fixture, stream, batch, replica); });
    program.learn(batch, 1);
  }
  const largest = await difference(program, fixtures, (replica, values) => takeParameters(shape, replicas, replica, values));
  program.close();
  const moved = fixtures.map(({ tables }, replica) => furthest(tables.weights.values, takeParameters(shape, replicas, replica, numbers.values).weights));
  return { difference: largest, moved: Math.max(...moved) };
}

function give({ tables }: RuleFixture, weights: Float32Array, feedback: Float32Array): void {
  tables.weights.values.set(weights);
  const own = 'feedback' in tables ? tables.feedback.values : undefined;
  own?.set(feedback.subarray(0, own.length));
}

/** One minibatch for one replica, learned from by the rule and put into the batch. The fixture's discount is 0.9. */
function draw(fixture: RuleFixture, stream: Stream, batch: BatchedMinibatch, replica: number): void {
  const { size } = batch;
  const lists = () => Array.from({ length: size }, () => Array.from({ length: OBSERVATIONS }, () => stream.gaussian()));
  const [states, successors] = [lists(), lists()];
  const { reward, discounts, sampled } = fixture.batch;
  for (let b = 0; b < size; b += 1) {
    reward[b] = stream.gaussian();
    discounts[b] = stream.uniform() < 0.2 ? 0 : 0.9;
  }
  for (let i = 0; i < sampled.length; i += 1) sampled[i] = stream.gaussian() / 2;
  fixture.show(states, successors);
  fixture.update();
  const inputs = 1 + OBSERVATIONS;
  const all = [...states, ...successors];
  for (let i = 0; i < inputs; i += 1) for (let lane = 0; lane < 2 * size; lane += 1) batch.inputs[(replica * inputs + i) * 2 * size + lane] = i === 0 ? 1 : all[lane][i - 1];
  batch.sampled.set(sampled, replica * sampled.length);
  batch.reward.set(reward, replica * size);
  batch.discounts.set(discounts, replica * size);
}

async function difference(program: BatchedProgram, fixtures: readonly RuleFixture[], take: (replica: number, values: Float32Array) => ReturnType<typeof takeParameters>): Promise<number> {
  const values = await program.values();
  const each = fixtures.map(({ tables }, replica) => {
    const { weights, critic } = take(replica, values);
    return Math.max(furthest(weights, tables.weights.values), furthest(critic, tables.critic.values));
  });
  return Math.max(...each);
}

function furthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((most, value, i) => Math.max(most, Number.isFinite(value) ? Math.abs(value - b[i]) : Infinity), 0);
}
