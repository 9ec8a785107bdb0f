/**
 * DQN on CartPole-v1 against the same in PyTorch: `npm run bench:dqn`. CleanRL's sizes: 120-84 rectified neurons, batch 128, an update every ten steps, a target copy every
 * fifty updates, Adam. A whole step of training is measured: acting, environment, replay, and a tenth of an update. All run interleaved, each on one thread; the
 * figures are processor time, that of all threads of a process, so that a busy machine changes them little.
 *
 *   npm run bench:dqn -- --repeats 15 --seconds 0.5 --python ~/venv/bin/python
 */
import { checkInteger, checkNumber, textTable } from '../src/entries/internals.js';
import { bootstrapInterval, median } from '../src/entries/study.js';
import { createTrainer } from '../src/index.js';
import { availableKernels } from '../src/kernels/self-check.js';
import { readArguments } from './arguments.js';
import { describeLoad, spread, tell } from './measure.js';
import type { Racer } from './peers/own.js';
import { preparePython, startPeer } from './peers/python.js';

const HIDDEN = [120, 84];

/** A run that goes on from turn to turn. */
async function ownRacer(kernels: string, credit: string): Promise<Racer> {
  const training = await createTrainer({
    algorithm: 'dqn', environment: 'CartPole-v1', kernels, credit, seed: 1, steps: 100_000_000,
    network: { hidden: HIDDEN, activation: 'relu' }, replay: { steps: 1 }, targets: { period: 50, rate: 1 },
    learning: { batch: 128, updatesPerStep: 0.1, warmup: 1000, replay: 10_000, rate: 2.5e-4 }, behaviour: { annealing: 0, finalEpsilon: 0.05 },
  });
  await training.run({ steps: 2000 });
  return {
    name: `ganglion dqn ${kernels}, ${credit}`,
    threads: 1,
    events: ['step'],
    async measure(_event, _hidden, seconds) {
      const begin = process.cpuUsage();
      const { steps } = await training.run({ steps: 50_000_000, signal: AbortSignal.timeout(1000 * seconds) });
      const { user, system } = process.cpuUsage(begin);
      return (user + system) / steps;
    },
    close: () => training.close(),
  };
}

const USAGE = `npm run bench:dqn [-- options]

  --repeats <count>     interleaved repeats (default: 9)
  --seconds <seconds>   length of each measurement (default: 0.5)
  --python <path>       an interpreter that has torch
  --json                print one JSON object as the last line`;

const flags = readArguments(USAGE, { options: { python: { type: 'string' }, repeats: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'boolean' } } }, ({ values }) => ({
  python: values.python,
  repeats: values.repeats === undefined ? 9 : checkInteger('--repeats', Number(values.repeats), { min: 1, max: 1000 }),
  seconds: values.seconds === undefined ? 0.5 : checkNumber('--seconds', Number(values.seconds), { min: 0.01, max: 60 }),
  json: values.json === true,
}));

const missing: string[] = [];
const miss = (line: string) => {
  missing.push(line);
  process.stderr.write(`missing: ${line}\n`);
};

const racers: Racer[] = [];
for (const kernels of availableKernels().filter((name) => name === 'simd' || name === 'native')) racers.push(await ownRacer(kernels, 'backprop'));
racers.push(await ownRacer('simd', 'broadcast'));
const python = preparePython(flags.python, { announce: (line) => { process.stderr.write(`${line}\n`); }, miss });
for (const form of python === undefined ? [] : ['eager', 'fused']) {
  const peer = await startPeer(python ?? '', 'dqn_torch.py', form, 1, ['step']);
  if (peer.missing === undefined) racers.push(peer);
  else miss(`${peer.name}: ${peer.missing}`);
}

const times = racers.map((): number[] => []);
for (let repeat = 0; repeat < flags.repeats; repeat += 1) {
  for (const [i, racer] of racers.entries()) times[i].push(await racer.measure('step', HIDDEN, flags.seconds));
}
for (const racer of racers) await racer.close();

const peers = racers.flatMap(({ name }, i) => (name.startsWith('ganglion') ? [] : [i]));
const fastest = peers.length === 0 ? undefined : peers.reduce((a, b) => (median(times[b]) < median(times[a]) ? b : a));
const rows = racers.map(({ name }, i) => {
  const ratios = fastest === undefined ? [] : times[fastest].map((time, repeat) => time / times[i][repeat]);
  const [low, high] = ratios.length === 0 ? [NaN, NaN] : bootstrapInterval(ratios, median);
  return { name, microseconds: spread(times[i]), ...(fastest !== undefined && { ratio: median(ratios), interval: [low, high] }) };
});
console.log(`dqn on CartPole-v1: microseconds of processor time a step, ${describeLoad()}`);
console.log(textTable({
  columns: [{ name: '' }, { name: 'µs', numeric: true }, { name: 'times as fast as the fastest peer', numeric: true }],
  rows: rows.map(({ name, microseconds, ratio, interval }) => [name, tell(microseconds, 1), ratio === undefined || interval === undefined ? '' : `${ratio.toFixed(1)} [${interval[0].toFixed(1)}, ${interval[1].toFixed(1)}]`]),
}));
if (flags.json) console.log(JSON.stringify({ rows, missing }));
