import { attachCursorRecords, cursorBlock, type CursorRecords } from '../../environment/cursor-records.js';
import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';

/** Sizes of the cursors of all actors. */
export interface ActorCursorShape {
  readonly actors: number;
  readonly state: number;
  readonly observations: number;
  /** Numbers of an action. */
  readonly components: number;
  /** Episodes of one actor that the list of episodes has room for. */
  readonly episodes: number;
}

/** What a cursor holds of an actor's behaviour: draws taken from its stream, whether the next action is chosen, and that action. */
export const BEHAVIOUR = { draws: 0, chosen: 1, action: 2 } as const;

const EPISODES = 'actors/episodes';

/** Numbers of an entry in the list of episodes: when it ended, return, length. */
const EPISODE = 3;

const recordShape = ({ observations, components }: ActorCursorShape) => ({ observations, behaviour: BEHAVIOUR.action + components });

export function cursorBlocks(shape: ActorCursorShape): BlockRequest[] {
  return [
    cursorBlock(shape.actors, recordShape(shape), shape.state),
    { name: EPISODES, type: 'float64', shape: [shape.actors, shape.episodes, EPISODE], owner: 'each actor its own row', scratch: true },
  ];
}

/** An ended episode in its actor's list. */
export interface EndedEpisode {
  readonly actor: number;
  /** Environment step of all actors at its end; in a synchronous round, the negated number of the round until its update is made. */
  readonly step: number;
  readonly return: number;
  readonly length: number;
}

/** The cursors of all actors, each a group of its own, and lists of their ended episodes. */
export interface ActorCursors extends CursorRecords {
  /** Adds the episode that ends with the next commit. */
  putEpisode(actor: number, number: number, step: number, episodeReturn: number, length: number): void;
  /** Entry `number` of an actor's list, counted from 0. */
  episode(actor: number, number: number): EndedEpisode;
  /** Replaces the step of an entry if it is `marker`. */
  dateEpisode(actor: number, number: number, marker: number, step: number): void;
}

export function attachActorCursors(arena: Arena, shape: ActorCursorShape): ActorCursors {
  const { actors, episodes: capacity } = shape;
  const list = arena.float64(EPISODES);
  const entryOf = (actor: number, number: number) => (actor * capacity + (number % capacity)) * EPISODE;
  return {
    ...attachCursorRecords(arena, Array.from({ length: actors }, (_, actor) => ({ begin: actor, end: actor + 1 })), recordShape(shape)),
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
