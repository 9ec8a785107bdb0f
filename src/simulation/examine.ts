import type { Algorithm, AlgorithmSettings } from '../algorithm/algorithm.js';
import { ALGORITHMS } from '../algorithm/registry.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { loadModulesOf } from '../modules.js';
import { CheckpointError, isOptionError } from '../errors.js';
import { countConnections } from '../network/size.js';
import { graphOf } from '../network/neural.js';
import { createRateLimiter } from '../schedule/rate-limiter.js';
import { createLayout } from '../placement/actor-learners/layout.js';
import { METHOD_NAMES, type MethodName } from '../placement/actor-learners/methods.js';
import { worldOf } from '../placement/actor-learners/resumed.js';
import { tableOf, type ActorLearnerSettings } from '../placement/actor-learners/settings.js';
import { createRunLayout, WEIGHTS } from '../placement/partitioned/run-layout.js';
import type { Settings } from '../placement/partitioned/settings.js';
import { settledUpdates } from '../placement/partitioned/partition-context.js';
import { checkVirtualState } from '../placement/partitioned/virtual-state-check.js';
import { readLesionState } from './lesion.js';
import { readEpisodeCount } from './pause-points.js';
import { resolveSettings } from './options.js';
import { checkState } from './restorable.js';

/** The kind of a simulation's checkpoints; other algorithms' have their names. */
export const SIMULATION = 'simulation';

/**
 * Looks at a checkpoint of a simulation from end to end, and builds nothing of it.
 *
 * @returns its settings
 * @throws CheckpointError naming what is wrong with it
 */
export async function examineSimulation(checkpoint: Checkpoint): Promise<Settings> {
  checkKind(SIMULATION, checkpoint);
  return fitting(async () => {
    await loadModulesOf(checkpoint.settings);
    const settings = resolveSettings(checkpoint.settings);
    checkSize(settings.network.hidden, countConnections(graphOf(settings.network, 1, 1, settings.seed)), checkpoint.numbers(WEIGHTS, 'float32').length);
    const plan = createRunLayout(settings);
    checkpoint.check(plan.blocks);
    readEpisodeCount(checkpoint);
    readLesionState(settings, checkpoint);
    checkState(checkpoint, {
      ...plan,
      environment: settings.environment,
      senses: settings.network,
      sampled: plan.rule.data === 'replay',
      updates: (steps, stored) => settledUpdates(plan, steps, stored),
      together: settings.schedule === 'synchronous',
    });
    checkVirtualState(plan, checkpoint);
    return settings;
  });
}

/** The same for an algorithm on one thread. */
export async function examineSingle<Settings extends AlgorithmSettings>(algorithm: Algorithm<Settings>, checkpoint: Checkpoint): Promise<Settings> {
  checkKind(algorithm.name, checkpoint);
  return fitting(async () => {
    await loadModulesOf(checkpoint.settings);
    const settings = algorithm.table.resolve(checkpoint.settings);
    const { hidden } = settings.network;
    checkSize(hidden, hidden.reduce((sum, size, layer) => sum + size * (layer === 0 ? 1 : hidden[layer - 1]), 0), checkpoint.numbers(algorithm.weights, 'float32').length);
    const layout = algorithm.layout(settings);
    checkpoint.check(layout.blocks);
    readEpisodeCount(checkpoint);
    const limiter = createRateLimiter({ ...settings.learning, window: 0 });
    checkState(checkpoint, {
      ...layout,
      environment: settings.environment,
      senses: settings.network,
      groups: [{ begin: 0, end: 1 }],
      sampled: true,
      updates: (steps) => ({ least: limiter.due(steps), most: limiter.due(steps) }),
      together: true,
    });
    return settings;
  });
}

/** The algorithm on one thread whose name this is. */
export function findAlgorithm(name: string): Algorithm | undefined {
  return Object.values<Algorithm>(ALGORITHMS).find((each) => each.name === name);
}

/** The same for actor-learners; the states of actors are checked when they continue. */
export async function examineActorLearners(checkpoint: Checkpoint): Promise<ActorLearnerSettings> {
  return fitting(async () => {
    const name = findMethod(checkpoint.kind);
    if (name === undefined) throw new CheckpointError('settings', `it is a checkpoint of ${checkpoint.kind}, not of actor-learners`);
    await loadModulesOf(checkpoint.settings);
    const settings = tableOf(name).resolve(checkpoint.settings);
    const { hidden } = settings.network;
    checkSize(hidden, hidden.reduce((sum, size, layer) => sum + size * (layer === 0 ? 1 : hidden[layer - 1]), 0), checkpoint.numbers(WEIGHTS, 'float32').length);
    const layout = createLayout(settings);
    checkpoint.check(layout.blocks);
    readEpisodeCount(checkpoint);
    worldOf(layout, checkpoint);
    return settings;
  });
}

/** The method of actor-learners whose name this is. */
function findMethod(name: string): MethodName | undefined {
  return METHOD_NAMES.find((each) => each === name);
}

/** Checks a checkpoint of any kind. @throws CheckpointError naming what is wrong with it */
export async function examineCheckpoint(checkpoint: Checkpoint): Promise<void> {
  const single = findAlgorithm(checkpoint.kind);
  if (findMethod(checkpoint.kind) !== undefined) await examineActorLearners(checkpoint);
  else await (single === undefined ? examineSimulation(checkpoint) : examineSingle(single, checkpoint));
}

function checkKind(kind: string, checkpoint: Checkpoint): void {
  if (checkpoint.kind !== kind) throw new CheckpointError('settings', `it is a checkpoint of ${checkpoint.kind}, not of ${kind}`);
}

/** Random blocks have about as many connections as are to be expected. */
const MOST_TIMES = 2;
const SLACK = 1024;

/**
 * Before a network is built, its size has to fit the file: a few settings can require gigabytes.
 *
 * @param asked connections at least
 * @param held weights; every neuron has one at least
 */
function checkSize(hidden: readonly number[], asked: number, held: number): void {
  const neurons = hidden.reduce((sum, size) => sum + size, 0);
  if (neurons <= held && asked <= MOST_TIMES * held + SLACK) return;
  throw new CheckpointError('settings', `its settings require ${neurons} hidden neurons and ${Math.round(asked)} weights at least, and it has ${held} weights`);
}

/** Settings of another version may have other options, or may not fit. @throws CheckpointError */
export async function fitting<Result>(build: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await build();
  } catch (error) {
    if (isOptionError(error)) throw new CheckpointError('settings', `it has settings that this version does not accept: ${error.message}`);
    throw error;
  }
}
