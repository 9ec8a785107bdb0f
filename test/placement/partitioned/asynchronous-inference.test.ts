import test from 'ava';

import { resolveSettings, type SimulationOptions } from '../../../src/index.js';
import { createArena } from '../../../src/memory/arena.js';
import { WORD } from '../../../src/memory/control.js';
import { createActivations } from '../../../src/network/dynamic.js';
import { box, type Environment } from '../../../src/environment/environment.js';
import { createInferenceMode } from '../../../src/placement/partitioned/inference-mode.js';
import { createInference } from '../../../src/placement/partitioned/inference.js';
import { createPartitionNoise } from '../../../src/placement/partitioned/exploration-noise.js';
import { createTrainingTasks } from '../../../src/placement/partitioned/environment-task.js';
import { ALIVE, createRunLayout } from '../../../src/placement/partitioned/run-layout.js';
import { createPartitionContext, type PartitionContext } from '../../../src/placement/partitioned/partition-context.js';

const FREE: SimulationOptions = { timing: { inference: 'sampled', controlPeriod: 0 } };

/** What each partition of a network with two hidden layers sees of one arena. */
function createAll(partitions: number, options: SimulationOptions = FREE): PartitionContext[] {
  const plan = createRunLayout(resolveSettings({ network: { hidden: [4, 3] }, learning: { replay: 256 }, partitions, ...options }));
  const arena = createArena(plan.blocks);
  arena.int32(ALIVE).fill(1);
  arena.float32('weights').forEach((_, i, weights) => (weights[i] = Math.sin(i)));
  return Array.from({ length: partitions }, (_, partition) => createPartitionContext(plan, arena, partition, false));
}

/** Writes down the actions that it is given. */
function listening(actions: number[]): Environment {
  return {
    id: 'Listening',
    observationSpace: box([-1, -1, -8], [1, 1, 8]),
    actionSpace: box([-2], [2]),
    reset: () => Float64Array.of(0.1, 0.2, 0.3),
    step(action) {
      actions.push(typeof action === 'number' ? action : action[0]);
      return { observation: Float64Array.of(0.4, 0.5, 0.6), reward: 1, terminated: false, truncated: false };
    },
    getState: () => [],
    setState: () => undefined,
    close: () => undefined,
  };
}

test('the stored action is the executed one, though neurons change meanwhile', (t) => {
  const [views] = createAll(1);
  const { outputs } = views.layout.topology;
  const actions: number[] = [];
  const [host] = createTrainingTasks(views, [listening(actions)], createInferenceMode(views).createPort(true));
  Atomics.store(views.control.words, WORD.stepLimit, 1);
  host.begin();
  views.inferenceActivations.voltages[outputs.begin] = 0.5;
  t.true(host.isReady()); // whatever the outputs say
  host.latch();
  views.inferenceActivations.voltages[outputs.begin] = -0.5;
  host.advance();
  t.deepEqual(actions, [1]);
  t.is(views.replay.sampled[0], 0.5);
  t.is(views.replay.stored(), 1);
});

test('an observation passes through the network in as many turns as it has ticks, and ends with the voltages of an awaited one', (t) => {
  const observation = [0.3, -0.2, 0.9];
  const [waiting] = createAll(1, {});
  createInferenceMode(waiting).createPort(false).submit(0, [observation]);
  const awaited = createInference(waiting, waiting.layout.groups);
  while (awaited.isReady()) awaited.tick(true);
  for (const partitions of [1, 2, 3]) {
    const all = createAll(partitions);
    const stage = createInferenceMode(all[0]).createPort(false);
    const actors = all.map((views) => createInferenceMode(views).createInference(views.layout.groups));
    for (const actor of actors) actor.begin?.();
    stage.begin(0);
    stage.submit(0, [observation]);
    let rounds = 0;
    for (let due = actors.filter((actor) => actor.isReady()); due.length > 0; due = actors.filter((actor) => actor.isReady())) {
      for (const actor of due) actor.snapshotInputs?.(); // all at once
      for (const actor of due) actor.tick(true);
      rounds += 1;
    }
    t.is(rounds, 3);
    t.deepEqual(all[0].inferenceActivations.voltages, waiting.inferenceActivations.voltages);
    all[0].control.version.set(0, 1); // it has learned, and so may say something else
    t.true(actors[0].isReady());
  }
});

test('correlated noise moves once in every step, even if a neuron is skipped in some', (t) => {
  const drawn = (asked: readonly number[]) => {
    const [views] = createAll(1, { ...FREE, exploration: { output: 0.5, warmup: 0.5, correlation: 0.8 } });
    const { topology, groups } = views.layout;
    const activations = createActivations(views.kernels, topology, 1);
    const explorer = createPartitionNoise(views, activations, views.layout.ownership[0], true);
    for (const step of asked) {
      views.control.groups[0].steps.set(step);
      explorer.countSteps(0, groups[0]);
      activations.voltages.fill(0);
      explorer.explore(topology.outputs.begin, topology.outputs.end, groups[0]);
    }
    return activations.voltages[topology.outputs.begin];
  };
  const every = drawn([0, 1, 2, 3, 4, 5]);
  t.not(every, 0);
  t.is(drawn([0, 5]), every);
  t.is(drawn([0, 2, 2, 5, 5, 5]), every);
  t.not(drawn([0, 4]), every);
});
