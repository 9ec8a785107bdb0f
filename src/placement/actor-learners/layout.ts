import { methodNamed, type Method } from './methods.js';
import type { ActorLearnerSettings } from './settings.js';
import { creditShapes } from '../../credit/trained-network.js';
import { wrongValue } from '../../check.js';
import type { CreditAssignment } from '../../credit/credit.js';
import { creditNamed } from '../../credit/registry.js';
import type { Environment } from '../../environment/environment.js';
import { makeEnvironment } from '../../environment/registry.js';
import { checkBudget } from '../../memory/budget.js';
import { controlBlocks } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import type { Arena } from '../../memory/arena.js';
import { attachParameter, parameterBlocks, type ParameterShape, type ParameterTable } from '../../memory/parameters.js';
import { workspaceBlock } from '../../memory/workspace.js';
import { createActionDistribution, type ActionDistribution } from '../../network/action-distribution.js';
import { createDecoder, type Decoder } from '../../network/decoder.js';
import type { Encoder } from '../../network/encoder.js';
import { graphOf } from '../../network/neural.js';
import { createInputEncoder, withObservationTraces } from '../../network/observation-traces.js';
import type { RecurrentInputs } from '../../network/recurrent-inputs.js';
import { compileStepGraph } from '../../network/step-graph.js';
import { connect, layeredTopology, readOutsOf, rowLengths, withReadOuts, type Topology } from '../../network/topology.js';
import { stalenessBlocks } from '../partitioned/staleness.js';
import { cursorBlocks, type ActorCursorShape } from './cursors.js';
import { orderBlocks } from './order.js';
import { virtualBlocks, wordBlocks } from './words.js';

/** Most environment steps between two halts of a run, at which episodes are reported. */
export const MAX_STEPS_PER_COMMAND = 2000;

export const WEIGHTS = 'weights';
/** Moments of each actor's own: first and second one after another; [actors, 2 · weights]. */
export const OWN_MOMENTS = 'weights/own';
/** What the actors of a synchronous run have found in this round; [actors, weights]. */
export const GRADIENTS = 'gradients';
/** What an update changes, as it was before: weights, target copy, moments, and what neurons keep for a credit that learns. */
export const BACKUP = 'weights/backup';

/** One of the networks of a run: the only one, or those of policy and value where they share no trunk. */
export interface NetworkPlan {
  readonly name: string;
  readonly topology: Topology;
  /** Its weights lie from this number on. */
  readonly offset: number;
  /** The first of the objective's outputs that its output neurons are. */
  readonly firstOutput: number;
  /** What it carries on from step to step, if anything. */
  readonly recurrent?: RecurrentInputs;
}

/** What a run is made of, derived from its settings alone: every thread derives the same. */
export interface ActorLearnersLayout {
  readonly settings: ActorLearnerSettings;
  readonly method: Method;
  readonly credit: CreditAssignment;
  readonly encoder: Encoder;
  /** Numbers in an observation, traces included. What networks carry on follows them. */
  readonly observations: number;
  readonly decoder: Decoder;
  /** Of actions, given the outputs, under a policy method. */
  readonly distribution: ActionDistribution;
  readonly networks: readonly NetworkPlan[];
  readonly weights: number;
  readonly outputs: number;
  /** Heads of each network, which an objective is evaluated on one by one; 1 where there are outputs alone. */
  readonly heads: number;
  readonly cursors: ActorCursorShape;
  readonly blocks: readonly BlockRequest[];
}

/** The environment of an actor, or of an evaluation: its observations end in their traces. See `withObservationTraces`. */
export function makeActorEnvironment({ environment, network }: ActorLearnerSettings, options?: { readonly seed: number }, trained?: ArrayLike<number> | 'untrained'): Environment {
  return withObservationTraces(makeEnvironment(environment, options), network, trained);
}

