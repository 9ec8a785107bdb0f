import { createPcg64 } from '../../random/pcg64.js';
import type { Stream } from '../../random/stream.js';
import { InternalError } from '../../errors.js';
import { box } from '../environment.js';
import { clip, type Task, type TaskFamily } from '../task.js';
import { createLander, type Lander } from './lander-world.js';

const TIME_LIMIT = 1000;

/** Places in the state: position of the stream before the episode, steps so far, and every action taken. */
const [START, STEPS, ACTIONS] = [0, 1, 2];

const OPTIONS = {
  wind: { fallback: 0, range: { min: 0, max: 1 } },
  windPower: { fallback: 15, range: { min: 0, max: 20 }, real: true },
  turbulence: { fallback: 1.5, range: { min: 0, max: 2 }, real: true },
  gravity: { fallback: -10, range: { min: -12, max: 0 }, real: true }, // both bounds excluded by Gymnasium; a world at 0 or -12 is one as well
} as const;

/** Shape of [x, y, ẋ, ẏ, angle, angular speed, left leg, right leg], as Gymnasium bounds it. */
const BOUND = [2.5, 2.5, 10, 10, 2 * Math.PI, 10].map(Math.fround);

/**
 * LunarLander-v3: land a craft between two flags. Observation: place [half widths, half heights], velocity, angle, angular velocity, and for each leg whether it
 * is on the ground. Actions: nothing (0), left engine (1), main engine (2), right engine (3). Reward: the change of
 * -100 |place| - 100 |velocity| - 100 |angle| + 10 a leg on the ground, less 0.3 for the main engine and 0.03 for a side engine; -100 where the episode ends in a crash or
 * beyond the sides, +100 where the craft comes to rest. 1,000 steps. `wind` 1: wind of `windPower` and `turbulence`; `gravity` in m/s².
 *
 * Source: Gymnasium 1.4, Box2D. Here the physics are planck's in double precision: equal to 1e-4 until the ground is touched. Random numbers are
 * those of Gymnasium's generator, so that a seed gives Gymnasium's terrain and start.
 */
export const lunarLander: TaskFamily = { id: 'LunarLander-v3', options: OPTIONS, build: (values) => createTask('LunarLander-v3', values, false) };

/**
 * LunarLanderContinuous-v3: the same with two actions in [-1, 1]: the main engine, which runs at 50 % to 100 % above 0, and the side engines, which run beyond ±0.5.
 */
export const lunarLanderContinuous: TaskFamily = { id: 'LunarLanderContinuous-v3', options: OPTIONS, build: (values) => createTask('LunarLanderContinuous-v3', values, true) };

function createTask(id: string, { wind, windPower, turbulence, gravity }: Readonly<Record<string, number>>, continuous: boolean): Task {
  const width = continuous ? 2 : 1; // numbers of an action
  let episode: Lander | undefined;
  const world = { gravity, ...(wind === 1 && { wind: { power: windPower, turbulence } }) };

  function running(): Lander {
    if (episode === undefined) throw new InternalError(`${id} has no world`);
    return episode;
  }

  /** The world after the episode's first step, in which no engine runs. */
  function begin(random: Stream): Lander {
    const created = createLander(world, random);
    created.step(0, 0, random);
    return created;
  }

  function play(from: Lander, numbers: ArrayLike<number>, at: number, random: Stream) {
    if (continuous) return from.step(numbers[at] > 0 ? (clip(numbers[at], 0, 1) + 1) / 2 : 0, Math.abs(numbers[at + 1]) > 0.5 ? Math.sign(numbers[at + 1]) * clip(Math.abs(numbers[at + 1]), 0.5, 1) : 0, random);
    return from.step(numbers[at] === 2 ? 1 : 0, numbers[at] === 1 ? -1 : numbers[at] === 3 ? 1 : 0, random);
  }

  return {
    id,
    timeLimit: TIME_LIMIT,
    observationSpace: box([...BOUND.map((bound) => -bound), 0, 0], [...BOUND, 1, 1]),
    actionSpace: continuous ? box([-1, -1], [1, 1]) : { kind: 'discrete', count: 4 },
    stateSize: ACTIONS + width * TIME_LIMIT,
    bounds: {
      words: 'the steps of an episode and the actions taken in them',
      hold: (state) => Number.isInteger(state[START]) && state[START] >= 0 && Number.isInteger(state[STEPS]) && state[STEPS] >= 0 && state[STEPS] <= TIME_LIMIT
        && (continuous || Array.from(state).slice(ACTIONS, ACTIONS + TIME_LIMIT).every((action) => action === 0 || action === 1 || action === 2 || action === 3)),
    },
    createStream: createPcg64,
    start(state, random) {
      state.fill(0);
      state[START] = random.position;
      episode = begin(random);
    },
    restore(state, random) {
      const { position } = random;
      random.position = state[START];
      episode = begin(random);
      for (let step = 0; step < state[STEPS]; step += 1) play(episode, state, ACTIONS + width * step, random);
      random.position = position;
    },
    move(state, action, random) {
      const at = ACTIONS + width * state[STEPS];
      for (let i = 0; i < width; i += 1) state[at + i] = continuous ? Math.fround(action[i]) : action[i];
      state[STEPS] += 1;
      return play(running(), state, at, random);
    },
    observe: () => Float64Array.from(running().observe()),
  };
}
