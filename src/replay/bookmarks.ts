import type { StepResult } from '../environment/environment.js';
import type { Arena } from '../memory/arena.js';
import { attachControl, WORD } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import type { ReplayRing } from './ring.js';

/** Where one of several environments stands: all that a new host needs to go on with it. */
export interface Standing {
  /** Slots written to the replay, environment steps taken, episodes ended: of this environment alone. */
  stored: number;
  steps: number;
  episodes: number;
  /** Return and length of the episode at hand. */
  episodeReturn: number;
  length: number;
  /** Numbers of the slots of its last step, whose successor is to come, and of the one before in the same episode; -1 where there is none. */
  slot: number;
  previous: number;
  /** True where the last step ended its episode: the slot after `slot`, which is its successor, has the episode's last observation. */
  ended: boolean;
  /** The observation to be answered next. */
  observation: ArrayLike<number>;
  /** What the environment's `getState` gave. */
  state: ArrayLike<number>;
}

/** The numbers of a standing in front of observation and state, in their order in the record. */
const COUNTERS = ['stored', 'steps', 'episodes', 'episodeReturn', 'length', 'slot', 'previous'] as const;
const ENDED = COUNTERS.length;
const FRONT = COUNTERS.length + 1;

const NAME = 'hosts';

/** Before the first step. The environment's state is still to be put in. */
export function firstStanding(observation: ArrayLike<number>): Standing {
  return { stored: 0, steps: 0, episodes: 0, episodeReturn: 0, length: 0, slot: -1, previous: -1, ended: false, observation, state: [] };
}

/** Moves on by a step that is stored in slot number `slot`, and where it has ended the episode, the last observation in the slot after that. */
export function passStanding(standing: Standing, slot: number, { observation, reward, terminated, truncated }: StepResult): void {
  standing.previous = standing.ended ? -1 : standing.slot;
  standing.slot = slot;
  if (standing.ended) [standing.episodeReturn, standing.length] = [0, 0];
  standing.ended = terminated || truncated;
  standing.stored += standing.ended ? 2 : 1;
  standing.steps += 1;
  standing.episodeReturn += reward;
  standing.length += 1;
  if (standing.ended) standing.episodes += 1;
  standing.observation = observation;
}

/**
 * @param environments more than one
 * @param observations numbers in an observation
 * @param state numbers in an environment's state
 */
export function bookmarksBlock(environments: number, observations: number, state: number): BlockRequest {
  return { name: NAME, type: 'float64', shape: [environments, 2, FRONT + observations + state], owner: "the environments' host" };
}

/** A group of environments that are shown and stepped together; numbers from `begin` up to `end`. */
export interface EnvironmentGroup {
  readonly begin: number;
  readonly end: number;
}

/** Slots, steps and episodes of all environments together. */
export type Totals = Readonly<Record<'stored' | 'steps' | 'episodes', number>>;

/**
 * Keeps where several environments stand in the arena, as `Bookmark` does for one: two records of each by turns, and one commit word for each group,
 * whose store makes the new records of all its environments the valid ones. Counters and links in the replay follow, and
 * are set again by whoever attaches himself anew.
 */
export interface Bookmarks {
  /** What has been committed so far. */
  totals(): Totals;
  /** Makes this where a group's environments stand, and tells everybody. Whatever it counts must have been written before. */
  commit(group: number, standings: readonly Standing[]): void;
  /** Where they stood when that was last committed; undefined before the first time. The caller's own. */
  read(group: number): Standing[] | undefined;
}

/** @param observations numbers in an observation */
export function attachBookmarks(arena: Arena, groups: readonly EnvironmentGroup[], observations: number, replay: ReplayRing): Bookmarks {
  const { words, groups: groupWords } = attachControl(arena);
  const records = arena.float64(NAME);
  const size = records.length / (2 * groups[groups.length - 1].end);
  const counted = groups.map((): Totals => ({ stored: 0, steps: 0, episodes: 0 }));
  const sums = { stored: 0, steps: 0, episodes: 0 };

  function count(group: number, standings: readonly Standing[]): void {
    const total = (key: keyof Totals) => standings.reduce((sum, standing) => sum + standing[key], 0);
    const now: Totals = { stored: total('stored'), steps: total('steps'), episodes: total('episodes') };
    for (const key of ['stored', 'steps', 'episodes'] as const) sums[key] += now[key] - counted[group][key];
    counted[group] = now;
  }

  /** Links before slots count, and slots before steps: a step that counts has its slot. */
  function tell(group: number, standings: readonly Standing[]): void {
    for (const { previous, slot, ended } of standings) {
      if (previous >= 0) replay.link(previous, slot, sums.stored);
      if (ended) replay.link(slot, slot + 1, sums.stored);
    }
    Atomics.store(words, WORD.stored, sums.stored);
    Atomics.store(words, WORD.episodes, sums.episodes);
    Atomics.store(words, WORD.steps, sums.steps);
    if (groups.length > 1) groupWords[group].steps.set(counted[group].steps);
  }

  function each(standings: readonly (Standing[] | undefined)[], action: (group: number, standings: readonly Standing[]) => void): void {
    for (const [group, own] of standings.entries()) if (own !== undefined) action(group, own);
  }

  function write(at: number, standing: Standing): void {
    COUNTERS.forEach((counter, i) => { records[at + i] = standing[counter]; });
    records[at + ENDED] = standing.ended ? 1 : 0;
    for (let i = 0; i < observations; i += 1) records[at + FRONT + i] = standing.observation[i];
    for (let i = 0; i < standing.state.length; i += 1) records[at + FRONT + observations + i] = standing.state[i];
  }

  function read(group: number): Standing[] | undefined {
    return readStandings(records, groups[group], groupWords[group].cursorRecord.get(), groups[groups.length - 1].end, observations);
  }

  const left = groups.map((_, group) => read(group));
  each(left, count); // all of them first: the sum of some would be too small to be told
  each(left, tell);

  return {
    totals: () => sums,
    commit(group, standings) {
      const { cursorRecord } = groupWords[group];
      const next = cursorRecord.get() + 1;
      standings.forEach((standing, lane) => { write((2 * (groups[group].begin + lane) + (next % 2)) * size, standing); });
      cursorRecord.set(next);
      count(group, standings);
      tell(group, standings);
    },
    read,
  };
}

/**
 * Where a group's environments stand by their records after so many commits; undefined before the first. The caller's own.
 *
 * @param records of all environments
 * @param observations numbers in an observation
 */
export function readStandings(records: ArrayLike<number>, { begin, end }: EnvironmentGroup, commit: number, environments: number, observations: number): Standing[] | undefined {
  if (commit === 0) return undefined;
  const size = records.length / (2 * environments);
  return Array.from({ length: end - begin }, (_, lane): Standing => {
    const record = Float64Array.from({ length: size }, (__, i) => records[(2 * (begin + lane) + (commit % 2)) * size + i]);
    const [stored, steps, episodes, episodeReturn, length, slot, previous, ended] = record;
    const observation = record.slice(FRONT, FRONT + observations);
    return { stored, steps, episodes, episodeReturn, length, slot, previous, ended: ended === 1, observation, state: record.slice(FRONT + observations) };
  });
}
