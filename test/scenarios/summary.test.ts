import test from 'ava';

import { repeats } from '../../scenarios/summary.js';

test('a run repeats itself unless threads run free or real clocks strike', (t) => {
  const run = (schedule: string, partitions: number) => repeats({ schedule, partitions });
  for (const schedule of ['synchronous', 'virtual']) t.true(run(schedule, 2));
  for (const schedule of ['hogwild', 'bounded']) t.deepEqual([run(schedule, 1), run(schedule, 2)], [true, false]);
  t.false(run('poisson', 1));
  t.true(repeats({ schedule: 'synchronous', partitions: 1, threads: 2 }));
});
