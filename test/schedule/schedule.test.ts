import test from 'ava';
import fc from 'fast-check';

import { createArena } from '../../src/memory/arena.js';
import { attachControl, controlBlocks, WORD } from '../../src/memory/control.js';
import { createBell } from '../../src/schedule/bell.js';
import { createRateLimiter, createStreamLimiter } from '../../src/schedule/rate-limiter.js';
import { Aborted, SCHEDULES } from '../../src/schedule/schedule.js';

function context(partitions: number) {
  const { words } = attachControl(createArena(controlBlocks(partitions)));
  return { words, bell: createBell(words, false), partitions, spin: false };
}

test('the bell lets nobody sleep through a ring that came after the ticket', (t) => {
  const { bell } = context(1);
  const ticket = bell.ticket();
  bell.ring();
  t.not(bell.ticket(), ticket);
  const { wait } = Atomics;
  const answers: string[] = [];
  Atomics.wait = ((words: Int32Array, ...rest: [number, number, number?]) => {
    const answer = wait(words, ...rest);
    answers.push(answer);
    return answer;
  }) as typeof wait;
  bell.wait(ticket);
  Atomics.wait = wait;
  t.deepEqual(answers, ['not-equal']); // it looked, and did not sleep
});

test('nobody is left asleep on the bell', (t) => {
  const { words, bell } = context(1);
  bell.wait(bell.ticket());
  t.is(words[WORD.sleepers], 0);
});

test('a barrier of one lets its partition pass', (t) => {
  t.notThrows(() => { SCHEDULES.synchronous(context(1)).gate(); });
});

test('the last partition to arrive opens the barrier', (t) => {
  const shared = context(2);
  Atomics.add(shared.words, WORD.barrierCount, 1); // the other one waits already
  SCHEDULES.synchronous(shared).gate();
  t.is(shared.words[WORD.barrierGeneration], 1);
  t.is(shared.words[WORD.barrierCount], 0);
});

test('a waiting partition leaves the barrier once another has failed', (t) => {
  const shared = context(2);
  Atomics.store(shared.words, WORD.abort, 1);
  t.throws(() => { SCHEDULES.synchronous(shared).gate(); }, { instanceOf: Aborted });
});

test('hogwild never waits at a gate', (t) => {
  t.notThrows(() => { SCHEDULES.hogwild(context(5)).gate(); });
});

const limits = fc.record({
  warmup: fc.integer({ min: 0, max: 100 }),
  updatesPerStep: fc.double({ min: 0.1, max: 4, noNaN: true }),
  window: fc.integer({ min: 0, max: 20 }),
});

test('the rate limiter keeps learning and acting within its window, and never blocks both', (t) => {
  fc.assert(
    fc.property(limits, fc.array(fc.boolean(), { minLength: 300, maxLength: 300 }), (limit, preferences) => {
      const limiter = createRateLimiter(limit);
      let [steps, updates] = [0, 0];
      for (const preferActing of preferences) {
        const [mayAct, mayLearn] = [limiter.mayAct(updates, steps), limiter.mayLearn(updates, steps)];
        t.true(mayAct || mayLearn);
        if (mayAct && (preferActing || !mayLearn)) steps += 1;
        else updates += 1;
        t.true(updates <= limiter.due(steps) + limit.window);
        t.true(updates >= limiter.due(steps) - limit.window - Math.ceil(limit.updatesPerStep));
      }
    }),
    { seed: 1 },
  );
});

test('with a window of 0 the number of updates at each step is fixed', (t) => {
  const limiter = createRateLimiter({ warmup: 10, updatesPerStep: 0.5, window: 0 });
  t.deepEqual([9, 10, 11, 12, 13, 14].map((steps) => limiter.due(steps)), [0, 0, 0, 1, 1, 2]);
  t.false(limiter.mayAct(0, 12));
  t.true(limiter.mayLearn(0, 12));
  t.true(limiter.mayAct(1, 12));
  t.false(limiter.mayLearn(1, 12));
});

test('an infinite window blocks neither, and owes nothing at the end', (t) => {
  const limiter = createRateLimiter({ warmup: 10, updatesPerStep: 1, window: Infinity });
  t.true(limiter.mayAct(0, 1000) && limiter.mayLearn(10_000, 11) && limiter.settled(0, 1000, false));
  t.false(limiter.mayLearn(0, 10));
});

test('learning from the stream never runs ahead of acting, and acting never more than the window ahead of learning', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 16 }), (updates, stored, window) => {
      const limiter = createStreamLimiter(window);
      const learnable = Math.max(0, stored - 1); // the last slot has no successor yet
      t.is(limiter.mayLearn(updates, stored), updates < learnable);
      t.is(limiter.mayAct(updates, stored), learnable - updates <= window);
      t.is(limiter.settled(updates, stored, false), updates >= learnable);
    }),
    { seed: 1, numRuns: 200 },
  );
});
