import type { Environment } from '../environment/environment.js';
import type { Arena } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import { firstPlace, type Place } from './place.js';

/** The numbers in front of observation and state. */
const COUNTERS = 6;

const NAME = 'host';

/**
 * @param observations numbers in an observation
 * @param state numbers in the environment's state
 */
export function bookmarkBlock(observations: number, state: number): BlockRequest {
  return { name: NAME, type: 'float64', shape: [2, COUNTERS + observations + state], owner: "the environment's host" };
}

/**
 * Keeps the place in the arena, in two records by turns. One store of the word `cursorRecord` makes the new record the valid one; until
 * then it is as if nothing had happened. The counters that others read follow, and are set again by whoever reads the record: a host that
 * is killed between any two writes leaves a place from which the next one goes on, with no transition lost or doubled.
 */
export interface Bookmark {
  /** Makes this the place, then tells everybody the counters. Whatever it counts must have been written before. */
  commit(place: Place): void;
  /** The place last committed, its counters told anew; undefined before the first. The caller's own. */
  read(): Place | undefined;
}

/** @param observations numbers in an observation */
export function attachBookmark(arena: Arena, observations: number): Bookmark {
  const words = arena.int32('control');
  const records = arena.float64(NAME);
  const size = records.length / 2;

  /** Slots first, steps last: a step that counts has its slot. */
  function tell({ stored, episodes, steps }: Place): void {
    Atomics.store(words, WORD.stored, stored);
    Atomics.store(words, WORD.episodes, episodes);
    Atomics.store(words, WORD.steps, steps);
  }

  function write(at: number, { stored, steps, episodes, episodeReturn, length, ended, observation, state }: Place): void {
    records[at] = stored;
    records[at + 1] = steps;
    records[at + 2] = episodes;
    records[at + 3] = episodeReturn;
    records[at + 4] = length;
    records[at + 5] = ended ? 1 : 0;
    for (let i = 0; i < observations; i += 1) records[at + COUNTERS + i] = observation[i];
    for (let i = 0; i < state.length; i += 1) records[at + COUNTERS + observations + i] = state[i];
  }

  return {
    commit(place) {
      const next = Atomics.load(words, WORD.cursorRecord) + 1;
      write((next % 2) * size, place);
      Atomics.store(words, WORD.cursorRecord, next);
      tell(place);
    },
    read() {
      const place = readPlace(records, Atomics.load(words, WORD.cursorRecord), observations);
      if (place !== undefined) tell(place);
      return place;
    },
  };
}

/**
 * The place that two records hold after so many commits; undefined before the first. The caller's own.
 *
 * @param observations numbers in an observation
 */
export function readPlace(records: ArrayLike<number>, commit: number, observations: number): Place | undefined {
  if (commit === 0) return undefined;
  const size = records.length / 2;
  const record = Float64Array.from({ length: size }, (_, i) => records[(commit % 2) * size + i]);
  const [stored, steps, episodes, episodeReturn, length, ended] = record;
  const observation = record.slice(COUNTERS, COUNTERS + observations);
  return { stored, steps, episodes, episodeReturn, length, ended: ended === 1, observation, state: record.slice(COUNTERS + observations) };
}

/** The place where somebody else left off, with the environment put into the state it had there; or else the start, committed. */
export function enterPlace(bookmark: Bookmark, environment: Environment): Place {
  const left = bookmark.read();
  if (left !== undefined) {
    environment.setState(left.state);
    return left;
  }
  const first = firstPlace(environment.reset());
  commitPlace(bookmark, environment, first);
  return first;
}

/** Commits the place together with the environment's state. */
export function commitPlace(bookmark: Bookmark, environment: Environment, place: Place): void {
  place.state = environment.getState();
  bookmark.commit(place);
}
