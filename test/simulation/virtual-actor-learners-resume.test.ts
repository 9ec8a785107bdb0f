import test from 'ava';

import { createActorLearners, resumeActorLearners } from '../../src/entries/internals.js';
import { resumeTrainer, type ActorLearnerOptions, type EpisodeRecord } from '../../src/index.js';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { createStream } from '../../src/random/stream.js';
import { numbersOf } from './numbers.js';

const SMALL = { environment: 'CartPole-v1', network: { hidden: [6] }, actors: 5, seed: 5, time: 'virtual', steps: 3000 } as const;
const RANDOM = { compute: 'exponential(0.002)', act: 0.0001, step: 'lognormal(0.0001, 0.5)', learningMessageDelay: 'exponential(0.003)', stragglers: 0.4, slowdown: 4 } as const;

interface Way {
  readonly episodes: readonly EpisodeRecord[];
  readonly weights: readonly number[];
  readonly step: number;
  readonly age: number;
}

/** Trains to a step in pieces, each in a trainer that continues from the checkpoint of the one before. */
async function train(options: ActorLearnerOptions, goals: readonly number[]): Promise<Way> {
  const episodes: EpisodeRecord[] = [];
  let checkpoint: Uint8Array | undefined;
  for (const [i, goal] of goals.entries()) {
    const learners = await (checkpoint === undefined ? createActorLearners({ ...SMALL, ...options }) : resumeActorLearners(checkpoint));
    try {
      learners.on('episode', (episode) => episodes.push(episode));
      if (goal > learners.step) await learners.run({ steps: goal - learners.step });
      if (i === goals.length - 1) return { episodes, weights: numbersOf(learners.encodeWeights()), step: learners.step, age: learners.staleness().staleness.weights.mean };
      checkpoint = learners.encodeCheckpoint();
    } finally {
      await learners.close();
    }
  }
  throw new Error('no goals');
}

const RUNS: readonly (readonly [string, ActorLearnerOptions])[] = [
  ['a3c', { virtual: RANDOM }],
  ['a3c whose gradients wait for three others', { virtual: RANDOM, learning: { gradientDelay: 3 } }],
  ['a3c on two cores', { virtual: { ...RANDOM, cores: 2 } }],
  ['a3c whose neurons carry voltages on', { virtual: RANDOM, network: { hidden: [6], recurrent: 0.5 } }],
  ['Gaussian a3c with separate trunks and moments', { environment: 'Pendulum-v1', virtual: RANDOM, learning: { moments: 'own' }, policy: { separateTrunks: true } }],
  ['bounded Sarsa with a target copy', { algorithm: 'async-sarsa', schedule: 'bounded', virtual: RANDOM, targets: { period: 150 } }],
  ['n-step Q with a credit that learns, and no durations', { algorithm: 'async-nstep-q', credit: 'kolen-pollack', targets: { period: 150 } }],
  ['a2c', { algorithm: 'a2c', virtual: RANDOM }],
];

const cuts = createStream(9, 'cuts');

for (const [name, options] of RUNS) {
  test.serial(`${name} that is cut anywhere in virtual time goes the way of a run that was not`, async (t) => {
    const whole = await train(options, [1500]);
    const at = Array.from({ length: 4 }, () => 1 + cuts.integer(1400)).toSorted((a, b) => a - b);
    t.deepEqual(await train(options, [...at, whole.step]), whole, `cut at ${at.join(', ')}`);
  });
}

test.serial('a checkpoint is taken while its event is emitted, and equal runs take equal ones', async (t) => {
  const bytes = async () => {
    const learners = await createActorLearners({ ...SMALL, virtual: RANDOM });
    const all: Uint8Array[] = [];
    learners.on('checkpoint', () => all.push(learners.encodeCheckpoint()));
    learners.on('progress', ({ step, steps }) => { if (step < 2000 && steps === 2500) t.throws(() => learners.encodeCheckpoint(), { message: /^in virtual time/ }); });
    await learners.run({ steps: 500, checkpointEvery: 200 });
    await learners.run({ steps: 2000 });
    await learners.close();
    return all;
  };
  const once = await bytes();
  t.true(once.length >= 3);
  t.deepEqual(await bytes(), once);
});

test.serial('a worker that dies in virtual time ends the run in one line', async (t) => {
  const learners = await createActorLearners({ ...SMALL, virtual: RANDOM });
  t.teardown(() => learners.close());
  learners.once('progress', () => { learners.kill(0); });
  const error = await t.throwsAsync(learners.run({ steps: 100_000 }), { name: 'PartitionError', message: /its worker died in virtual time, and rollouts under way with it; continue from the last checkpoint$/ });
  t.false(error.message.includes('\n'));
});

test.serial('a checkpoint whose rollouts under way do not fit is refused in one line', async (t) => {
  const learners = await createActorLearners({ ...SMALL, virtual: RANDOM });
  t.teardown(() => learners.close());
  await learners.run({ steps: 300 });
  const whole = decodeCheckpoint(learners.encodeCheckpoint());
  const world = whole.world as Record<string, unknown> & { scheduler: Record<string, unknown>; times: Float64Array; events: Int32Array; doubles: Float64Array };
  const forged = [
    undefined,
    {},
    { ...world, floats: new Float32Array(3) },
    { ...world, times: world.times.map(() => -1) },
    { ...world, events: world.events.map(() => 0) },
    { ...world, doubles: world.doubles.map(() => 7) },
    { ...world, scheduler: { ...world.scheduler, blocked: [0, 0] } },
  ];
  for (const each of forged) await t.throwsAsync(resumeTrainer({ ...whole, world: each }), { name: 'CheckpointError', message: /^its rollouts under way do not fit its settings$/ });
  const fallen = { ...world, doubles: world.doubles.map((each, i) => (i === world.doubles.length / SMALL.actors - 1 ? -1 : each)) }; // elapsed steps
  await t.throwsAsync(resumeTrainer({ ...whole, world: fallen }), { name: 'CheckpointError', message: /^an actor is in a state that CartPole-v1 cannot be in/ });
});
