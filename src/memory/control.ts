import type { Arena } from './arena.js';
import type { BlockRequest } from './layout.js';

/** The words of the `control` block: counters and flags that threads read and write with Atomics. */
export const WORD = {
  /** Rung at every change somebody may be waiting for. */
  bell: 0,
  /** Threads asleep on the bell. */
  sleepers: 1,
  /** 1 once a partition has failed or the simulation is closed: everybody leaves at once. */
  abort: 2,
  /** 1 once the environment's host takes no further step in this run. */
  finished: 3,
  /** The run ends at this environment step; lowered to stop early. */
  until: 4,
  /** Number of the observation now in the input voltages, from 1. */
  clock: 5,
  /** Environment steps taken. */
  steps: 6,
  /** Slots ever written to the replay. */
  stored: 7,
  /** Episodes ended. */
  episodes: 8,
  /** Times that the environment's host has said where it stands: says which of its two records is the valid one. */
  commit: 9,
  /** Times that what partitions have said was taken back, because neurons died or were born: nobody takes what is older. */
  epoch: 10,
  /** Episodes of the evaluation at hand that have ended. */
  evaluated: 11,
} as const;

/** The words that a checkpoint keeps: what has happened. All others are about threads at work. */
export const KEPT_WORDS = ['commit', 'steps', 'stored', 'episodes'] as const;

const WORDS = 16;

/** Int32 words between two partitions' counters: one cache line, so that counting does not slow a neighbour down. */
const STRIDE = 16;

/** Counters that each partition keeps and all may read; every one on a cache line of its own. */
const COUNTERS = ['version', 'progress', 'actedVersion', 'phase', 'pulse', 'hang'] as const;

export function controlBlocks(partitions: number): BlockRequest[] {
  const counters = COUNTERS.map((name): BlockRequest => ({
    name,
    type: 'int32',
    shape: [partitions, STRIDE],
    owner: 'each partition its own row',
    ...(name !== 'version' && { scratch: true }), // a run begins by showing the observation anew, as number 1
  }));
  return [{ name: 'control', type: 'int32', shape: [WORDS], owner: 'by word: supervisor or host', scratch: true }, ...counters];
}

/** One counter of every partition. */
export interface PartitionCounter {
  get(partition: number): number;
  set(partition: number, value: number): void;
  /** The smallest over all partitions. */
  least(): number;
}

/** The control words and counters as one thread sees them. */
export interface Control {
  readonly words: Int32Array;
  /** Updates that a partition has finished: the version of its weights. */
  readonly version: PartitionCounter;
  /** Acting phases that a partition has finished: ticks over all observations shown so far. */
  readonly progress: PartitionCounter;
  /** Version of the weights behind the voltages that a partition acted with last. */
  readonly actedVersion: PartitionCounter;
  /** Gates that a partition has come to: a barrier counts them. */
  readonly phase: PartitionCounter;
  /** Looks that a partition has taken around: it stands still where the partition hangs. */
  readonly pulse: PartitionCounter;
  /** Set to 1 where the partition is to hang at its next look, a fault on purpose. */
  readonly hang: PartitionCounter;
}

export function attachControl(arena: Arena): Control {
  const [version, progress, actedVersion, phase, pulse, hang] = COUNTERS.map((name) => attachCounter(arena.int32(name)));
  return { words: arena.int32('control'), version, progress, actedVersion, phase, pulse, hang };
}

function attachCounter(words: Int32Array): PartitionCounter {
  return {
    get: (partition) => Atomics.load(words, partition * STRIDE),
    set(partition, value) {
      Atomics.store(words, partition * STRIDE, value);
    },
    least() {
      let least = Atomics.load(words, 0);
      for (let i = STRIDE; i < words.length; i += STRIDE) least = Math.min(least, Atomics.load(words, i));
      return least;
    },
  };
}
