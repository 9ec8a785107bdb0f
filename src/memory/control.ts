import type { Arena } from './arena.js';
import type { BlockRequest } from './layout.js';

/** The words of the `control` block: counters and flags that threads read and write with Atomics. */
export const WORD = {
  /** Counts the notifications of the event count. */
  notifications: 0,
  /** Threads that sleep on the event count. */
  sleepers: 1,
  /** 1 once a partition has failed or the run is closed: every thread leaves its command. */
  abort: 2,
  /** 1 once the environment loop takes no further step in this command. */
  finished: 3,
  /** The command ends at this environment step; lowered to stop early. */
  stepLimit: 4,
  /** Number of the observation that is submitted, from 1. */
  observationNumber: 5,
  /** Environment steps taken. */
  steps: 6,
  /** Slots ever written to the replay. */
  stored: 7,
  /** Episodes ended. */
  episodes: 8,
  /** Commits of the environment cursors; its parity selects the valid records. */
  cursorRecord: 9,
  /** Episodes of the current evaluation that have ended. */
  episodesEvaluated: 10,
} as const;

/** Words and counters are int32. */
export const LARGEST_WORD = 2 ** 31 - 1;

/** The words that a checkpoint keeps. All others belong to running threads. */
export const KEPT_WORDS = ['cursorRecord', 'steps', 'stored', 'episodes'] as const;

const WORDS = 16;

/** Int32 words between two partitions' counters: one cache line, to avoid false sharing. */
const STRIDE = 16;

/** Counters of each partition that all may read; every one on a cache line of its own. */
const COUNTERS = ['version', 'ticksDone', 'inferenceVersion', 'barrierCount', 'heartbeat', 'hang'] as const;

/** With several groups of environments: the control words that each group has of its own. */
const GROUP_WORDS = ['observationNumber', 'steps', 'cursorRecord'] as const;

/** @param groups of environments, each with an observation number and tick counters of its own */
export function controlBlocks(partitions: number, groups = 1): BlockRequest[] {
  const counters = COUNTERS.map((name): BlockRequest => ({
    name,
    type: 'int32',
    shape: [partitions, name === 'ticksDone' ? Math.ceil(groups / STRIDE) * STRIDE : STRIDE],
    owner: 'each partition its own row',
    ...(name !== 'version' && { scratch: true }), // a command submits the observation anew, as number 1
  }));
  return [{ name: 'control', type: 'int32', shape: [WORDS], owner: 'by word: supervisor or host', scratch: true }, ...counters, ...(groups > 1 ? groupBlocks(groups) : [])];
}

function groupBlocks(groups: number): BlockRequest[] {
  return GROUP_WORDS.map((name) => ({ name: `group/${name}`, type: 'int32', shape: [groups], owner: "the environments' host", ...(name !== 'cursorRecord' && { scratch: true }) }));
}

/** One word that all read. */
export interface Word {
  get(): number;
  set(value: number): void;
}

/** The words of a group of environments that are submitted and stepped together. */
export type GroupWords = Readonly<Record<(typeof GROUP_WORDS)[number], Word>>;

/** One counter of every partition. */
export interface PartitionCounter {
  get(partition: number): number;
  set(partition: number, value: number): void;
  /** The minimum over all partitions. */
  least(): number;
}

/** The control words and counters for one thread. */
export interface Control {
  readonly words: Int32Array;
  /** Updates that a partition has finished: the version of its weights. */
  readonly version: PartitionCounter;
  /** Of each group of environments, the ticks that a partition has done over all observations submitted so far. */
  readonly ticksDone: readonly PartitionCounter[];
  /** Of each group: number of the submitted observation, steps taken, commits of its cursors. */
  readonly groups: readonly GroupWords[];
  /** Version of the weights that a partition's last inference used. */
  readonly inferenceVersion: PartitionCounter;
  /** Gates that a partition has reached: a barrier counts them. */
  readonly barrierCount: PartitionCounter;
  /** Counts resumptions of a partition's tasks: it does not change while the partition hangs. */
  readonly heartbeat: PartitionCounter;
  /** Injected fault: 1 if the partition is to hang. */
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
