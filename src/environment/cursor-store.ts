import type { Arena } from '../memory/arena.js';
import { attachControl, WORD } from '../memory/control.js';
import { attachCursorRecords, type CursorRecords } from './cursor-records.js';
import type { EnvironmentCursor, EnvironmentGroup } from './cursor.js';
import type { Environment } from './environment.js';

const TOTALS = ['stored', 'steps', 'episodes'] as const;

/** Slots, steps and episodes of all environments together. */
export type Totals = Record<(typeof TOTALS)[number], number>;

/** Makes one slot of the replay the successor of another, both by number. @param stored slots ever written */
export type LinkSlots = (slot: number, successor: number, stored: number) => void;

/**
 * The cursors of all environments of one thread, with what follows from a commit: links of the replay and the counters that others read. Attaching
 * publishes them again. A thread that is terminated between any two writes leaves cursors from which a loop can continue, with no transition lost or doubled.
 */
export interface CursorStore {
  /** Totals of the committed cursors. */
  totals(): Readonly<Totals>;
  /** Commits a group's cursors and publishes their counters. What they count must have been written before. */
  commit(group: number, cursors: readonly EnvironmentCursor[]): void;
  /** See `CursorRecords`; the first call commits the cursors of fresh episodes. */
  restore(group: number, environments: readonly Environment[]): EnvironmentCursor[];
}

export function attachCursorStore(arena: Arena, groups: readonly EnvironmentGroup[], observations: number, link?: LinkSlots): CursorStore {
  const { words, groups: groupWords } = attachControl(arena);
  const records: CursorRecords = attachCursorRecords(arena, groups, { observations });
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

  function commit(group: number, cursors: readonly EnvironmentCursor[]): void {
    records.commit(group, cursors);
    count(group, cursors);
    publishCounters(group, cursors);
  }

  const saved = groups.map((_, group) => records.read(group) ?? []);
  saved.forEach((cursors, group) => { count(group, cursors); }); // all of them before any is published: partial sums are too small
  saved.forEach((cursors, group) => { if (cursors.length > 0) publishCounters(group, cursors); });

  return {
    totals: () => totals,
    commit,
    restore(group, environments) {
      const cursors = records.restore(group, environments);
      if (records.commits(group) === 0) commit(group, cursors);
      return cursors;
    },
  };
}

/** The state that the arena's first environment was committed with; undefined before the first commit. */
export function firstState(arena: Arena, groups: readonly EnvironmentGroup[], observations: number): ArrayLike<number> | undefined {
  return attachCursorRecords(arena, groups, { observations }).read(0)?.[0].state;
}
