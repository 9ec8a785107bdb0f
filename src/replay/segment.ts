import type { BoxType } from '../environment/environment.js';
import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import { SLOT, type SlotKind } from './ring.js';

/** Segments of a replay, each a ring of slots with one writer: many actors write without locks. */
export interface SegmentShape {
  readonly segments: number;
  /** Slots of each segment. */
  readonly capacity: number;
  /** Numbers in an observation. */
  readonly observations: number;
  /** How an observation's numbers are stored: as its space holds them. */
  readonly type: BoxType;
  /** Numbers in an action. */
  readonly components: number;
}

/** Int32 words between two segments' counts: one cache line, to avoid false sharing. */
const STRIDE = 16;

export function segmentBlocks({ segments, capacity, observations, type, components }: SegmentShape): BlockRequest[] {
  const rows = segments * capacity;
  const ring = segments === 1 && { ring: true as const };
  const owner = 'each writer the rows of its segment';
  return [
    { name: 'replay/observation', type, shape: [rows, observations], owner, ...ring },
    { name: 'replay/action', type: 'float32', shape: [rows, components], owner, ...ring },
    { name: 'replay/reward', type: 'float32', shape: [rows], owner, ...ring },
    { name: 'replay/kind', type: 'int32', shape: [rows], owner, ...ring },
    { name: 'replay/stored', type: 'int32', shape: [segments, STRIDE], owner },
  ];
}

/**
 * Slots in order of arrival: one for each observation, with the action and the reward that followed it. The last observation of an episode has a
 * slot of its own, of kind `final`. Rows are numbered over all segments: slot `number` of a segment lies at row `segment * capacity + number % capacity`.
 */
export interface Segments extends SegmentShape {
  readonly observation: Float32Array | Float64Array | Uint8Array;
  readonly action: Float32Array;
  readonly reward: Float32Array;
  readonly kind: Int32Array;
  /** Slots ever written to a segment. */
  stored(segment: number): number;
  /** Slots written to its segment since the one that a row holds; negative for a row that holds none yet. */
  age(row: number): number;
  /** Number of the slot that a row holds: it shows whether a row has been overwritten meanwhile. */
  stamp(row: number): number;
}

export function attachSegments(arena: Arena, shape: SegmentShape): Segments {
  const { capacity, type } = shape;
  const counts = arena.int32('replay/stored');
  const stored = (segment: number) => Atomics.load(counts, segment * STRIDE);

  function age(row: number): number {
    const segment = Math.floor(row / capacity);
    const count = stored(segment);
    const newest = (count - 1) % capacity;
    const position = row - segment * capacity;
    if (position <= newest) return newest - position;
    return count < capacity ? -1 : newest - position + capacity;
  }

  return {
    ...shape,
    observation: arena[type]('replay/observation'),
    action: arena.float32('replay/action'),
    reward: arena.float32('replay/reward'),
    kind: arena.int32('replay/kind'),
    stored,
    age,
    stamp: (row) => stored(Math.floor(row / capacity)) - 1 - age(row),
  };
}

/** The only writer of a segment. A slot counts once `publish` has passed it, so that a writer that was terminated before can write it again. */
export interface SegmentWriter {
  write(number: number, observation: ArrayLike<number>, action: ArrayLike<number>, reward: number, kind: Exclude<SlotKind, typeof SLOT.final>): void;
  /** The last observation of an episode. */
  writeLast(number: number, observation: ArrayLike<number>): void;
  publish(stored: number): void;
}

/** @param segment that the caller alone writes */
export function createSegmentWriter(arena: Arena, segments: Segments, segment: number): SegmentWriter {
  const { capacity, observations, components, observation, action, reward, kind } = segments;
  const counts = arena.int32('replay/stored');
  const rowOf = (number: number) => segment * capacity + (number % capacity);

  function see(row: number, seen: ArrayLike<number>): void {
    for (let i = 0; i < observations; i += 1) observation[row * observations + i] = seen[i];
  }

  return {
    write(number, seen, acted, followed, what) {
      const row = rowOf(number);
      see(row, seen);
      for (let i = 0; i < components; i += 1) action[row * components + i] = acted[i];
      reward[row] = followed;
      kind[row] = what;
    },
    writeLast(number, seen) {
      const row = rowOf(number);
      see(row, seen);
      action.fill(0, row * components, (row + 1) * components);
      reward[row] = 0;
      kind[row] = SLOT.final;
    },
    publish(stored) {
      Atomics.store(counts, segment * STRIDE, stored);
    },
  };
}

