/**
 * From which size on a batch of networks on a device overtakes the same networks one by one on the kernels: `npm run bench:dense`. All
 * train on Pendulum-v1 with batch 64, 16 updates for each environment step, so that updates are what is measured. Interleaved, in one run.
 *
 *   npm run bench:dense -- --devices wasm,cpu --replicas 1,8,32 --hidden 64,64/256,256 --seconds 2 --repeats 3 --json
 */
import { availableParallelism, loadavg } from 'node:os';

import { checkInteger, checkName, textTable } from '../src/entries/internals.js';
import { median } from '../src/entries/study.js';
import { createBatchedTrainer, createSimulation, isOptionError, openDevice, type DeviceName } from '../src/index.js';
import { readArguments } from './arguments.js';

const LEARNING = { batch: 64, warmup: 64, updatesPerStep: 16, replay: 4096 };
const DEVICES: readonly DeviceName[] = ['gpu', 'webgpu', 'wasm', 'cpu'];

interface Measured {
  readonly hidden: readonly number[];
  /** 0: on the kernels, one network on one partition. */
  readonly replicas: number;
  readonly device: string;
  /** Updates of single networks per second: the median of the repeats, and the ends. */
  readonly updatesPerSecond: { readonly median: number; readonly min: number; readonly max: number };
  /** To the kernels', by the medians. */
  readonly ratio: number;
}

async function measureKernels(hidden: readonly number[], seconds: number): Promise<number> {
  const simulation = await createSimulation({ network: { hidden }, learning: LEARNING, schedule: 'synchronous', partitions: 1, timing: { measureStaleness: false } });
  try {
    await simulation.run({ steps: 80 });
    return (await simulation.run({ steps: 1_000_000, signal: AbortSignal.timeout(1000 * seconds) })).updatesPerSecond;
  } finally {
    await simulation.close();
  }
}

async function measureDevice(device: DeviceName, hidden: readonly number[], replicas: number, seconds: number): Promise<number> {
  const trainer = await createBatchedTrainer({ device, replicas, network: { hidden }, learning: LEARNING });
  try {
    await trainer.run({ steps: 66 });
    return (await trainer.run({ steps: 1_000_000, signal: AbortSignal.timeout(1000 * seconds) })).updatesPerSecond;
  } finally {
    await trainer.close();
  }
}

const spread = (values: readonly number[]) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) });

/** All contenders of one size, interleaved. */
async function measureSize(hidden: readonly number[], devices: readonly DeviceName[], counts: readonly number[], { seconds, repeats }: { seconds: number; repeats: number }): Promise<Measured[]> {
  const contenders = [
    { device: 'kernels', replicas: 0, measure: () => measureKernels(hidden, seconds) },
    ...devices.flatMap((device) => counts.map((replicas) => ({ device, replicas, measure: () => measureDevice(device, hidden, replicas, seconds) }))),
  ];
  const rates = contenders.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat += 1) for (const [i, { measure }] of contenders.entries()) rates[i].push(await measure());
  return contenders.map(({ device, replicas }, i) => ({ hidden, replicas, device, updatesPerSecond: spread(rates[i]), ratio: median(rates[i]) / median(rates[0]) }));
}

function describe(rows: readonly Measured[], devices: readonly string[]): string {
  const columns = ['device', 'replicas', 'updates/s', '[least, most]', 'ratio to the kernels'].map((name, i) => ({ name, numeric: i > 0 }));
  const table = textTable({
    columns,
    rows: rows.map(({ device, replicas, updatesPerSecond: { median: middle, min, max }, ratio }) => [device, replicas === 0 ? '1' : String(replicas), middle.toPrecision(3), `[${min.toPrecision(3)}, ${max.toPrecision(3)}]`, ratio.toFixed(2)]),
  });
  const verdicts = devices.map((device) => {
    const first = rows.find((row) => row.device === device && row.ratio >= 1);
    return `${device} ${first === undefined ? 'does not overtake' : `overtakes from ${first.replicas} replica${first.replicas === 1 ? '' : 's'} on`}`;
  });
  return `\nhidden ${rows[0].hidden.join('-')}: ${verdicts.join('; ')}\n${table}\n`;
}

async function present(names: readonly DeviceName[]): Promise<DeviceName[]> {
  const found: DeviceName[] = [];
  for (const name of names) {
    try {
      const { adapter } = await openDevice(name);
      process.stderr.write(`${name}: ${adapter}\n`);
      found.push(name);
    } catch (error) {
      if (!isOptionError(error)) throw error;
      process.stderr.write(`${name} is left out: ${error.message}\n`);
    }
  }
  return found;
}

const USAGE = `npm run bench:dense [-- options]

  --devices <names>     ${DEVICES.join(', ')} (default: all)
  --replicas <counts>   networks trained at once (default: 1,4,16,64)
  --hidden <sizes>      (default: 64/64,64/256,256/400,300)
  --seconds <seconds>   length of each measurement (default: 2)
  --repeats <count>     interleaved repeats (default: 3)
  --json                print one JSON object as the last line`;

const { devices: wanted, counts, sizes, effort, json } = readArguments(USAGE, { options: { devices: { type: 'string' }, replicas: { type: 'string' }, hidden: { type: 'string' }, seconds: { type: 'string' }, repeats: { type: 'string' }, json: { type: 'boolean' } } }, ({ values }) => {
  const positive = (name: string, text: string) => checkInteger(name, Number(text), { min: 1 });
  return {
    devices: (values.devices ?? DEVICES.join(',')).split(',').map((text) => checkName('--devices', text, DEVICES)),
    counts: (values.replicas ?? '1,4,16,64').split(',').map((text) => positive('--replicas', text)),
    sizes: (values.hidden ?? '64/64,64/256,256/400,300').split('/').map((size) => size.split(',').map((text) => positive('--hidden', text))),
    effort: { seconds: positive('--seconds', values.seconds ?? '2'), repeats: positive('--repeats', values.repeats ?? '3') },
    json: values.json === true,
  };
});
const devices = await present(wanted);

const all: Measured[] = [];
for (const hidden of sizes) {
  const rows = await measureSize(hidden, devices, counts, effort);
  all.push(...rows);
  process.stderr.write(describe(rows, devices));
}
if (json) console.log(JSON.stringify({ node: process.version, cores: availableParallelism(), load: loadavg()[0], ...effort, sizes: all }));
