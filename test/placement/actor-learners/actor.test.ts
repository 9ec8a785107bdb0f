import test from 'ava';

import { loadEnvironment, registerEnvironment } from '../../../src/index.js';
import { createActor } from '../../../src/placement/actor-learners/actor.js';
import { createBehaviour, finalEpsilon } from '../../../src/placement/actor-learners/behaviour.js';
import { attachActorCursors } from '../../../src/placement/actor-learners/cursors.js';
import type { ActorLearnerOptions } from '../../../src/placement/actor-learners/settings.js';
import type { UpdatePort } from '../../../src/placement/actor-learners/updates.js';
import { createStream } from '../../../src/random/stream.js';
import { createBench } from './fixture.js';

/** Counts from 1 after each reset, terminates at 5, and is cut after `maxSteps`. Reward: the count before the step. */
const counting = (maxSteps: number) => `export default {
  id: 'Counting-v${maxSteps}', maxSteps: ${maxSteps},
  observationSpace: { kind: 'box', shape: [1], type: 'float64', low: [-100], high: [100] },
  actionSpace: { kind: 'discrete', count: 2 },
  reset: () => ({ count: 1 }),
  step: ({ count }) => ({ state: { count: count + 1 }, reward: count, terminated: count + 1 === 5 }),
  observe: ({ count }) => [count],
}`;
for (const limit of [3, 9]) {
  registerEnvironment(`Counting-v${limit}`, `data:text/javascript,${encodeURIComponent(counting(limit))}`);
  await loadEnvironment(`Counting-v${limit}`);
}

interface Seen {
  readonly rewards: readonly number[];
  readonly discounts: readonly number[];
  readonly outputs: readonly number[];
  readonly successors: readonly number[];
  readonly actions: readonly number[];
}

/** Rollouts of one actor whose output neurons, without hidden layers, say k + 1 times the count. */
function rollouts(options: ActorLearnerOptions, count: number): Seen[] {
  const bench = createBench({ network: { hidden: [], observationScale: [1] }, learning: { discount: 0.5 }, ...options });
  const { layout, arena, networks, rollout, shared } = bench;
  const cursors = attachActorCursors(arena, layout.cursors);
  const seen: Seen[] = [];
  if (layout.settings.network.hidden.length === 0) for (let k = 0; k < layout.outputs; k += 1) shared.values.set([0, k + 1], 2 * k);
  shared.target.set(shared.values.map((each) => 10 * each));
  const port: UpdatePort = {
    admit: () => (seen.length < count ? 'begin' : 'halt'),
    target: shared.target,
    steps: () => 0,
    refresh(weights) {
      weights.set(shared.values);
      return 0;
    },
    contribute(_actor, _gradient, _version, steps, commit) {
      const { size, rewards, discounts, outputs, successors, actions } = rollout;
      const lanes = (numbers: Float32Array, width = size) => Array.from({ length: numbers.length / width }, (_, k) => [...numbers.subarray(k * width, k * width + steps)]).flat();
      seen.push({ rewards: lanes(rewards), discounts: lanes(discounts), outputs: lanes(outputs), successors: lanes(successors), actions: [...actions.subarray(0, steps + 1)] });
      commit(0);
    },
  };
  const task = createActor(0, layout, { networks, objective: bench.objective, rollout }, cursors, port).run();
  while (task.next().done !== true);
  return seen;
}

test('a rollout ends with its steps or with the episode, bootstraps behind a cut from the state before the reset, and not behind a termination', (t) => {
  const [first, second, third] = rollouts({ environment: 'Counting-v9', algorithm: 'async-q', rollout: { steps: 3 } }, 3);
  t.like(first, { rewards: [1, 2, 3], discounts: [0.5, 0.5, 0.5], outputs: [1, 2, 3, 2, 4, 6], successors: [20, 30, 40, 40, 60, 80] });
  t.like(second, { rewards: [4], discounts: [0], outputs: [4, 8] });
  t.like(third, { rewards: [1, 2, 3] });
  const [cut, next] = rollouts({ environment: 'Counting-v3', algorithm: 'async-q', rollout: { steps: 9 } }, 2);
  t.like(cut, { rewards: [1, 2, 3], discounts: [0.5, 0.5, 0.5], successors: [20, 30, 40, 40, 60, 80] });
  t.like(next, { rewards: [1, 2, 3] });
});

