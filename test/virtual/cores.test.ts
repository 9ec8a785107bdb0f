import test from 'ava';

import { createCores } from '../../src/virtual/cores.js';
import { createEventQueue } from '../../src/virtual/event-queue.js';

/** What is done when, where threads ask for cores at given times: [thread, seconds, asked]. */
function course(count: number, works: readonly (readonly [thread: number, seconds: number, asked: number])[]): string[] {
  const queue = createEventQueue<() => void>();
  const cores = createCores(count, queue, () => undefined);
  const log: string[] = [];
  for (const [thread, seconds, asked] of works) {
    queue.push(asked, () => {
      cores.request({ thread, seconds, done: () => log.push(`${thread} at ${queue.time}`) });
    });
  }
  for (let happening = queue.pop(); happening !== undefined; happening = queue.pop()) {
    happening();
    cores.settle();
  }
  return log;
}

test('with a core each, threads work side by side, and each does one thing after another', (t) => {
  t.deepEqual(course(Infinity, [[0, 3, 0], [1, 2, 0], [1, 2, 1]]), ['1 at 2', '0 at 3', '1 at 4']);
});

test('a woken task preempts the running one, which does the rest of its work afterwards', (t) => {
  t.deepEqual(course(1, [[0, 10, 0], [1, 2, 4]]), ['1 at 6', '0 at 12']);
});

test('a preempted task continues before its later work', (t) => {
  t.deepEqual(course(1, [[0, 10, 0], [1, 4, 5], [0, 1, 6]]), ['1 at 9', '0 at 14', '0 at 15']);
});

test('two cores are enough for two threads, and a third interrupts one of them', (t) => {
  t.deepEqual(course(2, [[0, 3, 0], [1, 5, 0], [2, 1, 2]]), ['2 at 3', '0 at 4', '1 at 5']);
});
