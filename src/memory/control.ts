import type { Arena } from './arena.js';
import type { BlockRequest } from './layout.js';

/** The words of the `control` block: counters and flags that threads read and write with Atomics. */
export const WORD = {
  /** Rung at every change somebody may be waiting for. */
  notifications: 0,
  /** Threads asleep on the bell. */
  sleepers: 1,
  /** 1 once a partition has failed or the simulation is closed: everybody leaves at once. */
  abort: 2,
  /** 1 once the environment's host takes no further step in this run. */
  finished: 3,
  /** The run ends at this environment step; lowered to stop early. */
  stepLimit: 4,
  /** Number of the observation now in the input voltages, from 1. */
  observationNumber: 5,
  /** Environment steps taken. */
  steps: 6,
  /** Slots ever written to the replay. */
  stored: 7,
  /** Episodes ended. */
  episodes: 8,
  /** Times that the environment's host has said where it stands: says which of its two records is the valid one. */
  cursorRecord: 9,
  /** Episodes of the evaluation at hand that have ended. */
  episodesEvaluated: 10,
} as const;

/** Words and counters are int32. */
export const LARGEST_WORD = 2 ** 31 - 1;

/** The words that a checkpoint keeps: what has happened. All others are about threads at work. */
export const KEPT_WORDS = ['cursorRecord', 'steps', 'stored', 'episodes'] as const;

const EXPLANATIONS = 16;

/** Int32 words between two partitions' counters: one cache line, so that counting does not slow a neighbour down. */
const STRIDE = 16;

/** Counters that each partition keeps and all may read; every one on a cache line of its own. */
const COUNTERS = ['version', 'ticksDone', 'inferenceVersion', 'barrierCount', 'heartbeat', 'hang'] as const;

/** Where there are several groups of environments: the words of each that one group has among the control words. */
const GROUP_WORDS = ['observationNumber', 'steps', 'cursorRecord'] as const;

/** @param groups of environments, each with a clock and a progress of its own */
export function controlBlocks(partitions: number, groups = 1): BlockRequest[] {
  const counters = COUNTERS.map((name): BlockRequest => ({
    name,
    type: 'int32',
    shape: [partitions, name === 'ticksDone' ? Math.ceil(groups / STRIDE) * STRIDE : STRIDE],
    owner: 'each partition its own row',
    ...(name !== 'version' && { scratch: true }), // a run begins by showing the observation anew, as number 1
  }));
  return [{ name: 'control', type: 'int32', shape: [EXPLANATIONS], owner: 'by word: supervisor or host', scratch: true }, ...counters, ...(groups > 1 ? groupBlocks(groups) : [])];
}

function groupBlocks(groups: number): BlockRequest[] {
  return GROUP_WORDS.map((name) => ({ name: `group/${name}`, type: 'int32', shape: [groups], owner: "the environments' host", ...(name !== 'cursorRecord' && { scratch: true }) }));
}

/** One word that all read. */
export interface Word {
  get(): number;
  set(value: number): void;
}

/** What there is to know of a group of environments that are shown and stepped together. */
export type GroupWords = Readonly<Record<(typeof GROUP_WORDS)[number], Word>>;

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
  /** Of each group of environments, the acting phases that a partition has finished: ticks over all observations shown so far. */
  readonly ticksDone: readonly PartitionCounter[];
  /** Of each group: number of the observation now in the input voltages, steps taken, times that the host has said where it stands. */
  readonly groups: readonly GroupWords[];
  /** Version of the weights behind the voltages that a partition acted with last. */
  readonly inferenceVersion: PartitionCounter;
  /** Gates that a partition has come to: a barrier counts them. */
  readonly barrierCount: PartitionCounter;
  /** Looks that a partition has taken around: it stands still where the partition hangs. */
  readonly heartbeat: PartitionCounter;
  /** Set to 1 where the partition is to hang at its next look, a fault on purpose. */
  readonly hang: PartitionCounter;
}

export function attachControl(arena: Arena): Control {
  const words = arena.int32('control');
  const groups = attachGroups(arena, words);
  const [version, , inferenceVersion, barrierCount, heartbeat, hang] = COUNTERS.map((name) => attachCounter(arena.int32(name), STRIDE, 0));
  const phases = arena.int32('ticksDone');
  const row = phases.length / (arena.int32('version').length / STRIDE);
  return { words, version, ticksDone: groups.map((_, group) => attachCounter(phases, row, group)), groups, inferenceVersion, barrierCount, heartbeat, hang };
}

function attachGroups(arena: Arena, words: Int32Array): GroupWords[] {
  if (!arena.blocks.some(({ name }) => name === 'group/observationNumber')) return [{ observationNumber: wordOf(words, WORD.observationNumber), steps: wordOf(words, WORD.steps), cursorRecord: wordOf(words, WORD.cursorRecord) }];
  const [clocks, steps, commits] = GROUP_WORDS.map((name) => arena.int32(`group/${name}`));
  return Array.from(clocks, (_, group) => ({ observationNumber: wordOf(clocks, group), steps: wordOf(steps, group), cursorRecord: wordOf(commits, group) }));
}

function wordOf(words: Int32Array, at: number): Word {
  return {
    get: () => Atomics.load(words, at),
    set(value) {
      Atomics.store(words, at, value);
    },
  };
}

/** @param stride words between two partitions' counters */
function attachCounter(words: Int32Array, stride: number, first: number): PartitionCounter {
  return {
    get: (partition) => Atomics.load(words, partition * stride + first),
    set(partition, value) {
      Atomics.store(words, partition * stride + first, value);
    },
    least() {
      let least = Atomics.load(words, first);
      for (let i = first + stride; i < words.length; i += stride) least = Math.min(least, Atomics.load(words, i));
      return least;
    },
  };
}
