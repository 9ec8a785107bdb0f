import type { Environment } from '../../environment/environment.js';
import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';

/** Numbers of a cursor after the environment's state, the observation and the next action. */
const FIELDS = ['episodeReturn', 'length', 'ended', 'draws', 'chosen', 'episodes', 'steps'] as const;

/** Sizes of what a cursor holds. */
export interface CursorShape {
  readonly actors: number;
  readonly state: number;
  readonly observations: number;
  readonly components: number;
  /** Episodes of one actor that the list of episodes has room for. */
  readonly episodes: number;
}

/** State of an actor between two rollouts. What is committed survives its thread. */
export interface Cursor {
  /** The state in which the next action is taken. */
  observation: ArrayLike<number>;
  /** That action, where it has been chosen already; [components] */
  readonly action: Float32Array;
  chosen: boolean;
  episodeReturn: number;
  length: number;
  /** True where the episode has ended: the next rollout begins with a reset. */
  ended: boolean;
  /** Draws taken from the actor's own stream. */
  draws: number;
  /** Episodes ended, and environment steps taken. */
  episodes: number;
  steps: number;
}

const NAMES = { records: 'actors/cursors', commits: 'actors/commits', episodes: 'actors/episodes' } as const;

/** Numbers of an entry in the list of episodes: when it ended, return, length. */
const EPISODE = 3;

const widthOf = ({ state, observations, components }: CursorShape) => state + observations + components + FIELDS.length;

export function cursorBlocks(shape: CursorShape): BlockRequest[] {
  const owner = 'each actor its own row';
  return [
    { name: NAMES.records, type: 'float64', shape: [shape.actors, 2, widthOf(shape)], owner },
    { name: NAMES.commits, type: 'int32', shape: [shape.actors], owner },
    { name: NAMES.episodes, type: 'float64', shape: [shape.actors, shape.episodes, EPISODE], owner, scratch: true },
  ];
}

/** An ended episode as its actor has put it down. */
export interface EndedEpisode {
  readonly actor: number;
  /** Environment step of all actors at its end; where actors are in step, the number of the round before the update has been made, negated. */
  readonly step: number;
  readonly return: number;
  readonly length: number;
}

/** The cursors of all actors. A record has two places; the parity of the commits selects the valid one, so that a terminated thread leaves a whole record. */
export interface Cursors {
  /** Rollouts that the actor has committed. */
  commits(actor: number): number;
  /** The actor's committed cursor; of none, one at the start of a first episode. The environment is put where it was. */
  restore(actor: number, environment: Environment): Cursor;
  commit(actor: number, cursor: Cursor, environment: Environment): void;
  /** Steps and episodes of an actor, as committed. */
  counts(actor: number): { readonly steps: number; readonly episodes: number };
  /** Puts down the episode that ends with the commit to come. */
  putEpisode(actor: number, number: number, step: number, episodeReturn: number, length: number): void;
  /** Entry `number` of an actor's list, counted from 0. */
  episode(actor: number, number: number): EndedEpisode;
  /** Replaces the step of an entry, where it is `marker`. */
  dateEpisode(actor: number, number: number, marker: number, step: number): void;
}

export function attachCursors(arena: Arena, shape: CursorShape): Cursors {
  const { state, observations, components, episodes: capacity } = shape;
  const width = widthOf(shape);
  const records = arena.float64(NAMES.records);
  const counts = arena.int32(NAMES.commits);
  const list = arena.float64(NAMES.episodes);
  const fields = state + observations + components;
  const placeOf = (actor: number, commits: number) => (2 * actor + (commits & 1)) * width;
  const field = (actor: number, name: (typeof FIELDS)[number]) => records[placeOf(actor, Atomics.load(counts, actor)) + fields + FIELDS.indexOf(name)];
  const entryOf = (actor: number, number: number) => (actor * capacity + (number % capacity)) * EPISODE;

  return {
    commits: (actor) => Atomics.load(counts, actor),
    restore(actor, environment) {
      const commits = Atomics.load(counts, actor);
      const blank = { action: new Float32Array(components), chosen: false, episodeReturn: 0, length: 0, ended: false, draws: 0, episodes: 0, steps: 0 };
      if (commits === 0) return { ...blank, observation: environment.reset() };
      const at = placeOf(actor, commits);
      const [episodeReturn, length, ended, draws, chosen, episodes, steps] = records.subarray(at + fields, at + width);
      environment.setState(Array.from(records.subarray(at, at + state)));
      const cursor = { ...blank, observation: records.slice(at + state, at + state + observations), chosen: chosen === 1, episodeReturn, length, ended: ended === 1, draws, episodes, steps };
      cursor.action.set(records.subarray(at + state + observations, at + fields));
      return cursor;
    },
    commit(actor, cursor, environment) {
      const commits = Atomics.load(counts, actor) + 1;
      const at = placeOf(actor, commits);
      records.set(environment.getState(), at);
      records.set(cursor.observation, at + state);
      records.set(cursor.action, at + state + observations);
      records[at + fields] = cursor.episodeReturn;
      records[at + fields + 1] = cursor.length;
      records[at + fields + 2] = cursor.ended ? 1 : 0;
      records[at + fields + 3] = cursor.draws;
      records[at + fields + 4] = cursor.chosen ? 1 : 0;
      records[at + fields + 5] = cursor.episodes;
      records[at + fields + 6] = cursor.steps;
      Atomics.store(counts, actor, commits);
    },
    counts: (actor) => (Atomics.load(counts, actor) === 0 ? { steps: 0, episodes: 0 } : { steps: field(actor, 'steps'), episodes: field(actor, 'episodes') }),
    putEpisode(actor, number, step, episodeReturn, length) {
      const at = entryOf(actor, number);
      list[at] = step;
      list[at + 1] = episodeReturn;
      list[at + 2] = length;
    },
    episode(actor, number) {
      const at = entryOf(actor, number);
      return { actor, step: list[at], return: list[at + 1], length: list[at + 2] };
    },
    dateEpisode(actor, number, marker, step) {
      const at = entryOf(actor, number);
      if (list[at] === marker) list[at] = step;
    },
  };
}
