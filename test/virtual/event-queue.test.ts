import test from 'ava';
import fc from 'fast-check';

import { InternalError } from '../../src/errors.js';
import { createEventQueue } from '../../src/virtual/event-queue.js';

test('events come by time, and those of one time in the order they were pushed in', (t) => {
  const queue = createEventQueue<string>();
  for (const [time, event] of [[2, 'c'], [1, 'a'], [2, 'd'], [1, 'b'], [2, 'e']] as const) queue.push(time, event);
  t.is(queue.size, 5);
  t.deepEqual(Array.from({ length: 6 }, () => queue.pop()), ['a', 'b', 'c', 'd', 'e', undefined]);
});

test('the time is that of the last event, and the next event\'s can be looked at', (t) => {
  const queue = createEventQueue<string>();
  t.is(queue.nextTime, Infinity);
  queue.push(0.5, 'a');
  queue.push(0.75, 'b');
  t.deepEqual([queue.time, queue.nextTime], [0, 0.5]);
  queue.pop();
  t.deepEqual([queue.time, queue.nextTime], [0.5, 0.75]);
  queue.pop();
  queue.pop();
  t.deepEqual([queue.time, queue.nextTime], [0.75, Infinity]);
});

test('pushes and pops in any order give the results of a sorted list', (t) => {
  const operation = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 6 }) }, { weight: 2, arbitrary: fc.constant('pop' as const) });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const queue = createEventQueue<number>();
      const sorted: { time: number; event: number }[] = [];
      let now = 0;
      operations.forEach((delay, event) => {
        if (delay === 'pop') {
          const first = sorted.shift();
          now = first?.time ?? now;
          t.is(queue.pop(), first?.event);
        } else {
          queue.push(now + delay, event);
          const after = sorted.findIndex(({ time }) => time > now + delay);
          sorted.splice(after < 0 ? sorted.length : after, 0, { time: now + delay, event });
        }
        t.deepEqual([queue.size, queue.time, queue.nextTime], [sorted.length, now, sorted.at(0)?.time ?? Infinity]);
      });
    }),
    { seed: 1, numRuns: 500 },
  );
});

for (const time of [0.5, NaN, Infinity]) {
  test(`an event at ${time} is refused when it is 1 already`, (t) => {
    const queue = createEventQueue<string>();
    queue.push(1, 'a');
    queue.pop();
    t.throws(() => { queue.push(time, 'b'); }, { instanceOf: InternalError, message: `an event at virtual time ${time}, when it is 1 already` });
  });
}
