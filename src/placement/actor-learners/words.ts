import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';

/** Counters that all threads read and write with Atomics, each on a cache line of its own. */
const LINE = 16;

const WORDS = {
  /** Updates of the shared weights: the version of these. */
  version: 0,
  /** Copies made to the target network. */
  targets: 1,
  /** The same before the current synchronous update. */
  targetsBefore: 2,
  /** 2 · version + 1 during a synchronous update. */
  stage: 3,
  /** The version at which a synchronous run halts; -1 where none is known yet. */
  halt: 4,
} as const;

const NAME = 'learning/words';
const PROBES = 'learning/probes';
const LOSSES = 'learning/losses';

/** Numbers of the probe: four vectors of four. */
export const PROBE_NUMBERS = 16;

export function wordBlocks(): BlockRequest[] {
  return [
    { name: NAME, type: 'int32', shape: [Object.keys(WORDS).length, LINE], owner: 'all threads, with Atomics' },
    { name: LOSSES, type: 'float64', shape: [2], owner: 'the supervisor, between commands' },
    { name: PROBES, type: 'float32', shape: [PROBE_NUMBERS], owner: 'all threads, without locks', scratch: true },
  ];
}

/** One shared counter. */
export interface Counter {
  get(): number;
  set(value: number): void;
  /** @returns the value before */
  add(count: number): number;
  /** Sets it where it has the value expected. @returns whether it had */
  exchange(expected: number, value: number): boolean;
}

export type LearningWords = Readonly<Record<keyof typeof WORDS, Counter>>;

export function attachWords(arena: Arena): LearningWords {
  const words = arena.int32(NAME);
  const counter = (index: number): Counter => {
    const at = index * LINE;
    return {
      get: () => Atomics.load(words, at),
      set: (value) => { Atomics.store(words, at, value); },
      add: (count) => Atomics.add(words, at, count),
      exchange: (expected, value) => Atomics.compareExchange(words, at, expected, value) === expected,
    };
  };
  return { version: counter(WORDS.version), targets: counter(WORDS.targets), targetsBefore: counter(WORDS.targetsBefore), stage: counter(WORDS.stage), halt: counter(WORDS.halt) };
}

export const attachProbe = (arena: Arena): Float32Array => arena.float32(PROBES); // shared, racy on purpose (Hogwild)

/** Steps of single numbers that probes were to take since the first step, and those that did not survive; [2] */
export const attachLosses = (arena: Arena): Float64Array => arena.float64(LOSSES);

/** Name of the block of virtual time. */
export const VIRTUAL_TIME = 'virtual/time';
const STARTED = 'virtual/started';

export const virtualBlocks = (): BlockRequest[] => [
  { name: VIRTUAL_TIME, type: 'float64', shape: [1], owner: 'the only worker' },
  { name: STARTED, type: 'int32', shape: [1], owner: 'the only worker', scratch: true },
];

/** Seconds of virtual time so far; [1] */
export const attachVirtualTime = (arena: Arena): Float64Array => arena.float64(VIRTUAL_TIME);

/** Whether a worker of this process has started virtual time; [1] */
export const attachStarted = (arena: Arena): Int32Array => arena.int32(STARTED);
