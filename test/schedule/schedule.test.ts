import test from 'ava';
import fc from 'fast-check';

import { createArena } from '../../src/memory/arena.js';
import { attachControl, controlBlocks, WORD } from '../../src/memory/control.js';
import { createEventCount } from '../../src/schedule/event-count.js';
import { createRateLimiter, createStreamLimiter } from '../../src/schedule/rate-limiter.js';
import { SCHEDULES, type ScheduleContext, type ClockSettings } from '../../src/schedule/schedule.js';

const TIMING = { stalenessBound: 2, clockRate: 10, clocks: 'partition' } as const;

/** What partition 0 of several sees; the others' counters are written by hand. */
function context(partitions: number, timing: ClockSettings = TIMING, now = () => 0) {
  const control = attachControl(createArena(controlBlocks(partitions)));
  const eventCount = createEventCount(control.words, false);
  return { control, words: control.words, eventCount: eventCount, partition: 0, gates: 3, neurons: [4, 5], timing, seed: 1, now } satisfies ScheduleContext & { words: Int32Array };
}

test('a thread does not sleep on the event count after a notify that followed its prepare', (t) => {
  const { eventCount } = context(1);
  const prepare = eventCount.prepare();
  eventCount.notify();
  t.not(eventCount.prepare(), prepare);
  const { wait } = Atomics;
  const answers: string[] = [];
  Atomics.wait = ((words: Int32Array, ...rest: [number, number, number?]) => {
    const answer = wait(words, ...rest);
    answers.push(answer);
    return answer;
  }) as typeof wait;
  eventCount.wait(prepare);
  Atomics.wait = wait;
  t.deepEqual(answers, ['not-equal']); // it looked, and did not sleep
});

test('no thread stays asleep on the event count', (t) => {
  const { words, eventCount } = context(1);
  eventCount.wait(eventCount.prepare());
  t.is(words[WORD.sleepers], 0);
});

test('a barrier of one lets its partition pass', (t) => {
  const schedule = SCHEDULES.synchronous(context(1));
  schedule.begin(0);
  schedule.arrive();
  t.true(schedule.isGateOpen());
});

test('a barrier opens once the last partition has come as far, and the last one rings', (t) => {
  const shared = context(2);
  const schedules = [0, 1].map((partition) => SCHEDULES.synchronous({ ...shared, partition }));
  for (const schedule of schedules) schedule.begin(7);
  const prepare = shared.eventCount.prepare();
  schedules[0].arrive();
  t.false(schedules[0].isGateOpen());
  t.is(shared.eventCount.prepare(), prepare);
  schedules[1].arrive();
  t.true(schedules[0].isGateOpen() && schedules[1].isGateOpen());
  t.not(shared.eventCount.prepare(), prepare);
  schedules[0].arrive();
  t.false(schedules[0].isGateOpen());
});

test('a partition that begins its update anew passes the gates that the others wait behind', (t) => {
  const shared = context(2);
  const [waiting, reborn] = [0, 1].map((partition) => SCHEDULES.synchronous({ ...shared, partition }));
  for (const schedule of [waiting, reborn]) {
    schedule.begin(7);
    schedule.arrive();
  }
  waiting.arrive(); // at the second gate when the other dies
  reborn.begin(7);
  t.false(waiting.isGateOpen());
  reborn.arrive();
  t.true(reborn.isGateOpen());
  t.false(waiting.isGateOpen());
  reborn.arrive();
  t.true(reborn.isGateOpen() && waiting.isGateOpen());
});

test('hogwild never waits', (t) => {
  const schedule = SCHEDULES.hogwild(context(5));
  t.true(schedule.isGateOpen() && schedule.mayBegin(1000) && schedule.learns(4));
  t.is(schedule.wakeDelay(), Infinity);
});

test('bounded lets a partition begin at most k versions ahead of the slowest', (t) => {
  const shared = context(3);
  const schedule = SCHEDULES.bounded(shared);
  shared.control.version.set(0, 9);
  shared.control.version.set(1, 7);
  shared.control.version.set(2, 8);
  t.deepEqual([8, 9, 10].map((update) => schedule.mayBegin(update)), [true, true, false]);
});

