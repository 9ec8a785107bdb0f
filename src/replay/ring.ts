import type { Arena } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';

/** What a slot holds. */
export const SLOT = {
  /** A transition to the slot after it. */
  transition: 0,
  /** A transition that terminated the episode: no bootstrap. */
  terminal: 1,
  /** Only the last observation of an episode, so that a truncated one keeps its bootstrap. Never sampled. */
  final: 2,
} as const;
export type SlotKind = (typeof SLOT)[keyof typeof SLOT];

export interface RingShape {
  readonly capacity: number;
  /** Input neurons, bias included. */
  readonly inputs: number;
  /** Neurons that explore. */
  readonly stochasticNeurons: number;
  /** Environments that store into it; 1 unless given. */
  readonly environments?: number;
}

export function replayBlocks({ capacity, inputs, stochasticNeurons, environments = 1 }: RingShape): BlockRequest[] {
  const owner = "the environment's host";
  return [
    { name: 'replay/inputs', type: 'float32', shape: [capacity, inputs], owner, ring: true },
    { name: 'replay/acted', type: 'float32', shape: [capacity, stochasticNeurons], owner, ring: true },
    { name: 'replay/reward', type: 'float32', shape: [capacity], owner, ring: true },
    { name: 'replay/kind', type: 'int32', shape: [capacity], owner, ring: true },
    ...(environments > 1 ? [{ name: 'replay/next', type: 'int32', shape: [capacity], owner, ring: true } as const] : []),
  ];
}

/** What the slots of a ring hold. */
export interface RingArrays {
  /** Voltages of the input neurons; [capacity, inputs], row-major */
  readonly inputVoltages: Float32Array;
  /** Voltages acted with, exploration included; [capacity, stochasticNeurons], row-major */
  readonly sampled: Float32Array;
  readonly reward: Float32Array;
  readonly kind: Int32Array;
  /** Slots from each to its successor, 0 while that is not stored; absent where it is always the slot after it; [capacity] */
  readonly next?: Int32Array;
}

/**
 * The shared replay ring, one slot per observation in order of arrival: the successor of a slot is the
 * slot after it, or where several environments store into it, as many slots on as `next` gives. One writer, the environment loop; every partition reads.
 * A slot counts once `stored` has passed it.
 */
export interface ReplayRing extends RingShape, RingArrays {
  /** Slots ever written. */
  stored(): number;
  /** Host only. Copies a lane of the activations' voltages, those of one observation, and what followed it into slot number `stored`, which does not count yet. */
  write(stored: number, voltages: Float32Array, firstStochastic: number, reward: number, kind: SlotKind, lanes?: number, lane?: number): void;
  /** Host only. Makes one slot the successor of another, both by number, unless that is about to be overwritten, or has been. @param stored slots ever written */
  link(slot: number, successor: number, stored: number): void;
}

export function attachReplay(arena: Arena, shape: RingShape): ReplayRing {
  const words = arena.int32('control');
  const next = (shape.environments ?? 1) > 1 ? arena.int32('replay/next') : undefined;
  const arrays = { inputVoltages: arena.float32('replay/inputs'), sampled: arena.float32('replay/acted'), reward: arena.float32('replay/reward'), kind: arena.int32('replay/kind'), ...(next && { next }) };
  return createRing(shape, arrays, () => Atomics.load(words, WORD.stored));
}

/** A ring on arrays. @param stored slots ever written */
export function createRing(shape: RingShape, arrays: RingArrays, stored: () => number): ReplayRing {
  const { capacity, inputs, stochasticNeurons } = shape;
  const { inputVoltages, sampled, reward: rewards, kind: kinds, next } = arrays;

  function write(stored: number, voltages: Float32Array, firstStochastic: number, reward: number, kind: SlotKind, lanes = 1, lane = 0): void {
    const slot = stored % capacity;
    if (next) next[slot] = 0;
    for (let i = 0; i < inputs; i += 1) inputVoltages[slot * inputs + i] = voltages[i * lanes + lane];
    for (let i = 0; i < stochasticNeurons; i += 1) sampled[slot * stochasticNeurons + i] = voltages[(firstStochastic + i) * lanes + lane];
    rewards[slot] = reward;
    kinds[slot] = kind;
  }

  return {
    ...shape,
    ...arrays,
    stored,
    write,
    link(slot, successor, stored) {
      if (next && stored - slot < capacity) next[slot % capacity] = successor - slot;
    },
  };
}
