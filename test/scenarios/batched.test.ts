import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const SHORT = ['batched', '--device', 'wasm', '--replicas', '3', '--hidden', '4', '--warmup', '64', '--steps', '220', '--episodes', '2'];

test('a batch is trained, evaluated and left in a run folder, with the mean over its replicas', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...SHORT, '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'metrics.jsonl', 'result.json', 'timing.jsonl', 'weights.safetensors']);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { evaluation: { meanReturn: number; replicas: { seed: number; meanReturn: number }[] } };
  t.like(result, { scenario: 'batched', status: 'finished', environment: 'Pendulum-v1', rule: 'broadcast', replicas: 3, seed: 1, steps: 220, updates: 156 });
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  const { meanReturn, replicas } = result.evaluation;
  t.deepEqual(replicas.map(({ seed }) => seed), [1, 2, 3]);
  t.true(Math.abs(replicas.reduce((sum, each) => sum + each.meanReturn, 0) / 3 - meanReturn) < 1e-9);
  for (const words of ['device wasm: WebAssembly', 'as requested', 'mean return [95 %', 'updates/s', 'seeds 1 to 3']) t.true(stderr.includes(words), words);
});

test('an unknown device is one line and exit status 2', async (t) => {
  const { status, stderr } = await run('batched', '--device', 'wasn');
  t.is(status, 2);
  t.is(stderr, '"--device" expected one of auto, gpu, webgpu, wasm, cpu, got "wasn"; did you mean "wasm"?\n');
});
