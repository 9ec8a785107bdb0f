import test from 'ava';
import fc from 'fast-check';

import type { Environment } from '../../src/environment/environment.js';
import { checkEnvironment, environmentId, makeEnvironment, type EnvironmentOptions } from '../../src/environment/registry.js';
import { resolveSettings } from '../../src/simulation/options.js';
import { environmentContract } from '../../src/testing/environment-contract.js';

const VELOCITY_FREE: readonly [string, string, readonly number[]][] = [
  ['CartPoleNoVel-v1', 'CartPole-v1', [0, 2]],
  ['PendulumNoVel-v1', 'Pendulum-v1', [0, 1]],
  ['MountainCarContinuousNoVel-v0', 'MountainCarContinuous-v0', [0]],
];

const SUITES = [
  ...VELOCITY_FREE.map(([id]) => environmentContract(id)),
  environmentContract('TMaze-v0', { options: ['length'] }),
  environmentContract('TMaze-v0(length=3)', { options: ['length'] }),
  environmentContract('DelayedRecall-v0', { options: ['delay', 'arms'] }),
];
for (const { title, check } of SUITES.flat()) test(title, check);

for (const [id, wholeId, kept] of VELOCITY_FREE) {
  test(`${id} is ${wholeId}, but for the velocities that it does not show`, (t) => {
    const [free, whole] = [makeEnvironment(id), makeEnvironment(wholeId)];
    const shown = (observation: ArrayLike<number>) => kept.map((index) => observation[index]);
    const { low, high } = whole.observationSpace;
    t.deepEqual([free.observationSpace.low, free.observationSpace.high], [shown(low), shown(high)]);
    t.deepEqual(free.actionSpace, whole.actionSpace);
    fc.assert(fc.property(fc.nat(), fc.array(fc.nat(1), { minLength: 1, maxLength: 300 }), (seed, choices) => {
      t.deepEqual([...free.reset({ seed })], shown(whole.reset({ seed })));
      for (const choice of choices) {
        const action = free.actionSpace.kind === 'discrete' ? choice : [2 * choice - 1];
        const [one, other] = [free.step(action), whole.step(action)];
        t.deepEqual({ ...one, observation: [...one.observation] }, { ...other, observation: shown(other.observation) });
        if (one.terminated || one.truncated) return;
      }
      t.deepEqual(free.getState(), whole.getState());
    }), { numRuns: 20, seed: 1 });
  });
}

/** A state of TMaze-v0 or DelayedRecall-v0, its observation and rewards on a way from it. */
function walk(environment: Environment, cue: number, actions: readonly number[]): { seen: number[][]; rewards: number[]; terminated: boolean } {
  environment.reset();
  environment.setState([cue, 0]);
  const steps = actions.map((action) => environment.step(action));
  return { seen: steps.map(({ observation }) => [...observation]), rewards: steps.map(({ reward }) => reward), terminated: steps.at(-1)?.terminated ?? false };
}

test('TMaze-v0 of length 3, walked by hand', (t) => {
  const [north, east, south, west] = [0, 1, 2, 3];
  const maze = makeEnvironment('TMaze-v0', { length: 3 });
  const way = walk(maze, 1, [west, north, east, west, east, east, south, east, east, north]);
  t.deepEqual(way.seen.map((seen) => seen.join('')), ['011', '011', '101', '011', '101', '101', '101', '010', '010', '010']);
  t.deepEqual(way.rewards, [-0.1, -0.1, 0, 0, 0, 0, -0.1, 0, -0.1, 4]);
  t.true(way.terminated);
  t.deepEqual(walk(maze, 0, [east, east, east, north]).rewards, [0, 0, 0, -0.1]);
  t.deepEqual(walk(maze, 0, [east, east, east, south]).rewards, [0, 0, 0, 4]);
});

test('TMaze-v0 shows its cue at the start and nowhere else', (t) => {
  for (const length of [1, 2, 10]) {
    const maze = makeEnvironment('TMaze-v0', { length });
    const east = new Array<number>(length).fill(1);
    t.deepEqual(walk(maze, 0, east).seen, walk(maze, 1, east).seen);
    t.deepEqual(walk(maze, 0, [3]).seen, [[1, 1, 0]]);
    t.deepEqual(walk(maze, 1, [3]).seen, [[0, 1, 1]]);
  }
});

