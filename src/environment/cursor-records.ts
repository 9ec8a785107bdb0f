import type { Arena } from '../memory/arena.js';
import { attachControl } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import { startCursor, type EnvironmentCursor, type EnvironmentGroup } from './cursor.js';
import type { Environment } from './environment.js';

/** The numbers of a cursor in front of behaviour, observation and state, in their order in the record; `ended` follows as 0 or 1. */
const COUNTERS = ['stored', 'steps', 'episodes', 'episodeReturn', 'length', 'slot', 'previous'] as const;
const ENDED = COUNTERS.length;
const FRONT = COUNTERS.length + 1;

/** Name of the block of cursors. */
export const CURSORS = 'cursors';

/** Sizes of the parts of a cursor. */
export interface CursorShape {
  /** Numbers in an observation. */
  readonly observations: number;
  /** Numbers that a placement keeps with a cursor to choose actions; 0 unless given. */
  readonly behaviour?: number;
}

/** @param state numbers in an environment's state */
export function cursorBlock(environments: number, { observations, behaviour = 0 }: CursorShape, state: number): BlockRequest {
  return { name: CURSORS, type: 'float64', shape: [environments, 2, FRONT + behaviour + observations + state], owner: 'the environment loop' };
}

/**
 * Keeps the cursors of all environments in the arena, in two alternating records each. A group's word `cursorRecord` counts commits, and its parity
 * selects the valid records; its store makes a commit atomic. A thread that is terminated between any two writes leaves whole cursors.
 */
export interface CursorRecords {
  /** Commits of a group. */
  commits(group: number): number;
  /** A counter of the group's committed cursors, summed; 0 before the first commit. */
  committed(group: number, counter: (typeof COUNTERS)[number]): number;
  /** Commits a group's cursors. */
  commit(group: number, cursors: readonly EnvironmentCursor[]): void;
  /** Copies of a group's committed cursors; undefined before the first commit. */
  read(group: number): EnvironmentCursor[] | undefined;
  /** The same, with the environments in the states they had; before the first commit, cursors of fresh episodes. */
  restore(group: number, environments: readonly Environment[]): EnvironmentCursor[];
}

/** @param groups whose commits the control words count */
export function attachCursorRecords(arena: Arena, groups: readonly EnvironmentGroup[], shape: CursorShape): CursorRecords {
  const { groups: words } = attachControl(arena);
  const records = arena.float64(CURSORS);
  const environments = groups[groups.length - 1].end;
  const size = records.length / (2 * environments);
  const { behaviour: extra = 0, observations } = shape;

  function write(at: number, cursor: EnvironmentCursor): void {
    const { stored, steps, episodes, episodeReturn, length, slot, previous, ended, behaviour, observation, state } = cursor;
    records[at] = stored; // each by its name: keyed reads of several names take a microsecond a step
    records[at + 1] = steps;
    records[at + 2] = episodes;
    records[at + 3] = episodeReturn;
    records[at + 4] = length;
    records[at + 5] = slot;
    records[at + 6] = previous;
    records[at + ENDED] = ended ? 1 : 0;
    for (let i = 0; i < extra; i += 1) records[at + FRONT + i] = behaviour[i];
    for (let i = 0; i < observations; i += 1) records[at + FRONT + extra + i] = observation[i];
    for (let i = 0; i < state.length; i += 1) records[at + FRONT + extra + observations + i] = state[i];
  }

  const read = (group: number) => readCursors(records, groups[group], words[group].cursorRecord.get(), environments, shape);

  return {
    commits: (group) => words[group].cursorRecord.get(),
    committed(group, counter) {
      const commits = words[group].cursorRecord.get();
      let sum = 0;
      for (let i = groups[group].begin; commits > 0 && i < groups[group].end; i += 1) sum += records[(2 * i + (commits % 2)) * size + COUNTERS.indexOf(counter)];
      return sum;
    },
    commit(group, cursors) {
      const { cursorRecord } = words[group];
      const next = cursorRecord.get() + 1;
      for (let lane = 0; lane < cursors.length; lane += 1) write((2 * (groups[group].begin + lane) + (next % 2)) * size, cursors[lane]);
      cursorRecord.set(next);
    },
    read,
    restore(group, own) {
      const cursors = read(group);
      if (cursors === undefined) return own.map((environment) => ({ ...startCursor(environment.reset()), behaviour: new Float64Array(extra), state: environment.getState() }));
      cursors.forEach(({ state }, i) => { own[i].setState(state); });
      return cursors;
    },
  };
}

/**
 * Copies of a group's cursors, from the records of all environments; undefined before the first commit.
 *
 * @param commits of the group
 */
export function readCursors(records: ArrayLike<number>, { begin, end }: EnvironmentGroup, commits: number, environments: number, { observations, behaviour = 0 }: CursorShape): EnvironmentCursor[] | undefined {
  if (commits === 0) return undefined;
  const size = records.length / (2 * environments);
  const seen = FRONT + behaviour;
  return Array.from({ length: end - begin }, (_, lane): EnvironmentCursor => {
    const record = Float64Array.from({ length: size }, (__, i) => records[(2 * (begin + lane) + (commits % 2)) * size + i]);
    const [stored, steps, episodes, episodeReturn, length, slot, previous, ended] = record;
    return {
      stored, steps, episodes, episodeReturn, length, slot, previous, ended: ended === 1,
      behaviour: record.slice(FRONT, seen), observation: record.slice(seen, seen + observations), state: record.slice(seen + observations),
    };
  });
}
