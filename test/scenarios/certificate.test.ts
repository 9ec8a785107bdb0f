import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { CRITIC_NAMES } from '../../src/entries/study.js';
import { readFrames, readMessage } from '../telemetry/event-file.js';
import { newFolder, run, withValues } from './command.js';

const certify = (...options: string[]) => run('certificate', ...options);
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

const TINY = ['--steps', '300', '--warmup', '100', '--hidden', '6,5', '--neurons', '2', '--probe-every', '80', '--minibatches', '8', '--episodes', '2'];
const FEW = ['--critics', 'linear,broadcast', '--utility-seeds', '0'];

/** Tags of an event file's scalars and histograms, with their steps. */
function readTags(out: string): Map<string, number[]> {
  const file = readdirSync(out).find((name) => name.startsWith('events.out.tfevents.')) ?? '';
  const tags = new Map<string, number[]>();
  for (const message of readFrames(join(out, file)).slice(1)) {
    const event = readMessage(message);
    const [step, summary] = [event.get(2), event.get(5)];
    if (typeof step !== 'number' || !Buffer.isBuffer(summary)) throw new Error('an event without step or summary');
    const value = readMessage(summary).get(1);
    const tag = Buffer.isBuffer(value) ? readMessage(value).get(1) : undefined;
    if (!Buffer.isBuffer(tag)) throw new Error('a value without a tag');
    tags.set(tag.toString(), [...(tags.get(tag.toString()) ?? []), step]);
  }
  return tags;
}

test('a certificate leaves all its files, prints its tables, and its JSON holds the results', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await certify(...TINY, '--utility-seeds', '1', '--utility-steps', '150', '--utility-rules', 'broadcast', '--out', out, '--json');
  t.is(status, 0, stderr);
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { results: { agreement: object[]; kinds: object[]; utility: object[] } };
  t.like(result, { scenario: 'certificate', status: 'finished', environment: 'Pendulum-v1', seed: 1, steps: 300, probes: 3, runFolder: out });
  t.is(result.results.kinds.length, CRITIC_NAMES.length);
  t.is(result.results.agreement.length, CRITIC_NAMES.length * (4 + 5));
  t.is(result.results.utility.length, 4);
  t.deepEqual(readJson(join(out, 'result.json')), result);
  for (const file of ['config.json', 'metrics.jsonl', 'weights.safetensors']) t.true(existsSync(join(out, file)), file);
  const certificate = readJson(join(out, 'certificate.json'));
  t.like(certificate, { environment: 'Pendulum-v1', seed: 1, steps: 300, utility: result.results.utility, courses: result.results.agreement });
  t.regex(readFileSync(join(out, 'certificate.svg'), 'utf8'), /^<svg .*compatible-natural.*<\/svg>$/s);
  t.regex(readFileSync(join(out, 'report.html'), 'utf8'), /^<!doctype html>.*Depth utility.*<\/html>\n$/s);
  for (const words of ['certificate, seed 1', 'compatible-natural', 'split half', 'improvement ratio', out]) t.true(stderr.includes(words), words);

  const tags = readTags(out);
  t.deepEqual(tags.get('q/network'), [160, 240, 300]);
  for (const tag of ['q/linear/hidden1[0]', 'weights/hidden1', 'weights/output', 'td-error/network', 'reference-norm/output[0]', 'paired-cosine/deep/hidden2']) t.is(tags.get(tag)?.length, 3, tag);
  t.deepEqual(tags.get('return/training'), [200]);
  t.true([...tags.keys()].some((tag) => /^cosine\/exact\//.test(tag)) && [...tags.keys()].some((tag) => /^norm-ratio\/exact\//.test(tag)));
});

test('the config.json of a certificate repeats it bit for bit', async (t) => {
  const [first, second] = [newFolder(), newFolder()];
  await certify(...TINY, ...FEW, '--seed', '3', '--explorers', 'all', '--out', first);
  const again = await certify('--config', join(first, 'config.json'), '--episodes', '2', '--out', second);
  t.is(again.status, 0, again.stderr);
  for (const file of ['config.json', 'metrics.jsonl', 'weights.safetensors', 'certificate.json', 'certificate.svg', 'report.html']) {
    t.deepEqual(readFileSync(join(second, file)), readFileSync(join(first, file)), file);
  }
});

test('Ctrl-C ends a certificate, which writes its results so far', async (t) => {
  const out = newFolder();
  const options = [...withValues(TINY, { '--steps': '10000000', '--probe-every': '200' }), ...FEW, '--out', out, '--json'];
  const child = spawn(process.execPath, ['scenarios/run', 'certificate', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  while (!existsSync(join(out, 'metrics.jsonl'))) await new Promise((resolve) => { setTimeout(resolve, 20); });
  child.kill('SIGINT');
  t.is(await new Promise((resolve) => { child.on('exit', resolve); }), 130);
  const result = JSON.parse(stdout) as { status: string; probes: number };
  t.is(result.status, 'interrupted');
  t.true(result.probes >= 1);
  for (const file of ['certificate.json', 'certificate.svg', 'report.html', 'weights.safetensors', 'result.json']) t.true(existsSync(join(out, file)), file);
});

const USAGE_ERRORS: [string[], RegExp][] = [
  [['--critics', 'linear,lineal'], /^"--critics" expected one of .*, got "lineal"; did you mean "linear"\?$/],
  [['--hidden-noise', '0'], /^"--hidden-noise" expected a number > 0, got 0: the slope of a neuron that does not explore cannot be estimated$/],
  [['--minibatches', '1'], /^"--minibatches" expected a whole number >= 4 and <= 1024, got 1$/],
  [['--explorers', 'none'], /^"--explorers" expected one of chosen, all, got "none"$/],
  [['--probe-every', 'often'], /^"--probe-every" expected a whole number >= 1, got "often"$/],
  [['--critics', './nope.js'], /^"--critics" expected a module that can be loaded, got "\.\/nope\.js" \(.*\)$/],
  [['--rule', 'linear'], /^"--rule" expected an option of the scenario certificate \(--help lists them\), got "--rule"$/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test(`certificate ${options.join(' ')} is refused in one line`, async (t) => {
    const { status, stdout, stderr } = await certify(...options);
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}
