import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { READ_KINDS } from '../../src/entries/internals.js';
import type { Staleness } from '../../src/index.js';
import { newFolder, run, withValues } from './command.js';

interface Told {
  readonly staleness: Staleness;
  readonly partitions: readonly Staleness[];
}

const SHORT = ['--steps', '2100', '--warmup', '100', '--hidden', '8', '--episodes', '1'];

test('the intervals of timing.jsonl add up to the result', async (t) => {
  const out = newFolder();
  const { status, stderr } = await run(...SHORT, '--out', out);
  t.is(status, 0, stderr);
  const lines = readFileSync(join(out, 'timing.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Told);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { measureStaleness: boolean; staleness: Staleness; perPartition: readonly Staleness[] };
  t.true(result.measureStaleness);
  t.is(lines.length, 3);
  for (const kind of READ_KINDS) {
    const reads = (of: (line: Told) => Staleness) => lines.reduce((sum, line) => sum + of(line)[kind].reads, 0);
    t.is(reads(({ staleness }) => staleness), result.staleness[kind].reads);
    result.perPartition.forEach((whole, partition) => { t.is(reads(({ partitions }) => partitions[partition]), whole[kind].reads); });
    t.is(result.staleness[kind].histogram.reduce((sum, [, count]) => sum + count, 0), result.staleness[kind].reads);
  }
  t.true(lines[1].staleness.reads < result.staleness.reads);
  t.regex(stderr, /staleness +voltages \d+\/\d+\/\d+\/\d+, weights \d+\/\d+\/\d+\/\d+, acting \d+\/\d+\/\d+\/\d+ versions; reward \d+\/\d+\/\d+\/\d+ slots/);
  t.regex(stderr, /partition 1 +4 neurons, [\d,]+ updates; voltages \d+\/\d+\/\d+\/\d+, .*reward \d+\/\d+\/\d+\/\d+; helped: computed a peer's voltages [\d.]+ % of the time/);
});

test('--measure-staleness off leaves staleness out, with a note', async (t) => {
  const out = newFolder();
  const { status, stderr } = await run(...withValues(SHORT, { '--steps': '300' }), '--measure-staleness', 'off', '--out', out);
  t.is(status, 0, stderr);
  t.regex(stderr, /staleness +not measured \(--measure-staleness off\)/);
  t.deepEqual(Object.keys(JSON.parse(readFileSync(join(out, 'timing.jsonl'), 'utf8')) as object), ['step', 'seconds']);
  t.is((await run('--measure-staleness', 'maybe')).stderr.trim(), '"--measure-staleness" expected on or off, got "maybe"');
});
