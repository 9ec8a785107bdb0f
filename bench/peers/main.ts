/**
 * DDPG's update in PyTorch, JAX and TensorFlow.js against this project's update and its own DDPG: `npm run bench:peers`. Observations 8,
 * actions 2, batch 64, Adam, soft targets, ReLU (but tanh under the rules, as they ship). In many short turns in one run, on one thread and on
 * two: a busy minute of the machine then meets all alike. Of each the median of its turns is reported, and the extremes; and of the better of a peer's forms over the better
 * of each of this project's the median of the ratios, repeat by repeat, with a 95 % bootstrap interval. Then the same for whole steps of training on
 * Pendulum-v1: acting, environment, replay and one update. And environment steps of A3C on CartPole-v1 in rollouts of 5, against A3C in PyTorch, with as many processes, and
 * A2C in JAX, with one environment or eight in Python, or eight in JAX.
 *
 * This project's run on `native` kernels too where these are built.
 *
 *   npm run bench:peers -- --sizes 64,64/400,300 --events update,step --seconds 0.5 --repeats 25 --json
 *   npm run bench:peers -- --python ~/venv/bin/python     an interpreter that has torch and jax
 */
import { availableParallelism, loadavg } from 'node:os';

import { checkInteger, checkName, checkNumber, textTable, type KernelName } from '../../src/entries/internals.js';
import { bootstrapInterval, median } from '../../src/entries/study.js';
import { isOptionError } from '../../src/index.js';
import { kernelFault } from '../../src/kernels/self-check.js';
import { readArguments } from '../arguments.js';
import { spread } from '../measure.js';
import { EVENTS, measureOwnActors, measureOwnDdpg, measureOwnUpdate, type Event, type Racer } from './own.js';
import { preparePython, startPeer } from './python.js';
import { openTensorFlow } from './tensorflow.js';

const SCRIPTS: readonly { readonly script: string; readonly forms: readonly string[]; readonly events: readonly Event[] }[] = [
  { script: 'peer_torch.py', forms: ['eager', 'fused', 'compiled'], events: ['update', 'step'] },
  { script: 'peer_jax.py', forms: ['jit'], events: ['update', 'step'] },
  { script: 'a3c_torch.py', forms: ['a3c'], events: ['a3c'] },
  { script: 'a3c_jax.py', forms: ['single', 'python', 'whole'], events: ['a3c'] },
];

interface Time {
  readonly name: string;
  readonly threads: number;
  /** Microseconds of one update, or step, in each repeat. */
  readonly turns: readonly number[];
}

/** How many times as long one takes as the other: the median over the repeats, and its 95 % bootstrap interval. */
interface Ratio {
  readonly peer: string;
  readonly own: string;
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number];
}

interface Result {
  readonly event: Event;
  readonly hidden: readonly number[];
  readonly times: readonly Time[];
  /** Of each peer and each of this project's, both in the form and on as many threads as suit them best. */
  readonly ratios: readonly Ratio[];
}

const tell = (line: string) => { process.stderr.write(`${line}\n`); };

/** All available contenders; the others are named with the reason. */
async function assemble(events: readonly Event[], threadCounts: readonly number[], given: string | undefined, compile: boolean): Promise<{ racers: Racer[]; missing: string[] }> {
  const racers: Racer[] = [];
  const missing: string[] = [];
  const kernels: readonly KernelName[] = kernelFault('native') === undefined ? ['simd', 'native'] : ['simd'];
  for (const rule of ['broadcast', 'linear'] as const) {
    for (const name of kernels) for (const threads of threadCounts) racers.push(measureOwnUpdate(rule, threads, name));
  }
  for (const name of kernels) for (const threads of threadCounts.filter((count) => count <= 2)) racers.push(measureOwnDdpg(threads, name));
  for (const algorithm of ['a3c', 'a2c'] as const) for (const name of kernels) for (const threads of threadCounts) racers.push(measureOwnActors(algorithm, threads, name));
  const miss = (line: string) => {
    missing.push(line);
    tell(`missing: ${line}`);
  };
  try {
    if (events.includes('update')) racers.push(await openTensorFlow());
  } catch (error) {
    if (!isOptionError(error)) throw error;
    miss(error.message);
  }
  const python = preparePython(given, { announce: tell, miss });
  if (python === undefined) return { racers, missing };
  for (const { script, forms, events: own } of SCRIPTS) {
    if (!own.some((event) => events.includes(event))) continue;
    for (const form of forms.filter((each) => compile || each !== 'compiled')) {
      for (const threads of threadCounts) {
        const peer = await startPeer(python, script, form, threads, own);
        if (peer.missing === undefined) racers.push(peer);
        else miss(`${peer.name}: ${peer.missing}`);
        if (peer.missing !== undefined) break; // with more threads it is missing too
      }
    }
  }
  return { racers, missing };
}

