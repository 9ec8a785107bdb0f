import { readFileSync } from 'node:fs';

import test from 'ava';

import { loadEnvironment, makeEnvironment } from '../../src/environment/registry.js';
import { environmentContract } from '../../src/testing/environment-contract.js';

/** Tasks, and how many positions and velocities they have. */
const TASKS = [['HalfCheetah-v5', 18], ['Reacher-v5', 8], ['InvertedDoublePendulum-v5', 6]] as const;

test('the error of a task whose simulator is not loaded names the call that loads it', (t) => {
  const environment = makeEnvironment('Hopper-v5');
  t.throws(() => environment.reset(), { message: "Hopper-v5 needs its simulator: await loadEnvironment('Hopper-v5') before it is made" });
});

for (const [id, core] of TASKS) {
  for (const { title, check } of environmentContract(id, { core })) {
    test(title, async (t) => {
      await loadEnvironment(id);
      check(t);
    });
  }
}

interface Episode {
  readonly seed: number;
  readonly actions: string;
  readonly reset: { readonly qpos: number[]; readonly qvel: number[]; readonly observation: number[] };
  readonly steps: { readonly action: number[]; readonly reward: number; readonly terminated: boolean; readonly observation: number[] }[];
}
/** Recorded with Gymnasium 1.3.0 and MuJoCo 3.14.0: see `protocol` and `source` in the file. */
const { tasks } = JSON.parse(readFileSync('test/fixtures/mujoco.json', 'utf8')) as { tasks: { env: string; episodes: Episode[] }[] };

const STEPS = 50;
const [COUNTERS, ELAPSED, ENDED] = [4, -4, -3];
const difference = (one: ArrayLike<number>, other: ArrayLike<number>) => Math.max(...Array.from(one, (x, i) => Math.abs(x - other[i])));

for (const { env, episodes } of tasks) {
  for (const { seed, actions, reset, steps } of episodes) {
    const tolerance = env === 'HalfCheetah-v5' && actions === 'full' ? 1e-8 : 1e-9; // the one that is chaotic so soon
    test(`${env}, ${actions} actions: within ${tolerance} of Gymnasium's trajectory over ${STEPS} steps`, async (t) => {
      await loadEnvironment(env);
      const environment = makeEnvironment(env);
      t.true(difference(environment.reset({ seed }), reset.observation) < 1e-12, 'a seed gives the first state of Gymnasium');
      environment.setState([...reset.qpos, ...reset.qvel]);
      for (const [i, step] of steps.slice(0, STEPS).entries()) {
        const { observation, reward, terminated, truncated } = environment.step(step.action);
        t.true(difference(observation, step.observation) < tolerance, `step ${i + 1}`);
        t.true(Math.abs(reward - step.reward) < tolerance, `reward of step ${i + 1}`);
        t.is(terminated, step.terminated);
        if (terminated || truncated) environment.setState(environment.getState().with(ELAPSED, 0).with(ENDED, 0));
      }
      t.is(environment.getState().length, reset.qpos.length + 2 * reset.qvel.length + COUNTERS);
    });
  }
}