test('TMaze-v0 is truncated after 20 steps for each of its places', (t) => {
  const maze = makeEnvironment('TMaze-v0', { length: 4 });
  maze.reset();
  const ends = Array.from({ length: 100 }, () => maze.step(3).truncated);
  t.deepEqual([ends.indexOf(true), ends.filter(Boolean).length], [99, 1]);
});

test('no memoryless policy of TMaze-v0 is right in more than half of its choices, and the best returns 1.95', (t) => {
  const maze = makeEnvironment('TMaze-v0', { length: 2 });
  let best = -Infinity;
  for (let policy = 0; policy < 4 ** 4; policy += 1) { // the action at 110, 011, 101 and 010
    const act = (seen: ArrayLike<number>) => (policy >> (2 * (seen[0] + 2 * seen[2]))) & 3;
    const returns = [0, 1].map((cue) => {
      maze.reset();
      maze.setState([cue, 0]);
      let seen: ArrayLike<number> = cue === 1 ? Float64Array.of(0, 1, 1) : Float64Array.of(1, 1, 0);
      for (let episodeReturn = 0; ; ) {
        const { observation, reward, terminated, truncated } = maze.step(act(seen));
        episodeReturn += reward;
        seen = observation;
        if (terminated || truncated) return episodeReturn;
      }
    });
    best = Math.max(best, (returns[0] + returns[1]) / 2);
  }
  t.is(best, 1.95);
});

test('DelayedRecall-v0 shows the cue, nothing during its delay, then the question, and rewards the cued arm', (t) => {
  const bandit = makeEnvironment('DelayedRecall-v0', { delay: 2, arms: 3 });
  const silent = [0, 0, 0, 0];
  for (const cue of [0, 1, 2]) {
    for (const choice of [0, 1, 2]) {
      const { seen, rewards, terminated } = walk(bandit, cue, [1, 2, 0, choice]);
      t.deepEqual(seen, [silent, silent, [0, 0, 0, 1], silent]);
      t.deepEqual(rewards, [0, 0, 0, choice === cue ? 1 : 0]); // whatever the choice, seen alike: 1 in 3 is right
      t.true(terminated);
    }
  }
  t.deepEqual(walk(makeEnvironment('DelayedRecall-v0', { delay: 0 }), 1, [0]).seen, [[0, 0, 1]]);
});

test('cues are drawn evenly', (t) => {
  const bandit = makeEnvironment('DelayedRecall-v0', { seed: 2, arms: 4 });
  const counts = [0, 0, 0, 0, 0];
  for (let episode = 0; episode < 2000; episode += 1) counts[bandit.reset().indexOf(1)] += 1;
  t.is(counts[4], 0);
  t.true(counts.slice(0, 4).every((count) => Math.abs(count - 500) < 80), counts.join(' ')); // 4 standard errors
});

test('an option of a task is checked by its name, and refused where the task has none', (t) => {
  const wrong: [string, object, typeof TypeError | typeof RangeError, string][] = [
    ['TMaze-v0', { length: 0 }, RangeError, '"length" expected a whole number >= 1 and <= 10000, got 0'],
    ['TMaze-v0', { length: '3' }, TypeError, '"length" expected a whole number >= 1 and <= 10000, got "3"'],
    ['TMaze-v0', { delay: 3 }, RangeError, '"delay" expected a known option (seed, length), got "delay"'],
    ['DelayedRecall-v0', { arms: 1 }, RangeError, '"arms" expected a whole number >= 2 and <= 64, got 1'],
    ['CartPole-v1', { length: 3 }, RangeError, '"length" expected a known option (seed), got "length"'],
  ];
  const named: [string, typeof TypeError | typeof RangeError, string][] = [
    ['TMaze-v0(length=0)', RangeError, '"length" expected a whole number >= 1 and <= 10000, got 0'],
    ['TMaze-v0(length)', RangeError, '"environment" expected name=value for each option of TMaze-v0, got "TMaze-v0(length)"'],
    ['TMaze-v0(length=)', RangeError, '"environment" expected name=value for each option of TMaze-v0, got "TMaze-v0(length=)"'],
    ['TMaze-v0(length=5,)', RangeError, '"environment" expected name=value for each option of TMaze-v0, got "TMaze-v0(length=5,)"'],
    ['TMaze-v0(length=5=6)', RangeError, '"environment" expected name=value for each option of TMaze-v0, got "TMaze-v0(length=5=6)"'],
    ['TMaze-v0(length=5,length=6)', RangeError, '"environment" expected each option of TMaze-v0 once, got "TMaze-v0(length=5,length=6)"'],
    ['TMaze-v0(length=five)', TypeError, '"length" expected a whole number >= 1 and <= 10000, got "five"'],
    ['TMaze-v0(lenght=3)', RangeError, '"lenght" expected a known option (length), got "lenght"; did you mean "length"?'],
  ];
  for (const [name, instanceOf, message] of named) {
    t.throws(() => makeEnvironment(name), { instanceOf, message });
    t.throws(() => checkEnvironment('environment', name), { instanceOf, message });
  }
  for (const [id, options, instanceOf, message] of wrong) t.throws(() => makeEnvironment(id, options satisfies EnvironmentOptions), { instanceOf, message });
});