test('state of a network crosses rollouts, is 0 at the start of an episode, and does not change at a bootstrap', (t) => {
  const remembering = (steps: number, count: number) => {
    const seen = rollouts({ environment: 'Counting-v9', algorithm: 'async-q', rollout: { steps }, network: { hidden: [2], observationScale: [9], neuronModel: 'leaky', membraneTimeConstant: 3, recurrent: 1 } }, count);
    return seen.flatMap(({ rewards, outputs }) => outputs.slice(0, rewards.length));
  };
  const whole = remembering(4, 2);
  t.deepEqual(whole.slice(4), whole.slice(0, 4)); // the next episode is like the first
  t.deepEqual(remembering(1, 8), whole);
  t.deepEqual(remembering(3, 4), whole);
  const memoryless = rollouts({ environment: 'Counting-v9', algorithm: 'async-q', rollout: { steps: 4 }, network: { hidden: [2], observationScale: [9] } }, 1);
  t.not(memoryless[0].outputs[1], whole[1]);
});

test('n-step Q evaluates the target network at the last state alone, and actor-critic its own weights', (t) => {
  const [q] = rollouts({ environment: 'Counting-v9', algorithm: 'async-nstep-q', rollout: { steps: 3 } }, 1);
  t.deepEqual([q.successors[2], q.successors[5]], [40, 80]);
  const [actorCritic] = rollouts({ environment: 'Counting-v9', algorithm: 'a3c', rollout: { steps: 3 } }, 1);
  t.is(actorCritic.successors[8], 3 * 4); // the third output is the value
});

test('Sarsa learns from the action with which the next rollout begins', (t) => {
  const seen = rollouts({ environment: 'Counting-v9', algorithm: 'async-sarsa', rollout: { steps: 2 }, behaviour: { finalEpsilons: [1] } }, 40);
  seen.forEach(({ actions, discounts }, i) => {
    if (i > 0 && seen[i - 1].discounts[seen[i - 1].discounts.length - 1] > 0) t.is(actions[0], seen[i - 1].actions[seen[i - 1].rewards.length]);
    t.true(discounts.length > 0);
  });
  t.deepEqual([...new Set(seen.map(({ actions }) => actions[0]))].toSorted((a, b) => a - b), [0, 1]);
});

test('final epsilons are drawn with the odds, one per actor, and epsilon falls to them from 1', (t) => {
  const { settings, layout } = createBench({ algorithm: 'async-q', steps: 1000, behaviour: { annealing: 0.5 } });
  const drawn = Array.from({ length: 4000 }, (_, actor) => finalEpsilon(settings, actor));
  const share = (epsilon: number) => drawn.filter((each) => each === epsilon).length / drawn.length;
  t.true(Math.abs(share(0.1) - 0.4) < 0.03 && Math.abs(share(0.01) - 0.3) < 0.03 && Math.abs(share(0.5) - 0.3) < 0.03);
  const behaviour = createBehaviour(layout, 0);
  const stream = createStream(1, 'epsilon');
  const action = new Float32Array(1);
  const randomActions = (step: number) => {
    let others = 0;
    for (let i = 0; i < 4000; i += 1) {
      behaviour.sample(Float32Array.of(0, 1), stream, step, action);
      others += 1 - action[0];
    }
    return others / 2000; // the greedy action is drawn half of the time too
  };
  const final = finalEpsilon(settings, 0);
  [[0, 1], [250, (1 + final) / 2], [500, final], [1000, final]].forEach(([step, epsilon]) => { t.true(Math.abs(randomActions(step) - epsilon) < 0.05); });
});

test('a cursor that is restored continues with the same observations, actions and episode', (t) => {
  const options = { environment: 'CartPole-v1', algorithm: 'async-sarsa', network: { hidden: [3] }, rollout: { steps: 4 }, behaviour: { finalEpsilons: [1] } } as const;
  const collect = (restarts: boolean) => {
    const bench = createBench(options);
    const { layout, arena, shared, rollout } = bench;
    const cursors = attachActorCursors(arena, layout.cursors);
    const seen: number[][] = [];
    let left = 0;
    const port: UpdatePort = {
      admit: () => (left > 0 ? 'begin' : 'halt'),
      target: shared.target,
      steps: () => 0,
      refresh: () => 0,
      contribute(_actor, _gradient, _version, steps, commit) {
        left -= 1;
        seen.push([...rollout.outputs, ...rollout.actions, steps]);
        commit(0);
      },
    };
    const create = () => createActor(1, layout, bench, cursors, port);
    let actor = create();
    for (let i = 0; i < 12; i += 1) {
      if (restarts) actor = create();
      left = 1;
      const task = actor.run();
      while (task.next().done !== true);
    }
    return { seen, counts: [cursors.committed(1, 'steps'), cursors.committed(1, 'episodes')] };
  };
  t.deepEqual(collect(true), collect(false));
});
