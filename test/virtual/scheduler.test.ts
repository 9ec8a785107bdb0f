import test from 'ava';
import fc from 'fast-check';

import type { Coroutine, Announcement } from '../../src/schedule/work.js';
import { createVirtualScheduler, type VirtualTask } from '../../src/virtual/scheduler.js';
import type { VirtualSettings } from '../../src/virtual/settings.js';
import { createWorld, type World } from '../../src/virtual/world.js';

const zero = { name: 'constant', value: 0 } as const;
const SETTINGS: VirtualSettings = { compute: zero, forward: null, act: zero, step: zero, learningMessageDelay: zero, actingMessageDelay: zero, wake: zero, cores: null, peerWait: false, messageLoss: 0, stragglers: 0, slowdown: 1 };

let threads = 0;

/** A strand on a thread of its own, unless told which. */
function strand(coroutine: Coroutine, duration: (turn: Announcement) => number, thread = (threads += 1), rouse = 0): VirtualTask {
  return { coroutine, thread, duration, wakeDelay: () => Infinity, wakeLatency: () => rouse };
}

/** A bell that has always just rung. */
function ringing(): () => number {
  let rings = 0;
  return () => (rings += 1);
}

test('work is done at the end of the time that it takes, side by side with that of others', (t) => {
  const world = createWorld(SETTINGS, 1, 2);
  const log: string[] = [];
  function* worker(name: string, turns: number): Coroutine {
    for (let i = 0; i < turns; i += 1) {
      yield 'compute';
      log.push(`${name} ${world.now()}`);
    }
  }
  createVirtualScheduler([strand(worker('slow', 2), () => 3), strand(worker('fast', 4), () => 2)], world, () => undefined, ringing()).run();
  t.deepEqual(log, ['fast 2', 'slow 3', 'fast 4', 'slow 6', 'fast 6', 'fast 8']);
});

/** A strand that waits until another has opened, and when it was let in. */
function door(world: World) {
  let open = false;
  let time = -1;
  return {
    *opener(): Coroutine {
      yield 'compute';
      open = true;
    },
    *waiting(): Coroutine {
      while (!open) yield 'blocked';
      time = world.now();
    },
    entered: () => time,
  };
}

test('a blocked task is polled after every event', (t) => {
  const world = createWorld(SETTINGS, 1, 2);
  const way = door(world);
  createVirtualScheduler([strand(way.waiting(), () => 0), strand(way.opener(), () => 5)], world, () => undefined, ringing()).run();
  t.is(way.entered(), 5);
});

test('strands of one thread take their turns one after another', (t) => {
  const world = createWorld(SETTINGS, 1, 1);
  const log: number[] = [];
  function* worker(): Coroutine {
    yield 'compute';
    log.push(world.now());
  }
  createVirtualScheduler([strand(worker(), () => 3, 0), strand(worker(), () => 2, 0)], world, () => undefined, ringing()).run();
  t.deepEqual(log, [3, 5]);
});

test('a sleeping thread that is rung for looks once it is up', (t) => {
  const world = createWorld(SETTINGS, 1, 2);
  const way = door(world);
  createVirtualScheduler([strand(way.waiting(), () => 0, 0, 2), strand(way.opener(), () => 5, 1)], world, () => undefined, ringing()).run();
  t.is(way.entered(), 7);
});

test('a message is waited for until it arrives', (t) => {
  const world = createWorld(SETTINGS, 1, 2);
  let arrived = false;
  let entered = -1;
  world.after(7, () => (arrived = true));
  function* waiting(): Coroutine {
    while (!arrived) yield 'blocked';
    entered = world.now();
  }
  createVirtualScheduler([strand(waiting(), () => 0)], world, () => undefined, ringing()).run();
  t.is(entered, 7);
});

