import test from 'ava';

import { repeats } from '../../scenarios/summary.js';

test('a run repeats itself unless threads race or real clocks matter', (t) => {
  const run = (schedule: string, partitions: number, time: 'real' | 'virtual' = 'real') => repeats({ schedule, time, partitions });
  t.true(run('synchronous', 2));
  for (const schedule of ['hogwild', 'bounded', 'poisson']) t.true(run(schedule, 2, 'virtual'));
  for (const schedule of ['hogwild', 'bounded']) t.deepEqual([run(schedule, 1), run(schedule, 2)], [true, false]);
  t.false(run('poisson', 1));
  t.true(repeats({ schedule: 'synchronous', time: 'real', partitions: 1, threads: 2 }));
});