/** @param dropped takes the names of those that failed: they race no further */
async function race(racers: readonly Racer[], event: Event, hidden: readonly number[], repeats: number, seconds: number, dropped: Set<Racer>): Promise<Time[]> {
  const times = racers.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const [i, racer] of racers.entries()) {
      if (dropped.has(racer)) continue;
      try {
        times[i].push(await racer.measure(event, hidden, seconds));
      } catch (error) {
        dropped.add(racer);
        tell(`missing: ${racer.name} on ${racer.threads}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return racers.flatMap(({ name, threads }, i) => (times[i].length < repeats ? [] : [{ name, threads, turns: times[i] }]));
}

/** The name without its form: `PyTorch 2.13.0 fused` and `… eager` are one peer. */
const peerOf = (name: string) => name.split(' ')[0];
const isOwn = ({ name }: Time) => peerOf(name) === 'ganglion';
const best = (times: readonly Time[]) => times.reduce((found, time) => (median(time.turns) < median(found.turns) ? time : found));

function compare(times: readonly Time[]): Result['ratios'] {
  const owns = [...new Set(times.filter(isOwn).map(({ name }) => name))];
  const peers = [...new Set(times.filter((time) => !isOwn(time)).map(({ name }) => peerOf(name)))];
  return peers.flatMap((peer) => owns.map((own) => {
    const { turns } = best(times.filter(({ name }) => name === own));
    const ratios = best(times.filter(({ name }) => peerOf(name) === peer)).turns.map((turn, repeat) => turn / turns[repeat]);
    return { peer, own, ratio: median(ratios), interval: bootstrapInterval(ratios, median) };
  }));
}

const WORDS: Record<Event, string> = { update: 'update', step: 'step of training on Pendulum-v1', a3c: 'environment step of training on CartPole-v1' };

const tellRatio = ({ ratio, interval: [low, high] }: Ratio) => `${ratio.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

function describe({ event, hidden, times, ratios }: Result): string {
  const numeric = (name: string) => ({ name, numeric: true });
  const write = (microseconds: number) => microseconds.toFixed(event === 'a3c' ? 2 : 0);
  const rows = times.map(({ name, threads, turns }) => {
    const { median: middle, min, max } = spread(turns);
    return [name, String(threads), write(middle), `[${write(min)}, ${write(max)}]`];
  });
  const peers = [...new Set(ratios.map(({ peer }) => peer))];
  const ratioRows = [...new Set(ratios.map(({ own }) => own))].map((own) => [own, ...ratios.filter((each) => each.own === own).map(tellRatio)]);
  return [
    `\n${hidden.join('-')}: microseconds of one ${WORDS[event]}`,
    textTable({ columns: [{ name: '' }, numeric('threads'), numeric('median'), numeric('[least, most]')], rows }),
    ...(ratioRows.length === 0 ? [] : ['', 'how many times as long a peer takes, each at its best', textTable({ columns: [{ name: '' }, ...peers.map(numeric)], rows: ratioRows })]),
    '',
  ].join('\n');
}

const USAGE = `npm run bench:peers [-- options]

  --sizes <sizes>       hidden layers, for example 64,64/400,300 (default: 64,64/256,256/400,300)
  --events <names>      ${EVENTS.join(', ')} (default: all)
  --threads <counts>    (default: 1,2)
  --seconds <seconds>   length of each measurement (default: 0.2)
  --repeats <count>     interleaved repeats (default: 15)
  --python <path>       an interpreter that has torch and jax
  --no-compile          without the compiled form of PyTorch
  --json                print one JSON object as the last line`;

const readFlags = () => readArguments(USAGE, { options: { python: { type: 'string' }, sizes: { type: 'string' }, events: { type: 'string' }, threads: { type: 'string' }, seconds: { type: 'string' }, repeats: { type: 'string' }, 'no-compile': { type: 'boolean' }, json: { type: 'boolean' } } }, ({ values }) => {
  const whole = (name: string, text: string) => checkInteger(name, Number(text), { min: 1, max: 65_536 });
  return {
    python: values.python,
    sizes: (values.sizes ?? '64,64/256,256/400,300').split('/').map((size) => size.split(',').map((text) => whole('--sizes', text))),
    events: (values.events ?? EVENTS.join()).split(',').map((text) => checkName('--events', text, EVENTS)),
    threads: (values.threads ?? '1,2').split(',').map((text) => whole('--threads', text)),
    seconds: checkNumber('--seconds', Number(values.seconds ?? 0.2), { min: 0, above: true }),
    repeats: whole('--repeats', values.repeats ?? '15'),
    compile: values['no-compile'] !== true,
    json: values.json === true,
  };
});

async function main(): Promise<void> {
  const { python, sizes, events, threads, seconds, repeats, compile, json } = readFlags();
  const { racers, missing } = await assemble(events, threads, python, compile);
  const dropped = new Set<Racer>();
  const results: Result[] = [];
  const load = loadavg()[0];
  try {
    for (const event of events) {
      for (const hidden of sizes) {
        const times = await race(racers.filter((racer) => racer.events.includes(event)), event, hidden, repeats, seconds, dropped);
        const result = { event, hidden, times, ratios: compare(times) };
        results.push(result);
        tell(describe(result));
      }
    }
  } finally {
    for (const racer of racers) await racer.close();
  }
  if (missing.length > 0) tell(`measured without: ${missing.join('; ')}`);
  if (json) console.log(JSON.stringify({ node: process.version, cores: availableParallelism(), load: [load, loadavg()[0]], seconds, repeats, missing, dropped: [...dropped].map(({ name }) => name), results }));
}

await main();