/** @throws RangeError naming an option that does not fit the task */
export function createLayout(settings: ActorLearnerSettings): ActorLearnersLayout {
  const { actors, workers, learning, rollout } = settings;
  const bare = makeEnvironment(settings.environment);
  const environment = withObservationTraces(bare, settings.network);
  const { observationSpace: { low: { length: observations } }, actionSpace } = environment;
  environment.reset();
  const state = environment.getState().length;
  environment.close();
  const method = methodNamed(settings.algorithm);
  const decoder = createDecoder(actionSpace);
  if (method.kind === 'value' && actionSpace.kind !== 'discrete') throw wrongValue('environment', `a task with discrete actions for ${settings.algorithm}`, settings.environment, '; a3c, a2c, ddpg and d4pg also learn continuous actions');
  const distribution = createActionDistribution(actionSpace);
  const credit = creditNamed(settings.credit);
  const networks = planNetworks(settings, observations, method.kind === 'value' ? decoder.outputs : distribution);
  const last = networks[networks.length - 1];
  const weights = last.offset + last.topology.rowOffset[last.topology.neurons];
  checkBudget([
    { option: 'network.hidden', value: settings.network.hidden, what: 'weights', bytes: 4 * 4 * weights + 8 * weights * workers },
    { option: 'actors', value: actors, what: 'actors', bytes: actors * (MAX_STEPS_PER_COMMAND * 24 + 4 * weights * (settings.schedule === 'synchronous' ? 1 : learning.moments === 'own' ? 2 : 0)) },
  ]);
  const creditParameters = networks.flatMap(({ name, topology }) => Object.values(creditShapes(name, topology, credit)));
  const kept = 4 * weights + creditParameters.reduce((sum, { lengths, learned }) => sum + (learned ? 3 : 0) * lengths.reduce((all, length) => all + length, 0), 0);
  const memory = networks.reduce((sum, { recurrent }) => sum + (recurrent?.size ?? 0), 0);
  const cursors = { actors, state, observations: observations + memory, components: distribution.components, episodes: MAX_STEPS_PER_COMMAND + rollout.steps };
  return {
    settings,
    method,
    credit,
    encoder: createInputEncoder(bare.observationSpace, settings.network, observations),
    observations,
    decoder,
    distribution,
    networks,
    weights,
    outputs: last.firstOutput + last.topology.outputs.end - last.topology.outputs.begin,
    heads: readOutsOf(last.topology).length,
    cursors,
    blocks: [
      ...controlBlocks(workers, actors),
      ...wordBlocks(),
      workspaceBlock(workers + 1), // the calling thread evaluates
      ...parameterBlocks([weightShape(networks), ...creditParameters]),
      ...cursorBlocks(cursors),
      ...stalenessBlocks(workers),
      ...(settings.time === 'virtual' ? virtualBlocks() : []),
      ...(settings.timing.updates === 'ordered' ? orderBlocks(MAX_STEPS_PER_COMMAND + actors) : []), // an actor may begin a rollout at the last step
      ...(settings.schedule === 'synchronous' ? synchronousBlocks(settings, weights, kept) : []),
      ...(learning.moments === 'own' ? [{ name: OWN_MOMENTS, type: 'float32', shape: [actors, 2 * weights], owner: 'each actor its own row' } as const] : []),
    ],
  };
}

/** @param kept numbers that an update changes */
function synchronousBlocks({ actors, time }: ActorLearnerSettings, weights: number, kept: number): BlockRequest[] {
  return [
    { name: GRADIENTS, type: 'float32', shape: [actors, weights], owner: 'each actor its own row', ...(time === 'real' && { scratch: true }) }, // virtual time pauses within rounds
    { name: BACKUP, type: 'float32', shape: [kept], owner: 'the thread of the first actor', scratch: true },
  ];
}

/** What the neurons of a network keep for their credit, by name. */
export function attachCredit(arena: Arena, { name, topology }: Pick<NetworkPlan, 'name' | 'topology'>, credit: CreditAssignment): Record<string, ParameterTable> {
  return Object.fromEntries(Object.entries(creditShapes(name, topology, credit)).map(([key, shape]) => [key, attachParameter(arena, shape)]));
}

/** The weights of all networks, one network after another. */
export function weightShape(networks: readonly Pick<NetworkPlan, 'topology'>[]): ParameterShape {
  return { name: WEIGHTS, lengths: networks.flatMap(({ topology }) => rowLengths(topology)), target: true, published: false, learned: true };
}

/** @param said as many values of actions, or the distribution of these */
function planNetworks(settings: ActorLearnerSettings, observations: number, said: number | ActionDistribution): NetworkPlan[] {
  const { policy } = settings;
  const layers = (outputs: number, prefix = '') => planLayers(settings, observations, outputs, prefix);
  if (typeof said === 'number') return [{ name: 'network', ...layers(said), offset: 0, firstOutput: 0 }];
  if (policy?.separateTrunks !== true) return [{ name: 'network', ...layers(said.outputs + 1), offset: 0, firstOutput: 0 }];
  const own = layers(said.outputs);
  return [
    { name: 'policy', ...own, offset: 0, firstOutput: 0 },
    { name: 'value', ...layers(1, 'value.'), offset: own.topology.rowOffset[own.topology.neurons], firstOutput: said.outputs },
  ];
}

/** Layers of neurons, some of which may hold something from step to step. */
function planLayers({ network, credit, seed }: ActorLearnerSettings, observations: number, outputs: number, prefix: string): Pick<NetworkPlan, 'topology' | 'recurrent'> {
  const layers = { ...network, outputs, outputActivation: 'linear', prefix, readOut: creditNamed(credit).outputs } as const;
  if (network.recurrent === 0 && network.neuronModel === 'static') return { topology: layeredTopology({ ...layers, observations }) };
  const graph = graphOf({ ...network, outputActivation: 'linear', threshold: 1, refractory: 0, inhibition: 'none', density: 1, layers: null, blocks: [], edges: [] }, observations, outputs, seed);
  const { topology: { populations }, context } = compileStepGraph(graph);
  const named = populations.slice(0, -1).map((population) => ({ ...population, name: prefix + population.name }));
  return { topology: connect(withReadOuts(named, layers)), recurrent: context };
}
