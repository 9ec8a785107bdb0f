import type { Arena } from '../memory/arena.js';
import { attachControl, WORD } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import { startCursor, type EnvironmentCursor, type EnvironmentGroup } from './cursor.js';
import type { Environment } from './environment.js';

/** The numbers of a cursor in front of observation and state, in their order in the record; `ended` follows as 0 or 1. */
const COUNTERS = ['stored', 'steps', 'episodes', 'episodeReturn', 'length', 'slot', 'previous'] as const;
const ENDED = COUNTERS.length;
const FRONT = COUNTERS.length + 1;

/** Name of the block of cursors. */
export const CURSORS = 'cursors';

/**
 * @param observations numbers in an observation
 * @param state numbers in an environment's state
 */
export function cursorBlock(environments: number, observations: number, state: number): BlockRequest {
  return { name: CURSORS, type: 'float64', shape: [environments, 2, FRONT + observations + state], owner: 'the environment loop' };
}

const TOTALS = ['stored', 'steps', 'episodes'] as const;

/** Slots, steps and episodes of all environments together. */
export type Totals = Record<(typeof TOTALS)[number], number>;

/** Makes one slot of the replay the successor of another, both by number. @param stored slots ever written */
export type LinkSlots = (slot: number, successor: number, stored: number) => void;

/**
 * Keeps the cursors of all environments in the arena, in two alternating records each. A group's word `cursorRecord` counts commits, and its parity
 * selects the valid records; its store makes a commit atomic. Links of the replay and the counters that others read follow; attaching publishes them
 * again. A thread that is terminated between any two writes leaves cursors from which a loop can continue, with no transition lost or doubled.
 */
export interface CursorStore {
  /** Totals of the committed cursors. */
  totals(): Readonly<Totals>;
  /** Commits a group's cursors and publishes their counters. What they count must have been written before. */
  commit(group: number, cursors: readonly EnvironmentCursor[]): void;
  /** The group's committed cursors, with the environments in the states they had; at the first call, cursors of fresh episodes, which it commits. */
  restore(group: number, environments: readonly Environment[]): EnvironmentCursor[];
}

export function attachCursorStore(arena: Arena, groups: readonly EnvironmentGroup[], observations: number, link?: LinkSlots): CursorStore {
  const { words, groups: groupWords } = attachControl(arena);
  const records = arena.float64(CURSORS);
  const environments = groups[groups.length - 1].end;
  const size = records.length / (2 * environments);
  const counted = groups.map((): Totals => ({ stored: 0, steps: 0, episodes: 0 }));
  const totals: Totals = { stored: 0, steps: 0, episodes: 0 };

  function count(group: number, cursors: readonly EnvironmentCursor[]): void {
    for (const key of TOTALS) {
      let sum = 0;
      for (const cursor of cursors) sum += cursor[key];
      totals[key] += sum - counted[group][key];
      counted[group][key] = sum;
    }
  }

  /** Links before slots count, and slots before steps: a step that counts has its slot. */
  function publishCounters(group: number, cursors: readonly EnvironmentCursor[]): void {
    if (link !== undefined) {
      for (const { previous, slot, ended } of cursors) {
        if (previous >= 0) link(previous, slot, totals.stored);
        if (ended) link(slot, slot + 1, totals.stored);
      }
    }
    Atomics.store(words, WORD.stored, totals.stored);
    Atomics.store(words, WORD.episodes, totals.episodes);
    Atomics.store(words, WORD.steps, totals.steps);
    if (groups.length > 1) groupWords[group].steps.set(counted[group].steps);
  }

  function write(at: number, cursor: EnvironmentCursor): void {
    for (let i = 0; i < COUNTERS.length; i += 1) records[at + i] = cursor[COUNTERS[i]];
    records[at + ENDED] = cursor.ended ? 1 : 0;
    for (let i = 0; i < observations; i += 1) records[at + FRONT + i] = cursor.observation[i];
    for (let i = 0; i < cursor.state.length; i += 1) records[at + FRONT + observations + i] = cursor.state[i];
  }

  function commit(group: number, cursors: readonly EnvironmentCursor[]): void {
    const { cursorRecord } = groupWords[group];
    const next = cursorRecord.get() + 1;
    for (let lane = 0; lane < cursors.length; lane += 1) write((2 * (groups[group].begin + lane) + (next % 2)) * size, cursors[lane]);
    cursorRecord.set(next);
    count(group, cursors);
    publishCounters(group, cursors);
  }

  const read = (group: number) => readCursors(records, groups[group], groupWords[group].cursorRecord.get(), environments, observations);
  const saved = groups.map((_, group) => read(group) ?? []);
  saved.forEach((cursors, group) => { count(group, cursors); }); // all of them before any is published: partial sums are too small
  saved.forEach((cursors, group) => { if (cursors.length > 0) publishCounters(group, cursors); });

  return {
    totals: () => totals,
    commit,
    restore(group, own) {
      const cursors = read(group);
      if (cursors !== undefined) {
        cursors.forEach(({ state }, i) => { own[i].setState(state); });
        return cursors;
      }
      const first = own.map((environment) => ({ ...startCursor(environment.reset()), state: environment.getState() }));
      commit(group, first);
      return first;
    },
  };
}

/** The state that the arena's first environment was committed with; undefined before the first commit. */
export function firstState(arena: Arena, groups: readonly EnvironmentGroup[], observations: number): ArrayLike<number> | undefined {
  const { groups: [{ cursorRecord }] } = attachControl(arena);
  return readCursors(arena.float64(CURSORS), groups[0], cursorRecord.get(), groups[groups.length - 1].end, observations)?.[0].state;
}

/**
 * Copies of a group's cursors, from the records of all environments; undefined before the first commit.
 *
 * @param commits of the group
 * @param observations numbers in an observation
 */
export function readCursors(records: ArrayLike<number>, { begin, end }: EnvironmentGroup, commits: number, environments: number, observations: number): EnvironmentCursor[] | undefined {
  if (commits === 0) return undefined;
  const size = records.length / (2 * environments);
  return Array.from({ length: end - begin }, (_, lane): EnvironmentCursor => {
    const record = Float64Array.from({ length: size }, (__, i) => records[(2 * (begin + lane) + (commits % 2)) * size + i]);
    const [stored, steps, episodes, episodeReturn, length, slot, previous, ended] = record;
    return { stored, steps, episodes, episodeReturn, length, slot, previous, ended: ended === 1, observation: record.slice(FRONT, FRONT + observations), state: record.slice(FRONT + observations) };
  });
}
