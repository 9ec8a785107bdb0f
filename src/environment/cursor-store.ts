import type { Arena } from '../memory/arena.js';
import { attachControl, WORD } from '../memory/control.js';
import { attachCursorRecords, type CursorRecords } from './cursor-records.js';
import { startCursor, type EnvironmentCursor, type EnvironmentGroup } from './cursor.js';
import type { Environment } from './environment.js';

/** Slots, steps and episodes of all environments together. */
export type Totals = Pick<EnvironmentCursor, 'stored' | 'steps' | 'episodes'>;

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
  /** See `CursorRecords`; the first call commits the cursors of fresh episodes. @param cursors to copy them to; new ones unless given */
  restore(group: number, environments: readonly Environment[], cursors?: readonly EnvironmentCursor[]): readonly EnvironmentCursor[];
}

export function attachCursorStore(arena: Arena, groups: readonly EnvironmentGroup[], observations: number, link?: LinkSlots): CursorStore {
  const { words, groups: groupWords } = attachControl(arena);
  const records: CursorRecords = attachCursorRecords(arena, groups, { observations });
  const counted = groups.map((): Totals => ({ stored: 0, steps: 0, episodes: 0 }));
  const totals: Totals = { stored: 0, steps: 0, episodes: 0 };

  function count(group: number, cursors: readonly EnvironmentCursor[]): void {
    const own = counted[group];
    subtract(totals, own);
    own.stored = own.steps = own.episodes = 0;
    for (const cursor of cursors) add(own, cursor);
    add(totals, own);
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
    restore(group, environments, cursors = environments.map(() => startCursor())) {
      records.restore(group, environments).forEach((cursor, i) => Object.assign(cursors[i], cursor));
      if (records.commits(group) === 0) commit(group, cursors);
      return cursors;
    },
  };
}

function add(sum: Totals, { stored, steps, episodes }: Readonly<Totals>): void {
  sum.stored += stored;
  sum.steps += steps;
  sum.episodes += episodes;
}

function subtract(sum: Totals, { stored, steps, episodes }: Readonly<Totals>): void {
  sum.stored -= stored;
  sum.steps -= steps;
  sum.episodes -= episodes;
}

/** The state that the arena's first environment was committed with; undefined before the first commit. */
export function firstState(arena: Arena, groups: readonly EnvironmentGroup[], observations: number): ArrayLike<number> | undefined {
  return attachCursorRecords(arena, groups, { observations }).read(0)?.[0].state;
}
