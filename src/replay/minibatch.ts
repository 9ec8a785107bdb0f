import { SLOT, type ReplayRing, type RingShape } from './ring.js';

/** A minibatch of transitions, but for the voltages, which lie in activations. */
export interface Transitions {
  readonly size: number;
  /** Reward times the reward scale; [size] */
  readonly reward: Float32Array;
  /** Discount γ, or 0 where the transition terminated the episode (a truncated one keeps its bootstrap); [size] */
  readonly discounts: Float32Array;
  /** Voltages as acted, exploration included, of the neurons that explore; [stochasticNeurons, size], row-major */
  readonly sampled: Float32Array;
}

/** A minibatch that comes out of a replay. */
export interface Minibatch extends Transitions {
  /** Slots of the successors; [size] */
  readonly successors: Int32Array;
}

/** Gives out memory for numbers. */
export interface Room {
  numbers(length: number): Float32Array;
}

/** Room for a minibatch of `size` transitions. */
export function createTransitions(room: Room, { stochasticNeurons }: Pick<RingShape, 'stochasticNeurons'>, size: number): Minibatch {
  return { size, reward: room.numbers(size), discounts: room.numbers(size), successors: new Int32Array(size), sampled: room.numbers(stochasticNeurons * size) };
}

/** Makes lanes of rows, as the kernels do. */
export interface Gatherer {
  gatherLanes(from: Float32Array, width: number, rows: Int32Array, to: Float32Array, lanes: number, lane: number): void;
}

export interface MinibatchScale {
  readonly rewardScale: number;
  readonly discount: number;
}

/**
 * Copies transitions out of the replay.
 *
 * Reads: the slots, each with its successor. Writes: the minibatch, and the input neurons' voltages in the activations: the states
 * in lanes 0 up to size, their successors in lanes size up to 2·size.
 *
 * @param slots as the sampler drew them; [size]
 */
export function loadMinibatch(
  gatherer: Gatherer,
  replay: Omit<ReplayRing, 'link' | 'write'>,
  slots: Int32Array,
  { rewardScale, discount }: MinibatchScale,
  { voltages, lanes }: { readonly voltages: Float32Array; readonly lanes: number },
  { size, reward, discounts, successors, sampled }: Minibatch,
): void {
  const { capacity, inputs, stochasticNeurons, next, inputVoltages, sampled: allActed, reward: allRewards, kind } = replay;
  for (let b = 0; b < size; b += 1) {
    const slot = slots[b];
    const last = slot + (next === undefined ? 1 : next[slot]);
    successors[b] = last < capacity ? last : last - capacity;
    reward[b] = rewardScale * allRewards[slot];
    discounts[b] = kind[slot] === SLOT.terminal ? 0 : discount;
  }
  gatherer.gatherLanes(allActed, stochasticNeurons, slots, sampled, size, 0);
  gatherer.gatherLanes(inputVoltages, inputs, slots, voltages, lanes, 0);
  gatherer.gatherLanes(inputVoltages, inputs, successors, voltages, lanes, size);
}

/**
 * Copies the voltages that one slot's explorers acted with onto a lane of activations.
 *
 * Writes: neurons from `firstStochastic` on, lane `lane`.
 */
export function loadSampled(
  { sampled, stochasticNeurons }: ReplayRing,
  slot: number,
  firstStochastic: number,
  { voltages, lanes }: { readonly voltages: Float32Array; readonly lanes: number },
  lane: number,
): void {
  for (let e = 0; e < stochasticNeurons; e += 1) voltages[(firstStochastic + e) * lanes + lane] = sampled[slot * stochasticNeurons + e];
}
