import test from 'ava';

import { createActorLearners } from '../../src/entries/internals.js';
import type { ActorLearnerOptions } from '../../src/index.js';
import { numbersOf } from './numbers.js';

const SMALL = { environment: 'CartPole-v1', network: { hidden: [8] }, actors: 4, seed: 5, time: 'virtual' } as const;

/** @param goals steps in all at which runs are to end */
async function train(options: ActorLearnerOptions, goals: readonly number[] = [2000]) {
  const learners = await createActorLearners({ ...SMALL, ...options });
  try {
    let seconds = 0;
    for (const goal of goals) seconds += (await learners.run({ steps: goal - learners.step })).virtualSeconds ?? 0;
    const { weights: age } = learners.staleness().staleness;
    return { weights: numbersOf(learners.encodeWeights()), step: learners.step, seconds, age };
  } finally {
    await learners.close();
  }
}

const RANDOM = { compute: 'exponential(0.002)', act: 0.0001, step: 'lognormal(0.0001, 0.5)', learningMessageDelay: 'exponential(0.001)', stragglers: 0.5, slowdown: 4 } as const;

test.serial('asynchronous actors repeat themselves bit for bit in virtual time, and halts change nothing', async (t) => {
  const whole = await train({ virtual: RANDOM });
  t.deepEqual(await train({ virtual: RANDOM }), whole);
  const parts = await train({ virtual: RANDOM }, [300, 1200, whole.step]);
  t.deepEqual({ ...parts, seconds: 0 }, { ...whole, seconds: 0 });
  t.true(Math.abs(parts.seconds - whole.seconds) < 1e-9);
});

test.serial('an actor alone takes the durations of its acts, steps and updates, and waits for weights but not for its gradient', async (t) => {
  const virtual = { compute: 4, act: 1, step: 2, learningMessageDelay: 0 };
  const alone = { actors: 1, rollout: { steps: 1 } };
  const { seconds, step } = await train({ ...alone, virtual }, [50]);
  t.is(step, 50);
  t.is(seconds, 50 * 7);
  t.is((await train({ ...alone, virtual: { ...virtual, learningMessageDelay: 3 } }, [50])).seconds, 50 * 10);
});

test.serial('weights are as old as there are other actors, and older where messages take their time', async (t) => {
  const steady = { compute: 0.001, act: 0.001, step: 0.001 };
  const { age } = await train({ virtual: steady, rollout: { steps: 4 } });
  t.is(age.median, SMALL.actors - 1);
  const late = await train({ virtual: { ...steady, learningMessageDelay: 0.1 }, rollout: { steps: 4 } });
  t.true(late.age.mean > 1.5 * age.mean);
});

test.serial('synchronous actors have the bits of threads in virtual time, whatever messages and stragglers take', async (t) => {
  const { weights } = await train({ algorithm: 'a2c', time: 'real', workers: 2 });
  const quick = await train({ algorithm: 'a2c', virtual: { compute: 0.001 } });
  const slow = await train({ algorithm: 'a2c', virtual: RANDOM });
  t.deepEqual(quick.weights, weights);
  t.deepEqual(slow.weights, weights);
  t.true(slow.seconds > quick.seconds);
});

test.serial('bounded actors wait for the slowest: weights get no older than the bound allows', async (t) => {
  const uneven = { compute: 0.001, act: 0.0001, step: 0.0001, stragglers: 0.25, slowdown: 50 };
  const bounded = await train({ schedule: 'bounded', bounded: { rollouts: 1 }, virtual: uneven });
  t.true(bounded.age.max <= 3 * (SMALL.actors - 1));
  t.true((await train({ virtual: uneven })).age.max > 3 * (SMALL.actors - 1));
  t.true((await train({ schedule: 'bounded', bounded: { rollouts: 0 }, time: 'real', workers: 2 })).age.max <= SMALL.actors - 1);
});

test('virtual options are refused in real time, and more than one worker in virtual time', async (t) => {
  await t.throwsAsync(createActorLearners({ virtual: { compute: 1 } }), { message: /^"virtual\.compute" expected/ });
  await t.throwsAsync(createActorLearners({ time: 'virtual', workers: 2 }), { message: /^"workers" expected/ });
});