/** Mean return of a policy without memory over episodes of given seeds. */
function memorylessReturn(id: string, episodes: number, act: (seen: Float64Array) => number | number[]): number {
  const environment = makeEnvironment(id);
  let sum = 0;
  for (let episode = 0; episode < episodes; episode += 1) {
    let seen = environment.reset({ seed: 9000 + episode });
    for (;;) {
      const { observation, reward, terminated, truncated } = environment.step(act(seen));
      sum += reward;
      seen = observation;
      if (terminated || truncated) break;
    }
  }
  return sum / episodes;
}

test('CartPoleNoVel-v1 is lost within 60 steps by every threshold on angle and place, which with velocities would hold it', (t) => {
  for (let k = -2; k <= 2; k += 0.5) {
    for (let c = -0.04; c <= 0.04; c += 0.02) {
      t.true(memorylessReturn('CartPoleNoVel-v1', 20, ([place, angle]) => (angle + k * place > c ? 1 : 0)) < 60, `${k} ${c}`);
    }
  }
  t.true(memorylessReturn('CartPole-v1', 20, ([place, speed, angle, angleSpeed]) => (angle + angleSpeed + 0.1 * (place + speed) > 0 ? 1 : 0)) > 400);
});

test('PendulumNoVel-v1 stays below -900 under every torque that is linear in the observation', (t) => {
  for (let sine = -6; sine <= 6; sine += 2) {
    for (let cosine = -3; cosine <= 3; cosine += 1.5) {
      t.true(memorylessReturn('PendulumNoVel-v1', 40, ([x, y]) => [sine * y + cosine * x]) < -900, `${sine} ${cosine}`);
    }
  }
});

test('MountainCarContinuousNoVel-v0 needs more work than any force that depends on the position alone can do', (t) => {
  const climb = (x: number) => (0.0025 / 3) * (Math.sin(3 * 0.45) - Math.sin(3 * x));
  for (let x = -0.6; x <= -0.4; x += 0.001) t.true(0.0015 * (0.45 - x) < climb(x), String(x));
  t.is(memorylessReturn('MountainCarContinuousNoVel-v0', 3, () => [0]), 0);
});

test('an environment is named with its options, and those of a call win', (t) => {
  const limit = (environment: Environment): number => {
    environment.reset();
    for (let steps = 1; ; steps += 1) if (environment.step(3).truncated) return steps;
  };
  t.deepEqual(['TMaze-v0', 'TMaze-v0()', 'TMaze-v0(length=4)', 'TMaze-v0( length = 4 )'].map((name) => limit(makeEnvironment(name))), [220, 220, 100, 100]);
  t.is(limit(makeEnvironment('TMaze-v0(length=4)', { length: 2 })), 60);
  t.is(makeEnvironment('DelayedRecall-v0(delay=1,arms=5)').observationSpace.shape[0], 6);
  t.is(makeEnvironment('TMaze-v0(length=4)').id, 'TMaze-v0');
  t.deepEqual([checkEnvironment('environment', 'TMaze-v0(length=4)'), environmentId('TMaze-v0(length=4)')], ['TMaze-v0(length=4)', 'TMaze-v0']);
  t.deepEqual([' TMaze-v0 ( length = 4 ) ', 'TMaze-v0()', 'DelayedRecall-v0( delay=5 , arms=2 )'].map((name) => checkEnvironment('environment', name)), ['TMaze-v0(length=4)', 'TMaze-v0', 'DelayedRecall-v0(delay=5,arms=2)']);
});

test('a simulation takes an environment with options, and its task\'s defaults', (t) => {
  const { environment, steps } = resolveSettings({ environment: 'TMaze-v0(length=4)' });
  t.deepEqual([environment, steps], ['TMaze-v0(length=4)', resolveSettings({ environment: 'TMaze-v0' }).steps]);
});
