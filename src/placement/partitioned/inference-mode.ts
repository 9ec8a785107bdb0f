import { createActivations } from '../../network/dynamic.js';
import type { EnvironmentGroup } from '../../environment/cursor.js';
import { createInference, type PartitionInference, type InferenceScope } from './inference.js';
import { createPartitionNoise } from './exploration-noise.js';
import { createAsynchronousInference } from './asynchronous-inference.js';
import { createSampledPort } from './sampled-inference-port.js';
import { ENVIRONMENT_PARTITION } from './run-layout.js';
import { createBlockingPort, type InferencePort } from './inference-port.js';
import type { InferenceName } from './timing-options.js';
import { limiterWindow, type PartitionContext } from './partition-context.js';
import { attachActivationVersions } from './activation-versions.js';

/** How a partition, and the environment where it is its host, have to do with one another in acting. */
export interface InferenceMode {
  /** True where it goes on beside learning, in a coroutine of its own; else a partition does one or the other, as the limiter says. */
  readonly concurrent: boolean;
  /** True where partitions other than the host have no part in it. */
  readonly central: boolean;
  /** Whether the limiter lets a partition act that has made so many updates. */
  readonly mayAct: (updates: number, experience: number) => boolean;
  /** @param counted false in evaluation */
  createPort(counted: boolean): InferencePort;
  /** @param groups lanes of each group of environments that is answered */
  createInference(groups: readonly EnvironmentGroup[]): PartitionInference;
}

const MODES: Record<InferenceName, (views: PartitionContext) => InferenceMode> = { central, distributed, sampled };

export function createInferenceMode(views: PartitionContext): InferenceMode {
  return MODES[views.layout.settings.timing.inference](views);
}

/**
 * Nobody waits for a partition that is in the midst of an update, or has lost its core for a moment. Nothing else keeps partitions together then, so that the host
 * sees to it that none is further behind it than a quarter of what learning may be behind acting (docs/research.md, entry 30).
 */
function central(views: PartitionContext): InferenceMode {
  const { layout, layout: { topology: { populations } }, partition, control: { version, ticksDone }, limiter } = views;
  const drift = limiterWindow(layout) / 4;
  const answering: InferenceScope = { ranges: populations, ticksDone: (group) => ticksDone[group].get(ENVIRONMENT_PARTITION), alone: true };
  return {
    concurrent: false,
    central: true,
    mayAct(updates, experience) {
      const least = version.least();
      return limiter.mayAct(least, experience) && updates - least <= drift;
    },
    createPort: () => createBlockingPort(views, answering),
    createInference: (groups) => (partition === ENVIRONMENT_PARTITION ? createInference(views, groups, answering) : NO_INFERENCE),
  };
}

/** A partition that nobody asks. */
const NO_INFERENCE: PartitionInference = { isReady: () => false, tick: () => undefined };

/** An environment waits for its answer, and partitions for one another: the policy acted is the policy stored. */
function distributed(views: PartitionContext): InferenceMode {
  return { concurrent: false, central: false, mayAct: (updates, experience) => views.limiter.mayAct(updates, experience), createPort: () => createBlockingPort(views), createInference: (groups) => createInference(views, groups) };
}

/** Nobody waits for anybody: what is stored is what was acted in what was seen, though it may answer what was seen before. */
function sampled(views: PartitionContext): InferenceMode {
  const { layout: { topology, ownership }, kernels, arena, inferenceActivations: { lanes, alive } } = views;
  const activations = { ...createActivations(kernels, topology, lanes), ...(alive && { alive }) };
  const state = { activations, noise: createPartitionNoise(views, activations, ownership[views.partition], true), versions: attachActivationVersions(arena, topology, ownership) };
  return {
    concurrent: true,
    central: false,
    mayAct: (updates, experience) => views.limiter.mayAct(updates, experience),
    createPort: (counted) => createSampledPort(views, state.versions, counted),
    createInference: (groups) => createAsynchronousInference(views, groups, state),
  };
}