test('poisson lets a partition begin once for each strike of its clock, at the mean rate', (t) => {
  let time = 0;
  const schedule = SCHEDULES.poisson(context(2, TIMING, () => time));
  const waits: number[] = [];
  for (let update = 0; update < 20_000; update += 1) {
    waits.push(schedule.mayBegin(update) ? 0 : schedule.wakeDelay() / 1000);
    time += waits[update] + 1e-9;
    if (!schedule.mayBegin(update)) t.fail(`update ${update} may not begin at its strike`);
    schedule.begin(update);
  }
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  const variance = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length;
  t.true(Math.abs(mean - 0.1) < 0.003, `mean wait ${mean}`); // exponential: the deviation is the mean; 4 standard errors
  t.true(Math.abs(Math.sqrt(variance) - 0.1) < 0.005, `deviation ${Math.sqrt(variance)}`);
});

for (const clocks of ['partition', 'neuron'] as const) {
  test(`poisson wakes for a strike only where it refused to begin before it: clocks of the ${clocks}`, (t) => {
    let time = 0;
    const schedule = SCHEDULES.poisson(context(2, { ...TIMING, clocks }, () => time));
    t.is(schedule.wakeDelay(), Infinity);
    t.false(schedule.mayBegin(0));
    t.true(Number.isFinite(schedule.wakeDelay()));
    t.is(schedule.wakeDelay(), Infinity); // not asked again
    time = 1000;
    t.true(schedule.mayBegin(0));
    t.is(schedule.wakeDelay(), Infinity); // it has struck: what it waits for is something else
  });
}

test('with clocks of their own, neurons sit out the updates before their clock strikes', (t) => {
  let time = 0;
  const schedule = SCHEDULES.poisson(context(2, { ...TIMING, clocks: 'neuron' }, () => time));
  const learned = [0, 0];
  const updates = 20_000;
  for (let update = 0; update < updates; update += 1) {
    time += 0.001;
    const may = schedule.mayBegin(update);
    const both = [schedule.learns(4), schedule.learns(5)];
    t.is(both.some(Boolean), may);
    both.forEach((learns, i) => (learned[i] += Number(learns)));
  }
  for (const count of learned) t.true(Math.abs(count - 200) < 60, `${count} strikes in 20 seconds at 10 per second`); // 4 standard deviations
  t.not(learned[0], learned[1]);
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
  t.true(limiter.mayAct(0, 1000) && limiter.mayLearn(10_000, 11) && limiter.isSettled(0, 1000, false));
  t.false(limiter.mayLearn(0, 10));
});

test('learning from the stream never runs ahead of acting, and acting never more than the window ahead of learning', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 16 }), (updates, stored, window) => {
      const limiter = createStreamLimiter(window);
      const learnable = Math.max(0, stored - 1); // the last slot has no successor yet
      t.is(limiter.mayLearn(updates, stored), updates < learnable);
      t.is(limiter.mayAct(updates, stored), learnable - updates <= window);
      t.is(limiter.isSettled(updates, stored, false), updates >= learnable);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('if no partition waits for an action, turns of acting are kept together by barriers alone', (t) => {
  const barrier = SCHEDULES.synchronous(context(2)).inferenceTicks;
  t.true(barrier.lockstep && barrier.mayBegin(3, 3) && barrier.mayBegin(3, Infinity));
  t.false(barrier.mayBegin(3, 2));
  for (const name of ['hogwild', 'bounded'] as const) {
    const { inferenceTicks } = SCHEDULES[name](context(2));
    t.true(!inferenceTicks.lockstep && inferenceTicks.mayBegin(3, 0));
  }
});

test('under poisson a turn of acting waits for a strike that comes after it is wanted, and none is saved up', (t) => {
  let time = 0;
  const { inferenceTicks } = SCHEDULES.poisson(context(1, TIMING, () => time));
  t.is(inferenceTicks.wakeDelay(), Infinity); // no turn is wanted
  time = 100; // a thousand strikes later
  t.false(inferenceTicks.mayBegin(0, Infinity));
  const wait = inferenceTicks.wakeDelay();
  t.true(wait > 0 && wait < 10);
  time += wait;
  t.true(inferenceTicks.mayBegin(0, Infinity));
  inferenceTicks.begin();
  t.false(inferenceTicks.mayBegin(1, Infinity));
});
