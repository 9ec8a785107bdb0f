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
  readonly explorers: number;
}

export function replayBlocks({ capacity, inputs, explorers }: RingShape): BlockRequest[] {
  const owner = "the environment's host";
  return [
    { name: 'replay/inputs', type: 'float32', shape: [capacity, inputs], owner, ring: true },
    { name: 'replay/acted', type: 'float32', shape: [capacity, explorers], owner, ring: true },
    { name: 'replay/reward', type: 'float32', shape: [capacity], owner, ring: true },
    { name: 'replay/kind', type: 'int32', shape: [capacity], owner, ring: true },
  ];
}

/**
 * The shared ring of experience, one slot per observation in the order they were seen: the successor of a slot is the
 * slot after it. One writer, the environment's host; every partition reads. A slot counts once `stored` has passed it.
 */
export interface ReplayRing extends RingShape {
  /** Voltages of the input neurons; [capacity, inputs], row-major */
  readonly inputVoltages: Float32Array;
  /** Voltages acted with, exploration included; [capacity, explorers], row-major */
  readonly acted: Float32Array;
  readonly reward: Float32Array;
  readonly kind: Int32Array;
  /** Slots ever written. */
  stored(): number;
  /** Host only. Copies the board's voltages of one observation and what followed it into slot number `stored`, which does not count yet. */
  write(stored: number, voltages: Float32Array, firstExplorer: number, reward: number, kind: SlotKind): void;
  /** Host only. Writes the next slot, and counts it. */
  append(voltages: Float32Array, firstExplorer: number, reward: number, kind: SlotKind): void;
}

export function attachReplay(arena: Arena, shape: RingShape): ReplayRing {
  const { capacity, inputs, explorers } = shape;
  const words = arena.int32('control');
  const inputVoltages = arena.float32('replay/inputs');
  const acted = arena.float32('replay/acted');
  const rewards = arena.float32('replay/reward');
  const kinds = arena.int32('replay/kind');

  function write(stored: number, voltages: Float32Array, firstExplorer: number, reward: number, kind: SlotKind): void {
    const slot = stored % capacity;
    for (let i = 0; i < inputs; i += 1) inputVoltages[slot * inputs + i] = voltages[i];
    for (let i = 0; i < explorers; i += 1) acted[slot * explorers + i] = voltages[firstExplorer + i];
    rewards[slot] = reward;
    kinds[slot] = kind;
  }

  return {
    ...shape,
    inputVoltages,
    acted,
    reward: rewards,
    kind: kinds,
    stored: () => Atomics.load(words, WORD.stored),
    write,
    append(voltages, firstExplorer, reward, kind) {
      const stored = Atomics.load(words, WORD.stored);
      write(stored, voltages, firstExplorer, reward, kind);
      Atomics.store(words, WORD.stored, stored + 1);
    },
  };
}
