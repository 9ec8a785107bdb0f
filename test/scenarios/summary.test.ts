import test from 'ava';

import { remedy, repeats } from '../../scenarios/summary.js';
import type { TrainResult } from '../../scenarios/train-result.js';

test('a run repeats itself unless threads race or real clocks matter', (t) => {
  const run = (schedule: string, partitions: number, time: 'real' | 'virtual' = 'real') => repeats({ schedule, time, partitions });
  t.true(run('synchronous', 2));
  for (const schedule of ['hogwild', 'bounded', 'poisson']) t.true(run(schedule, 2, 'virtual'));
  for (const schedule of ['hogwild', 'bounded']) t.deepEqual([run(schedule, 1), run(schedule, 2)], [true, false]);
  t.false(run('poisson', 1));
  t.true(repeats({ schedule: 'synchronous', time: 'real', partitions: 1, threads: 2 }));
});

test('the settings that repeat a run are settings that it may have', (t) => {
  const ages = { mean: 0, p95: 0, max: 0 };
  const sampled = { controlTicks: 1, actions: 1, missedDeadlines: 0, age: ages } as unknown as TrainResult['actionTiming'];
  const advice = (rule: string, actionTiming?: TrainResult['actionTiming']) => remedy({ journal: null, rule, ...(actionTiming !== undefined && { actionTiming }) });
  for (const rule of ['broadcast', 'a3c']) t.is(advice(rule), '; it does not with --schedule synchronous or --time virtual');
  t.is(advice('exact'), '; it does not with --schedule synchronous');
  t.is(advice('broadcast', sampled), '; it does not with --time virtual');
  t.is(advice('exact', sampled), '');
});
