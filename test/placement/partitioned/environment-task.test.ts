import test from 'ava';

import { box, type Environment } from '../../../src/environment/environment.js';
import { WORD } from '../../../src/memory/control.js';
import { SLOT } from '../../../src/replay/ring.js';
import { createTrainingTasks } from '../../../src/placement/partitioned/environment-task.js';
import { createContext } from './fixture.js';

/** Counts: step i of an episode shows (i, 0, 0) and rewards i. Every episode has three steps, the even ones terminate. */
function counting(): Environment {
  let [episode, steps] = [0, 0];
  const observation = () => Float64Array.of(steps, 0, 0);
  return {
    id: 'Counting',
    observationSpace: box([0, 0, 0], [3, 1, 1]),
    actionSpace: box([-2], [2]),
    reset() {
      [episode, steps] = [episode + 1, 0];
      return observation();
    },
    step() {
      steps += 1;
      const ended = steps === 3;
      return { observation: observation(), reward: steps, terminated: ended && episode % 2 === 0, truncated: ended && episode % 2 === 1 };
    },
    getState: () => [],
    setState: () => undefined,
    close: () => undefined,
  };
}

test('a terminated episode drops its bootstrap, a truncated one keeps it, and the last observation of each is stored behind it', (t) => {
  const views = createContext({ network: { hidden: [2], observationScale: [1, 1, 1] } });
  const { control: { words, ticksDone: [progress] }, replay, layout } = views;
  const [host] = createTrainingTasks(views, [counting()]);
  Atomics.store(words, WORD.stepLimit, 6);
  host.begin();
  t.false(host.isReady()); // the outputs have not answered yet
  for (let clock = 1; Atomics.load(words, WORD.finished) === 0; clock += 1) {
    progress.set(0, clock * layout.topology.ticks.length);
    t.true(host.isReady());
    host.advance();
  }
  const { transition, terminal, final } = SLOT;
  t.is(replay.stored(), 8);
  t.deepEqual([...replay.kind.subarray(0, 8)], [transition, transition, transition, final, transition, transition, terminal, final]);
  t.deepEqual([...replay.reward.subarray(0, 8)], [1, 2, 3, 0, 1, 2, 3, 0]);
  t.deepEqual(Array.from({ length: 8 }, (_, slot) => replay.inputVoltages[slot * 4 + 1]), [0, 1, 2, 3, 0, 1, 2, 3]);
  t.is(Atomics.load(words, WORD.steps), 6);
  t.deepEqual([...views.arena.float64('episodes').subarray(0, 6)], [3, 6, 3, 6, 6, 3]); // step, return, length of each
});
