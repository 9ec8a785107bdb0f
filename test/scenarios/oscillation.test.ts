import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

test('a free network leaves pictures of voltages and connections, and a page with the command that repeats it', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run('oscillation', '--neurons', '12', '--density', '0.6', '--gain', '3', '--duration', '40', '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'connections.svg', 'report.html', 'result.json', 'voltages.svg']);
  const result: unknown = JSON.parse(stdout);
  t.like(result, { scenario: 'oscillation', status: 'finished', neurons: 12, gain: 3 });
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  t.is(page.match(/<svg/g)?.length, 2);
  for (const words of ['Voltages over time', 'neuron that is read', 'hidden[11]', '--duration 40 --seed 1']) t.true(page.includes(words), words);
  const refused = await run('oscillation', '--density', '0');
  t.is(refused.status, 2);
  t.regex(refused.stderr, /^"--density" expected a number > 0 and <= 1, got 0/);
});