test('a deadlock of all tasks is an error', (t) => {
  function* waiting(): Coroutine {
    for (;;) yield 'blocked';
  }
  t.throws(() => { createVirtualScheduler([strand(waiting(), () => 0)], createWorld(SETTINGS, 1, 2), () => undefined, ringing()).run(); }, { message: /every partition waits/ });
});

test('the phases of an update share its time, and stragglers take a multiple of it', (t) => {
  const world = createWorld({ ...SETTINGS, compute: { name: 'exponential', mean: 1 }, stragglers: 0.5, slowdown: 10 }, 3, 4);
  const plain = createWorld({ ...SETTINGS, compute: { name: 'exponential', mean: 1 } }, 3, 4);
  const factors = [0, 1, 2, 3].map((partition) => {
    const phases = (['compute', 'compute', 'learn'] as const).map((turn) => world.duration(partition, turn, 2));
    for (const phase of phases) t.true(Math.abs(phase / phases[0] - 1) < 1e-9);
    t.not(world.duration(partition, 'compute', 2), phases[0]);
    return Math.round(phases[0] / plain.duration(partition, 'compute', 2));
  });
  t.deepEqual(factors.toSorted((a, b) => a - b), [1, 1, 10, 10]);
});

test('forward ticks take their share of an update', (t) => {
  const world = createWorld({ ...SETTINGS, compute: { name: 'constant', value: 10 }, forward: 0.8 }, 1, 1);
  t.deepEqual((['compute', 'compute', 'learn'] as const).map((turn) => Math.round(world.duration(0, turn, 2) * 1e6) / 1e6), [4, 4, 2]);
});

test('the arrival time of a message does not depend on how often it is read, or by which task', (t) => {
  const settings = { ...SETTINGS, learningMessageDelay: { name: 'lognormal', median: 0.1, sigma: 1 } as const, messageLoss: 0.25 };
  const [one, other] = [createWorld(settings, 5, 3), createWorld(settings, 5, 3)];
  let lost = 0;
  fc.assert(
    fc.property(fc.nat(2), fc.nat(2), fc.nat(100_000), (sender, receiver, number) => {
      const arrival = one.arrival(sender, receiver, number, 2);
      lost += Number(arrival === Infinity);
      t.true(arrival >= 2);
      t.is(other.arrival(sender, receiver, number, 2), arrival);
      t.is(one.arrival(sender, receiver, number, 2), arrival);
    }),
    { seed: 1, numRuns: 2000 },
  );
  t.true(Math.abs(lost / 2000 - 0.25) < 0.04, `${lost} of 2000 were lost`); // 4 standard errors
});

test('a closed pause stops all tasks and changes nothing that follows', (t) => {
  const run = (closedAt: readonly number[]) => {
    const world = createWorld(SETTINGS, 1, 2);
    const log: string[] = [];
    let steps = 0;
    let until = closedAt.at(0) ?? Infinity;
    function* host(): Coroutine {
      for (; steps < 4; steps += 1) {
        yield 'pause';
        yield 'step';
        log.push(`step ${world.now()}`);
      }
    }
    function* worker(): Coroutine {
      for (let i = 0; i < 4; i += 1) {
        yield 'compute';
        log.push(`update ${world.now()}`);
      }
    }
    const carrier = createVirtualScheduler([{ ...strand(host(), () => 2), isHeld: () => steps >= until }, strand(worker(), () => 2)], world, () => undefined, ringing());
    const pauses: number[] = [];
    for (const next of [...closedAt.slice(1), Infinity]) {
      if (carrier.run()) break;
      pauses.push(log.length);
      until = next;
    }
    if (closedAt.length > 0) carrier.run();
    return { log, pauses };
  };
  const { log, pauses } = run([]);
  t.deepEqual(pauses, []);
  t.deepEqual(log, ['update 2', 'step 2', 'update 4', 'step 4', 'update 6', 'step 6', 'update 8', 'step 8']);
  t.deepEqual(run([1, 3]), { log, pauses: [2, 6] });
});
