import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { WORD } from '../../memory/control.js';
import { attachParameter, type Parameter } from '../../memory/parameters.js';
import type { Population } from '../../network/topology.js';
import type { Optimiser } from '../../optimise/optimiser.js';
import { createOptimiser } from '../../optimise/registry.js';
import { clipNorm, rateFraction } from '../../optimise/update.js';
import type { EventCount } from '../../schedule/event-count.js';
import { attachCredit, OWN_MOMENTS, weightShape, type ActorLearnersLayout, type NetworkPlan } from './layout.js';
import { attachProbe, attachWords, PROBE_NUMBERS, type LearningWords } from './words.js';

/** How the actors of a thread get at the shared weights. */
export interface UpdatePort {
  /** Whether an actor may begin a rollout, has to wait for others, or is at a halt of the run. */
  admit(actor: number): 'begin' | 'wait' | 'halt';
  /** The target copy, which bootstraps under value methods. */
  readonly target: Float32Array;
  /** Environment steps of all actors by now. */
  steps(): number;
  /** Copies the shared weights for an actor. @returns their version */
  refresh(weights: Float32Array, actor: number): number;
  /** Called before an actor computes the gradient of its rollout. */
  beginGradient?(actor: number): void;
  /**
   * Hands over the gradient of a rollout.
   *
   * @param version of the weights that it was acted with
   * @param commit makes the rollout count; called with the date of an episode that ended in it
   */
  contribute(actor: number, gradient: Float32Array, version: number, steps: number, commit: (marker: number) => void): void;
}

/** What update ports have in common. */
export interface PortContext {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly layout: ActorLearnersLayout;
  readonly eventCount: EventCount;
}

/** Steps of the shared weights, by one thread. */
export interface SharedWeights {
  readonly words: LearningWords;
  readonly all: Parameter;
  /** Every number that a step changes, the moments of actors' own left out. */
  readonly changing: readonly Float32Array[];
  /** Environment steps of all actors, as counted in the control words. */
  readonly steps: () => number;
  /**
   * The step of all weights up a gradient, which is clipped first, and of what neurons keep for a credit that learns.
   *
   * @param update number of this update, from 1
   * @param actor whose moments are taken where each has its own
   * @param steps environment steps of all actors, with which the learning rate falls
   */
  readonly step: (gradient: Float32Array, update: number, actor: number, steps: number) => void;
  /** Copies the weights to the target network where it is time for that. */
  readonly refreshTarget: (steps: number) => void;
}

export function attachSharedWeights(context: PortContext): SharedWeights {
  const { kernels, arena, layout: { networks, weights, settings } } = context;
  const { learning, targets, steps } = settings;
  const { values, target, first, second } = attachParameter(arena, weightShape(networks)).of(0, neuronsOf(networks)); // shared, racy on purpose (Hogwild)
  const all = { values, target, first, second };
  const control = arena.int32('control');
  const words = attachWords(arena);
  const optimiser = createOptimiser(learning.optimiser, kernels, learning);
  const parameterOf = momentsOf(context, all);
  const credits = networks.map((network) => attachCreditLearning(context, network, all, optimiser));
  return {
    words,
    all,
    changing: [...partsOf(all), ...credits.flatMap(({ changing }) => changing)],
    steps: () => Atomics.load(control, WORD.steps),
    step(gradient, update, actor, taken) {
      clipNorm(kernels, gradient, learning.clip);
      const rate = learning.rate * rateFraction(learning.finalRateFraction, taken, steps);
      optimiser.step(parameterOf(actor), gradient, rate, update);
      for (const { learn } of credits) learn(gradient, rate, update);
    },
    refreshTarget(taken) {
      if (targets === undefined) return;
      const due = Math.floor(taken / targets.period);
      const made = words.targets.get();
      if (due > made && words.targets.exchange(made, due)) kernels.copy(values, 0, weights, target, 0);
    },
  };
}

const partsOf = ({ values, target, first, second }: Parameter): Float32Array[] => [values, target, first, second];

const neuronsOf = (networks: ActorLearnersLayout['networks']) => networks.reduce((sum, { topology }) => sum + topology.neurons, 0);

/** The weights with the moments of an actor's own, where each has its own. */
function momentsOf({ arena, layout: { weights, settings: { actors, learning } } }: PortContext, all: Parameter): (actor: number) => Parameter {
  if (learning.moments === 'shared') return () => all;
  const own = arena.float32(OWN_MOMENTS);
  const parameters = Array.from({ length: actors }, (_, actor): Parameter => {
    const at = 2 * actor * weights;
    return { ...all, first: own.subarray(at, at + weights), second: own.subarray(at + weights, at + 2 * weights) };
  });
  return (actor) => parameters[actor];
}

/** What the neurons of a network keep for a credit that learns, and how it does. */
function attachCreditLearning({ kernels, arena, layout: { credit, settings: { rollout } } }: PortContext, network: NetworkPlan, all: Parameter, optimiser: Optimiser) {
  const { topology: { populations, rowOffset }, topology, offset } = network;
  const tables = attachCredit(arena, network, credit);
  const program = credit.create({ kernels, topology, batchSize: rollout.steps, peers: tables, weights: all.values.subarray(offset), optimiser });
  const part = ({ begin, end }: Population, numbers: Float32Array) => numbers.subarray(offset + rowOffset[begin], offset + rowOffset[end]);
  const groups = populations.filter(({ kind }) => kind !== 'input').map((population) => {
    const { begin, end } = population;
    const weights = { values: part(population, all.values), target: part(population, all.target), first: part(population, all.first), second: part(population, all.second) };
    const parameters = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.of(begin, end - begin)]));
    return { population, neurons: { index: begin, count: end - begin, parameters, weights } };
  });
  return {
    changing: Object.values(tables).filter(({ shape }) => shape.learned).flatMap((table) => partsOf(table.of(0, topology.neurons))),
    learn: (gradient: Float32Array, rate: number, update: number): void => {
      for (const { population, neurons } of groups) program.learn?.(neurons, part(population, gradient), rate, update);
    },
  };
}

/** What is added to a probe with each update: its step is exactly 1 in single precision. */
const PROBE = { rate: 2, decay: 0.5, epsilon: 3 } as const;

/**
 * Counts updates that were lost to a race. With each update a probe takes a step of exactly 1, by the kernel and in the way that weights take theirs: the
 * shortfall of its numbers against the count of updates is the number of steps that another thread has overwritten.
 */
export function createProbe(kernels: Kernels, arena: Arena): () => void {
  const probe = attachProbe(arena);
  const [one, moment] = [1, 1].map((value) => kernels.numbers(PROBE_NUMBERS).fill(value));
  return () => { kernels.rmspropStep(probe, one, moment, PROBE.rate, PROBE.decay, PROBE.epsilon); };
}
