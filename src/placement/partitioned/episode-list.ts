import type { EpisodeRecord } from '../../environment/environment.js';
import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';

const NAME = 'episodes';

/** Numbers of an episode: the environment step at its end, its return and its length. */
const FIELDS = 3;

/** @param capacity episodes that the list holds: the supervisor reads it at least as often as so many can end */
export function episodeListBlock(capacity: number): BlockRequest {
  return { name: NAME, type: 'float64', shape: [capacity, FIELDS], owner: 'the environment loop' };
}

/** Adds an ended episode. It counts once the word `episodes` passes it. */
export type AddEpisode = (index: number, step: number, episodeReturn: number, length: number) => void;

export function attachEpisodeList(arena: Arena): AddEpisode {
  const list = arena.float64(NAME);
  return (index, ...numbers) => { list.set(numbers, (index * FIELDS) % list.length); };
}

/** The episodes from number `begin` up to `end`, counted from 0. */
export function readEpisodes(arena: Arena, begin: number, end: number): EpisodeRecord[] {
  const list = arena.float64(NAME);
  return Array.from({ length: end - begin }, (_, i) => {
    const at = ((begin + i) * FIELDS) % list.length;
    return { step: list[at], episode: begin + i + 1, return: list[at + 1], length: list[at + 2] };
  });
}
