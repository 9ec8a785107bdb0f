import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { tame, tameAll } from '../../bench/fuzz/budget.js';
import type { FuzzCase } from '../../bench/fuzz/case.js';
import { generateCase } from '../../bench/fuzz/generate.js';
import { faultOf, groupOf } from '../../bench/fuzz/verdict.js';

const NUMBERS = Array.from({ length: 20 }, (_, number) => number);
const NOTHING = mkdtempSync(join(tmpdir(), 'ganglion-'));
const CLEAR = { status: 2, stderr: '"steps" expected a whole number >= 1, got 0\n', cpuSeconds: 0.1, memoryBytes: 0 };

function digestOf({ words, args = [], files }: FuzzCase): string {
  const hash = createHash('sha256').update(JSON.stringify([words, args]));
  for (const [name, content] of Object.entries(files)) hash.update(`${name}\n`).update(content ?? 'folder');
  return hash.digest('hex');
}

for (const kind of ['configurations', 'graphs', 'flags'] as const) {
  test(`a seed and a number give the same case of ${kind} again, and others give others`, (t) => {
    const made = (seed: number) => NUMBERS.map((number) => digestOf(generateCase({ seed, kind, number }, NOTHING)));
    const first = made(1);
    t.deepEqual(made(1), first);
    t.notDeepEqual(made(2), first);
    t.true(new Set(first).size > NUMBERS.length - 3);
  });
}

test('results are altered in the folder of a study', (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'ganglion-'));
  mkdirSync(join(parent, 'study'));
  for (const [name, content] of Object.entries({ 'trials.jsonl': '{"steps": 60}\n', 'config.json': '{"seeds": 1}', 'result.json': '{}' })) writeFileSync(join(parent, 'study', name), content);
  const { args, files } = generateCase({ seed: 1, kind: 'trials', number: 3 }, parent);
  t.deepEqual(args?.slice(-2), ['--out', 'run']);
  t.deepEqual(Object.keys(files).filter((name) => !name.startsWith('run/')), []);
});

test('valid large values are reduced to a short run, and values out of range stay', (t) => {
  t.is(tame('steps', 1e6), 60);
  t.is(tame('steps', 1e9), 1e9);
  t.is(tame('steps', -1), -1);
  t.is(tame('steps', '1000'), '1000');
  t.deepEqual(tame('network.hidden', [512, 512]), [4]);
  t.deepEqual(tame('network.hidden', [65_536, 65_536]), [65_536, 65_536]);
  t.deepEqual(tameAll({ steps: 5000, learning: { batch: 1024, replay: null } }), { steps: 60, learning: { batch: 8, replay: null } });
});

test('a refusal of one short line is clear', (t) => {
  t.is(faultOf(CLEAR), undefined);
  t.is(faultOf({ ...CLEAR, stderr: `warning: checkpoint-2.bin cannot be used\n${CLEAR.stderr}` }), undefined);
  t.is(faultOf({ ...CLEAR, status: 0, stderr: '' }), undefined);
});

test('a stack trace, an engine\'s words, several lines, a long line, a signal, time and memory are faults', (t) => {
  t.regex(faultOf({ ...CLEAR, status: 1, stderr: 'TypeError: x\n    at main (file.js:1:1)\n' }) ?? '', /^status 1, unclear: TypeError: x/);
  t.regex(faultOf({ ...CLEAR, stderr: 'x is not iterable\n' }) ?? '', /unclear: x is not iterable/);
  t.regex(faultOf({ ...CLEAR, stderr: 'one\ntwo\n' }) ?? '', /^a refusal of 2 lines: one \| two/);
  t.regex(faultOf({ ...CLEAR, stderr: '' }) ?? '', /^a refusal of 0 lines/);
  t.regex(faultOf({ ...CLEAR, stderr: 'x'.repeat(2000) }) ?? '', /^a line of 2000 bytes/);
  t.regex(faultOf({ ...CLEAR, status: 3 }) ?? '', /^exit status 3/);
  t.is(faultOf({ ...CLEAR, cpuSeconds: 5.04 }), '5.0 s of processor time');
  t.is(faultOf({ ...CLEAR, memoryBytes: 201 * 2 ** 20 }), '201 MB of memory');
  t.is(faultOf({ ...CLEAR, status: null, fault: 'it hangs' }), 'it hangs');
});

test('faults that differ in names and numbers only are of one group', (t) => {
  t.is(groupOf('"a" got 1 in /tmp/x-1/b.js:3'), groupOf('"other" got -2.5 in /home/c.js:77'));
});
