import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const SHORT = ['--steps', '6000', '--warmup', '100', '--hidden', '8', '--batch', '16', '--episodes', '2'];

test.serial('a run whose workers are killed again and again finishes, and reports every restart', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...SHORT, '--kill-worker-every', '0.3', '--out', out, '--json');
  t.is(status, 0, stderr);
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { steps: number; status: string; workerRestarts: Record<string, unknown>[] };
  t.like(result, { steps: 6000, status: 'finished' });
  t.true(result.workerRestarts.length > 0);
  for (const { partition, step, reason, seconds } of result.workerRestarts) {
    t.true((partition === 0 || partition === 1) && Number(step) <= 6000 && Number(seconds) > 0);
    t.is(reason, 'terminated by fault injection');
  }
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  const lines = readFileSync(join(out, 'timing.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  t.deepEqual(lines.flatMap(({ workerRestart }) => (workerRestart === undefined ? [] : [workerRestart])), result.workerRestarts);
  t.regex(stderr, /worker restarted {3}partition \d at step [\d,]+ \(terminated by fault injection\), within \d+\.\d\d s\n/);
  t.is(stderr.match(/worker restarted/g)?.length, Math.min(3, result.workerRestarts.length));
  t.is(/and (\d+) more; all/.exec(stderr)?.[1], result.workerRestarts.length > 3 ? String(result.workerRestarts.length - 3) : undefined);
});

/** Each is refused with one line. */
const USAGE_ERRORS: [string[], RegExp][] = [
  [['--kill-worker-every', 'often'], /^"--kill-worker-every" expected a number >= 0 and <= 1000000, got "often"$/],
  [['--kill-worker-every', '-1'], /^"--kill-worker-every" expected a number >= 0 and <= 1000000, got -1$/],
  [['ddpg', '--kill-worker-every', '1'], /^"--kill-worker-every" expected an option of the scenario ddpg \(--help lists them\), got "--kill-worker-every"$/],
  [['--worker-timeout', '-1'], /^"--worker-timeout" expected a number >= 0, got -1$/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test.serial(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stderr } = await run(...options);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), expected);
  });
}
