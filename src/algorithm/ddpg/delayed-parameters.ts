import { wrongValue } from '../../check.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { ParameterTable } from '../../memory/parameters.js';
import type { TrainedNetwork } from '../../credit/trained-network.js';

/** Most that past parameters may take: 1 GiB. */
const MOST_BYTES = 2 ** 30;

/** Every weight of a network and of its target copy, by `topology.rowOffset`. Read only. */
export type Parameters = Pick<ParameterTable, 'values' | 'target'>;

/** The parameters that one update differentiates at. */
export interface Differentiated {
  readonly actor: Parameters;
  readonly critic: Parameters;
  /** The critic's weights by which the actor's gradient is taken: those after the critic's step. */
  readonly criticStepped: Float32Array;
}

/**
 * What the parameters were `delay` updates ago. Everything is counted from the moment it is used at, so that delays are of one family and a
 * delay of 0 is DDPG itself: with θ_u the critic after u updates, update u + 1 takes D from θ_{u-d} and the actor's gradient from θ_{u+1-d},
 * and the actor and both target copies from after u - d updates. Below 0, these are the first parameters.
 */
export interface DelayedParameters {
  /** Called at the start of an update: copies the current parameters and returns those to differentiate at. */
  next(): Differentiated;
}

/**
 * @param delay d; 0: the parameters themselves, and nothing is copied or allocated
 * @throws RangeError naming `learning.gradientDelay` if the copies take more than 1 GiB
 */
export function createDelayedParameters(kernels: Kernels, actor: TrainedNetwork, critic: TrainedNetwork, delay: number): DelayedParameters {
  if (delay === 0) {
    const now = undelayed(actor, critic);
    return { next: () => now };
  }
  const ring = createRing(kernels, [actor, critic].flatMap(({ weights: { values, target } }) => [values, target]), delay);
  let updates = 0;
  return {
    next() {
      ring[updates % (delay + 1)].copy();
      const past = ring[Math.max(0, updates - delay) % (delay + 1)];
      past.criticStepped = ring[Math.max(0, updates + 1 - delay) % (delay + 1)].critic.values;
      updates += 1;
      return past;
    },
  };
}

/** The parameters themselves, as they are whenever they are read. */
export function undelayed(actor: TrainedNetwork, critic: TrainedNetwork): Differentiated {
  return { actor: actor.weights, critic: critic.weights, criticStepped: critic.weights.values };
}

interface ParameterSnapshot extends Differentiated {
  criticStepped: Float32Array;
  /** Copies the parameters as they are. */
  copy(): void;
}

/** delay + 1 snapshots; the current one is the newest. */
function createRing(kernels: Kernels, live: readonly Float32Array[], delay: number): ParameterSnapshot[] {
  const length = live.reduce((sum, part) => sum + part.length, 0);
  const most = Math.floor(MOST_BYTES / (length * Float32Array.BYTES_PER_ELEMENT)) - 1;
  if (delay > most) throw wrongValue('learning.gradientDelay', 'a delay whose parameters take at most 1 GiB', delay, `; with networks of this size it can be ${Math.max(0, most)}`);
  return Array.from({ length: delay + 1 }, () => createSnapshot(kernels, live));
}

function createSnapshot(kernels: Kernels, live: readonly Float32Array[]): ParameterSnapshot {
  const copies = live.map((part) => kernels.numbers(part.length));
  const [actorValues, actorTarget, criticValues, criticTarget] = copies;
  return {
    actor: { values: actorValues, target: actorTarget },
    critic: { values: criticValues, target: criticTarget },
    criticStepped: criticValues,
    copy() {
      for (let i = 0; i < live.length; i += 1) copies[i].set(live[i]);
    },
  };
}
