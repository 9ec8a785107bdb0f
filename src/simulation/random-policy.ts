import type { Space } from '../environment/environment.js';
import { playEpisode } from '../environment/loop.js';
import { makeEnvironment } from '../environment/registry.js';
import { createStream, type Stream } from '../random/stream.js';

/**
 * Returns of the uniformly random policy, the baseline that any learning has to beat.
 *
 * @param episodeSeeds one episode from each
 */
export function randomPolicyReturns(id: string, seed: number, episodeSeeds: readonly number[]): number[] {
  const environment = makeEnvironment(id);
  const stream = createStream(seed, 'random-policy');
  const returns = episodeSeeds.map((episodeSeed) => playEpisode(environment, episodeSeed, () => randomAction(environment.actionSpace, stream)).episodeReturn);
  environment.close();
  return returns;
}

function randomAction(space: Space, stream: Stream): number | number[] {
  if (space.kind === 'discrete') return stream.integer(space.count);
  return space.low.map((low, i) => stream.uniformBetween(low, space.high[i]));
}
