import test from 'ava';

import { startCursor } from '../../src/environment/cursor.js';
import { box, discrete, type Environment } from '../../src/environment/environment.js';
import { createEnvironmentLoop, episodeRecord, playEpisode, type LastObservation } from '../../src/environment/loop.js';

/** Episodes of two steps, of which the even ones terminate; observation i of episode e is 10 e + i, and step i rewards i. */
function counting(seeds: (number | undefined)[] = []): Environment {
  let [episode, steps] = [0, 0];
  const observation = () => Float64Array.of(10 * episode + steps);
  return {
    id: 'Counting',
    observationSpace: box([0], [100]),
    actionSpace: discrete(2),
    reset({ seed } = {}) {
      seeds.push(seed);
      [episode, steps] = [episode + 1, 0];
      return observation();
    },
    step() {
      steps += 1;
      return { observation: observation(), reward: steps, terminated: steps === 2 && episode % 2 === 0, truncated: steps === 2 && episode % 2 === 1 };
    },
    getState: () => [],
    setState: () => undefined,
    close: () => undefined,
  };
}

/** What the sinks see of some calls of `advance`, and the observations that were answered. */
function trace(lastObservation: LastObservation, advances: number) {
  const environment = counting();
  const answered: number[] = [];
  const seen: string[] = [];
  const loop = createEnvironmentLoop({
    environment,
    act({ observation }) {
      answered.push(observation[0]);
      return environment.step(0);
    },
    lastObservation,
    cursor: startCursor(environment.reset()),
    sinks: [{
      onStep: ({ reward }, { steps }) => seen.push(`step ${steps}: ${reward}`),
      onEpisode: (cursor) => seen.push(`episode ${JSON.stringify(episodeRecord(cursor))}`),
      onLastObservation: (observation) => seen.push(`last ${observation[0]}`),
    }],
  });
  const ended = Array.from({ length: advances }, () => loop.advance());
  return { seen, answered, ended, cursor: loop.cursor };
}

const [FIRST, SECOND] = ['episode {"step":2,"episode":1,"return":3,"length":2}', 'episode {"step":4,"episode":2,"return":3,"length":2}'];

test('a submitted last observation takes an advance of its own, and no action', (t) => {
  const { seen, answered, ended, cursor } = trace('submit', 5);
  t.deepEqual(answered, [10, 11, 20, 21]);
  t.deepEqual(ended, [false, true, false, false, true]);
  t.deepEqual(seen, ['step 0: 1', 'step 1: 2', FIRST, 'last 12', 'step 2: 1', 'step 3: 2', SECOND]);
  t.like(cursor, { steps: 4, episodes: 2, episodeReturn: 3, length: 2, ended: true });
  t.deepEqual(Array.from(cursor.observation), [22]);
});

test('a stored last observation comes with the step that ended the episode, and the next episode starts at once', (t) => {
  const { seen, answered, ended, cursor } = trace('store', 3);
  t.deepEqual(answered, [10, 11, 20]);
  t.deepEqual(ended, [false, true, false]);
  t.deepEqual(seen, ['step 0: 1', 'step 1: 2', FIRST, 'last 12', 'step 2: 1']);
  t.like(cursor, { steps: 3, episodes: 1, episodeReturn: 1, length: 1, ended: false });
});

test('an episode is played from its seed to its end', (t) => {
  const seeds: (number | undefined)[] = [];
  const environment = counting(seeds);
  const answered: number[] = [];
  const answer = (observation: ArrayLike<number>) => {
    answered.push(observation[0]);
    return 0;
  };
  t.like(playEpisode(environment, 7, answer), { steps: 2, episodes: 1, episodeReturn: 3, length: 2, ended: true });
  t.deepEqual(seeds, [7]);
  t.deepEqual(answered, [10, 11]);
});
