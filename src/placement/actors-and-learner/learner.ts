import { createCreditPass } from '../../credit/credit-pass.js';
import { createTrainedNetwork, ownRows, takeGradient, type TrainedNetwork } from '../../credit/trained-network.js';
import { DivergenceError } from '../../errors.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { propagate } from '../../network/dynamic.js';
import { neuronName, readOutsOf } from '../../network/topology.js';
import { createCategoricalQ } from '../../objective/categorical-q.js';
import { errorsOfHeads } from '../../objective/heads.js';
import type { ReplayedBatch } from '../../objective/replayed.js';
import { createReplayedQ } from '../../objective/replayed-q.js';
import { createOptimiser } from '../../optimise/registry.js';
import { clipNorm, polyakUpdate, rateFraction } from '../../optimise/update.js';
import { createStream } from '../../random/stream.js';
import { createDraw, type ItemSampler } from '../../replay/item-sampler.js';
import type { ReadItem } from '../../replay/items.js';
import type { Segments } from '../../replay/segment.js';
import { NETWORK, type ValueLayout } from './layout.js';
import { createItemLoader, createLoadedItems } from './minibatch.js';
import { attachNoise } from './noise.js';
import type { ValueSettings } from './settings.js';
import { createWeighing } from './weighing.js';

/** What learns: it draws items, and steps the weights and the priorities. */
export interface Learner {
  /** After an update, its minibatch and its gradient. */
  readonly network: TrainedNetwork;
  /** As the first head sees it, or the outputs where there are no heads. */
  readonly batch: ReplayedBatch;
  /**
   * One update.
   *
   * @param updates made before it
   * @param steps environment steps taken, by which learning rate and importance weights change
   * @throws DivergenceError naming the output neuron of an error that is not finite
   */
  update(updates: number, steps: number): void;
}

interface LearnerContext {
  readonly settings: ValueSettings;
  readonly layout: ValueLayout;
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly segments: Segments;
  readonly read: ReadItem;
  readonly sampler: ItemSampler;
}

/**
 * The learner of every value method with a replay:
 *
 *   draw items, weigh them;  a' greedy by the target copy θ⁻, or with `double` by θ;  objective → errors of outputs → credit → gradient
 *   clip the gradient's norm;  θ ← θ + step;  every so many updates θ⁻ ← τ θ + (1 - τ) θ⁻;  priorities ← errors
 *
 * With noisy weights each update draws one noise for θ and one for θ⁻. Where layers have heads, the objective is evaluated on each of them, with an a' and a bootstrap of its own; an item was as
 * wrong as the heads were on average.
 */
export function createLearner({ settings, layout, kernels, arena, segments, read, sampler }: LearnerContext): Learner {
  const { learning: { batch: size, clip, rate, finalRateFraction, optimiser: name }, targets, priorities, loss, value: { double }, seed, steps: planned } = settings;
  const { topology, head, credit, encoder } = layout;
  const network = createTrainedNetwork(kernels, arena, NETWORK, topology, credit, size);
  const { activations, activationGradients, weights, gradient } = network;
  const readOuts = readOutsOf(topology);
  const [{ begin }] = readOuts;
  const { end } = readOuts[readOuts.length - 1];
  const lanes = 2 * size;
  const optimiser = createOptimiser(name, kernels);
  const error = { outputs: activationGradients.voltages.subarray(begin * size, end * size), signals: kernels.numbers(readOuts.length * size) };
  const errors = errorsOfHeads(readOuts.length, error);
  const pass = createCreditPass(kernels, network, credit, optimiser, error, { begin: 0, end: size });
  const rows = ownRows(network, { part: 0, parts: 1 }, []).filter(({ frozen }) => !frozen);
  const whole = weights.of(0, topology.neurons);
  const noise = attachNoise(kernels, arena, topology, settings.noise === undefined ? undefined : createStream(seed, 'noise/learner'), whole);
  const objective = head.categorical === undefined ? createReplayedQ(head, size, loss?.errorClip ?? null) : createCategoricalQ(head, size);
  const loader = createItemLoader(segments, read, encoder);
  const draw = createDraw(size);
  const surprise = new Float64Array(size);
  const items = createLoadedItems(segments, size);
  const weighing = createWeighing(sampler, draw, priorities, planned);
  const common = { ...items, actions: new Int32Array(size), weights: weighing.weights };
  const batches = readOuts.map((readOut): ReplayedBatch => {
    const voltages = activations.voltages.subarray(readOut.begin * lanes, readOut.end * lanes);
    return { ...common, outputs: { voltages, lanes }, successors: { voltages: voltages.subarray(size), lanes }, nextActions: new Int32Array(size) };
  });

  function chooseNext(): void {
    for (const { nextActions, successors } of batches) for (let lane = 0; lane < size; lane += 1) nextActions[lane] = head.greedy(successors, lane);
  }

  /** Outputs in the states by the weights, in the last observations by the target copy, and the actions there. */
  function look(updates: number): Float32Array {
    const live = noise.values(2 * updates);
    propagate(kernels, topology, live, activations, 0, double ? lanes : size);
    if (double) chooseNext();
    propagate(kernels, topology, noise.target(2 * updates + 1), activations, size, lanes);
    if (!double) chooseNext();
    return live;
  }

  function evaluate(): void {
    surprise.fill(0);
    batches.forEach((batch, index) => {
      const bad = objective.evaluate(batch, errors[index]);
      if (bad >= 0) throw new DivergenceError(neuronName(topology, readOuts[index].begin + batch.actions[bad] * head.atoms), 'TD error', objective.surprise[bad]);
      for (let lane = 0; lane < size; lane += 1) surprise[lane] += objective.surprise[lane] / batches.length;
    });
  }

  function step(update: number, own: number): void {
    for (const row of rows) takeGradient(kernels, activations, row, size);
    clipNorm(kernels, gradient, clip);
    for (const row of rows) {
      optimiser.step(row.weights, row.gradient, own, update);
      pass.learn?.(row, row.gradient, own, update);
    }
    noise.learn(gradient, optimiser, own, update);
    if (update % targets.period !== 0) return;
    polyakUpdate(kernels, whole, targets.rate);
    noise.follow(targets.rate);
  }

  return {
    network,
    batch: batches[0],
    update(updates, steps) {
      sampler.draw(updates, draw);
      weighing.weigh(steps);
      loader.load(draw.rows, items, activations);
      common.actions.set(items.acted);
      const live = look(updates);
      evaluate();
      pass.run(live);
      step(updates + 1, rate * rateFraction(finalRateFraction, steps, planned));
      sampler.prioritise(draw, surprise);
    },
  };
}
