import test from 'ava';

import { createArena } from '../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../src/memory/control.js';
import { watchPulse } from '../../src/supervisor/watch.js';

const pause = (milliseconds: number) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Watches partitions 0 and 1 of three for a while. @returns how often they were taken for hung */
async function watch(patience: number, beats: readonly number[], time?: () => number): Promise<number> {
  const control = attachControl(createArena(controlBlocks(3)));
  const now = performance.now.bind(performance);
  if (time) performance.now = time;
  let alarms = 0;
  const stop = watchPulse(control, [0, 1], () => patience, () => { alarms += 1; });
  for (let look = 0; look < 40; look += 1) {
    for (const partition of beats) control.pulse.set(partition, look + 1);
    await pause(50);
  }
  stop();
  performance.now = now;
  return alarms;
}

test.serial('partitions hang where none of their pulses moves, whatever those of others do', async (t) => {
  t.is(await watch(1, [0]), 0);
  t.true((await watch(0.5, [2])) > 0);
  t.is(await watch(Infinity, []), 0);
});

test.serial('where the whole process was stopped, nobody hangs', async (t) => {
  let time = 0;
  t.is(await watch(60, [], () => (time += 3_600_000)), 0);
});
