import test from 'ava';

import { createArena } from '../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../src/memory/control.js';
import { POLL_MS, monitorHeartbeat, type HeartbeatClock } from '../../src/runtime/heartbeat.js';

const LOOKS = 10;

/**
 * Watches partitions 0 and 1 of three over ten looks.
 *
 * @param patience seconds
 * @param beats partitions whose pulses move between any two looks
 * @param passing milliseconds from look to look
 * @returns the looks at which they were taken for hung, from 1
 */
function watch(patience: number, beats: readonly number[], passing = POLL_MS): number[] {
  const control = attachControl(createArena(controlBlocks(3)));
  let [time, looks, looking] = [0, 0, false];
  let look: () => void = () => undefined;
  const clock: HeartbeatClock = {
    now: () => time,
    every(_milliseconds, action) {
      [look, looking] = [action, true];
      return () => { looking = false; };
    },
  };
  const alarms: number[] = [];
  const stop = monitorHeartbeat(control, [0, 1], () => patience, () => { alarms.push(looks); }, clock);
  for (looks = 1; looks <= LOOKS; looks += 1) {
    for (const partition of beats) control.heartbeat.set(partition, looks);
    time += passing;
    look();
  }
  stop();
  return looking ? [-1] : alarms;
}

test('partitions hang where none of their pulses moves for longer than the patience, whatever those of others do', (t) => {
  t.deepEqual(watch(1, [0]), []);
  t.deepEqual(watch(1, [1, 2]), []);
  t.deepEqual(watch(1, [2]), [6, 7, 8, 9, 10]); // five looks make a second, and the sixth more
  t.deepEqual(watch(Infinity, []), []);
});

test('however long a process was stopped, a look counts for no more than two', (t) => {
  t.deepEqual(watch(60, [], 3_600_000), []);
  t.deepEqual(watch(1, [], 3_600_000), [3, 4, 5, 6, 7, 8, 9, 10]);
});
