import { SLOT, type ReplayRing, type RingShape } from './ring.js';

/** A minibatch of transitions, but for the voltages, which lie on a board. */
export interface Transitions {
  readonly size: number;
  /** Reward times the reward scale; [size] */
  readonly reward: Float32Array;
  /** Discount γ, or 0 where the transition terminated the episode (a truncated one keeps its bootstrap); [size] */
  readonly continuation: Float32Array;
  /** Voltages as acted, exploration included, of the neurons that explore; [explorers, size], row-major */
  readonly acted: Float32Array;
}

/** Gives out memory for numbers. */
export interface Room {
  numbers(length: number): Float32Array;
}

/** Room for a minibatch of `size` transitions. */
export function createTransitions(room: Room, { explorers }: Pick<RingShape, 'explorers'>, size: number): Transitions {
  return { size, reward: room.numbers(size), continuation: room.numbers(size), acted: room.numbers(explorers * size) };
}

export interface MinibatchScale {
  readonly rewardScale: number;
  readonly discount: number;
}

/**
 * Copies transitions out of the replay.
 *
 * Reads: the slots, each with its successor. Writes: `transitions`, and the input neurons' voltages on the board: the states
 * in lanes 0 up to size, their successors in lanes size up to 2·size.
 *
 * @param slots as the sampler drew them; [size]
 */
export function loadMinibatch(
  replay: Omit<ReplayRing, 'link' | 'write'>,
  slots: Int32Array,
  { rewardScale, discount }: MinibatchScale,
  { voltages, lanes }: { readonly voltages: Float32Array; readonly lanes: number },
  { size, reward, continuation, acted }: Transitions,
): void {
  const { capacity, inputs, explorers, next, inputVoltages, acted: allActed, reward: allRewards, kind } = replay;
  for (let b = 0; b < size; b += 1) {
    const slot = slots[b];
    const last = slot + (next === undefined ? 1 : next[slot]);
    const successor = (last < capacity ? last : last - capacity) * inputs;
    reward[b] = rewardScale * allRewards[slot];
    continuation[b] = kind[slot] === SLOT.terminal ? 0 : discount;
    for (let e = 0; e < explorers; e += 1) acted[e * size + b] = allActed[slot * explorers + e];
    for (let i = 0, to = b; i < inputs; i += 1, to += lanes) {
      voltages[to] = inputVoltages[slot * inputs + i];
      voltages[to + size] = inputVoltages[successor + i];
    }
  }
}

/**
 * Copies the voltages that one slot's explorers acted with onto a lane of a board.
 *
 * Writes: neurons from `firstExplorer` on, lane `lane`.
 */
export function loadActed(
  { acted, explorers }: ReplayRing,
  slot: number,
  firstExplorer: number,
  { voltages, lanes }: { readonly voltages: Float32Array; readonly lanes: number },
  lane: number,
): void {
  for (let e = 0; e < explorers; e += 1) voltages[(firstExplorer + e) * lanes + lane] = acted[slot * explorers + e];
}
