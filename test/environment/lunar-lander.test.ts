import { readFileSync } from 'node:fs';

import test from 'ava';

import type { Action } from '../../src/environment/environment.js';
import { createLander } from '../../src/environment/box2d/lander-world.js';
import { makeEnvironment } from '../../src/environment/registry.js';
import { createPcg64 } from '../../src/random/pcg64.js';
import { environmentContract } from '../../src/testing/environment-contract.js';

const OPTIONS = ['wind', 'windPower', 'turbulence', 'gravity'];
for (const { title, check } of ['LunarLander-v3', 'LunarLanderContinuous-v3', 'LunarLander-v3(wind=1)'].flatMap((name) => environmentContract(name, { options: OPTIONS }))) test(title, check);

interface Recorded {
  readonly action: number | number[];
  readonly reward: number;
  readonly observation: number[];
  readonly terminated: boolean;
}
interface Episode {
  readonly env: string;
  readonly kwargs: { readonly enable_wind?: true };
  readonly controller: string;
  readonly seed: number;
  readonly reset: { readonly observation: number[] };
  readonly steps: Recorded[];
}
/** Recorded with Gymnasium 1.3.0 and pybox2d: see `protocol` and `source` in the file. */
const { episodes } = JSON.parse(readFileSync('test/fixtures/lunar-lander.json', 'utf8')) as { episodes: Episode[] };

const difference = (one: ArrayLike<number>, other: ArrayLike<number>) => Math.max(...Array.from(one, (x, i) => Math.abs(x - other[i])));

for (const { env, kwargs, controller, seed, reset, steps } of episodes) {
  test(`${env}, ${controller}, seed ${seed}: within 1e-4 of Gymnasium's episode over 50 steps, and 1e-3 until a leg touches the ground`, (t) => {
    const environment = makeEnvironment(env, kwargs.enable_wind && { wind: 1 });
    t.true(difference(environment.reset({ seed }), reset.observation) < 1e-4);
    for (const [i, step] of steps.entries()) {
      if (step.observation[6] === 1 || step.observation[7] === 1) break;
      const { observation, reward, terminated } = environment.step(step.action);
      t.true(difference(observation, step.observation) < (i < 50 ? 1e-4 : 1e-3), `step ${i + 1}`);
      t.true(Math.abs(reward - step.reward) < 5e-3, `reward of step ${i + 1}: ${reward}, ${step.reward}`);
      t.is(terminated, step.terminated);
    }
  });
}

test('craft and legs have the masses and moments of Box2D', (t) => {
  const { craft, legs } = createLander({ gravity: -10 }, createPcg64(0)).bodies();
  const centre = craft.getLocalCenter();
  t.true(difference([craft.getMass(), centre.x, centre.y, craft.getInertia()], [4.8166667, 0, 0.1013072, 0.8333148]) < 1e-6);
  for (const leg of legs) t.true(difference([leg.getMass(), leg.getInertia()], [0.0711111, 0.00179095]) < 1e-7);
});

/** The controller that Gymnasium ships with the task. */
function controller(seen: ArrayLike<number>, continuous: boolean): Action {
  const [x, y, speedX, speedY, angle, spin, left, right] = Array.from(seen);
  const landed = left === 1 || right === 1;
  const turn = landed ? 0 : (Math.min(0.4, Math.max(-0.4, 0.5 * x + speedX)) - angle) * 0.5 - spin;
  const hover = landed ? -0.5 * speedY : (0.55 * Math.abs(x) - y) * 0.5 - 0.5 * speedY;
  if (continuous) return [hover * 20 - 1, -turn * 20].map((power) => Math.min(1, Math.max(-1, power)));
  if (hover > Math.abs(turn) && hover > 0.05) return 2;
  return turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0;
}

for (const [name, mean, spread] of [['LunarLander-v3', 249, 25], ['LunarLanderContinuous-v3', 279, 20]] as const) {
  test(`${name}: Gymnasium's controller reaches ${mean} ± ${spread} over 50 seeds`, (t) => {
    const environment = makeEnvironment(name);
    let sum = 0;
    for (let seed = 1000; seed < 1050; seed += 1) {
      let seen = environment.reset({ seed });
      for (let ended = false; !ended;) {
        const { observation, reward, terminated, truncated } = environment.step(controller(seen, name === 'LunarLanderContinuous-v3'));
        sum += reward;
        seen = observation;
        ended = terminated || truncated;
      }
    }
    t.true(Math.abs(sum / 50 - mean) < spread, `${sum / 50}`);
  });
}
