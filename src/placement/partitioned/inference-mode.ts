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

/** How partitions compute actions, and how the environment loop gets them. */
export interface InferenceMode {
  /** True if inference is a task of its own, concurrent with learning; otherwise a partition does one or the other, as the rate limiter decides. */
  readonly concurrent: boolean;
  /** True if only the partition with the environments computes actions. */
  readonly central: boolean;
  /** Whether the limiter lets a partition act after so many updates. */
  readonly mayAct: (updates: number, experience: number) => boolean;
  /** @param counted false in evaluation */
  createPort(counted: boolean): InferencePort;
  /** @param groups lanes of each group of environments that is answered */
  createInference(groups: readonly EnvironmentGroup[]): PartitionInference;
}

const MODES: Record<InferenceName, (context: PartitionContext) => InferenceMode> = { central, distributed, sampled };

export function createInferenceMode(context: PartitionContext): InferenceMode {
  return MODES[context.layout.settings.timing.inference](context);
}

/**
 * The partition with the environments computes all neurons and waits for no other one. To keep the others together, it acts only while
 * none of them is further behind it than a quarter of what learning may be behind acting (docs/research.md, entry 30).
 */
function central(context: PartitionContext): InferenceMode {
  const { layout, layout: { topology: { populations } }, partition, control: { version, ticksDone }, limiter } = context;
  const drift = limiterWindow(layout) / 4;
  const answering: InferenceScope = { ranges: populations, ticksDone: (group) => ticksDone[group].get(ENVIRONMENT_PARTITION), alone: true };
  return {
    concurrent: false,
    central: true,
    mayAct(updates, experience) {
      const least = version.least();
      return limiter.mayAct(least, experience) && updates - least <= drift;
    },
    createPort: () => createBlockingPort(context, answering),
    createInference: (groups) => (partition === ENVIRONMENT_PARTITION ? createInference(context, groups, answering) : NO_INFERENCE),
  };
}

/** A partition without inference. */
const NO_INFERENCE: PartitionInference = { isReady: () => false, tick: () => undefined };

/** The environment waits for its action, and partitions wait for one another: the policy that acts is the policy that is stored. */
function distributed(context: PartitionContext): InferenceMode {
  return { concurrent: false, central: false, mayAct: (updates, experience) => context.limiter.mayAct(updates, experience), createPort: () => createBlockingPort(context), createInference: (groups) => createInference(context, groups) };
}

/** Neither environment nor partitions wait. What is stored is the action and the observation it was taken in, though the action may answer an earlier observation. */
function sampled(context: PartitionContext): InferenceMode {
  const { layout: { topology, ownership }, kernels, arena, inferenceActivations: { lanes, alive } } = context;
  const activations = { ...createActivations(kernels, topology, lanes), ...(alive && { alive }) };
  const state = { activations, noise: createPartitionNoise(context, activations, ownership[context.partition], true), versions: attachActivationVersions(arena, topology, ownership) };
  return {
    concurrent: true,
    central: false,
    mayAct: (updates, experience) => context.limiter.mayAct(updates, experience),
    createPort: (counted) => createSampledPort(context, state.versions, counted),
    createInference: (groups) => createAsynchronousInference(context, groups, state),
  };
}
