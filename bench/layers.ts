/** The whole update of one layer under the default rule: voltages, activation, credit, gradient, Adam, critic part and its target. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { KernelName } from '../src/entries/internals.js';
import type { Table } from '../src/entries/study.js';
import { availableKernels } from '../src/kernels/self-check.js';
import { createArena } from '../src/memory/arena.js';
import { fillLayer, layerBlocks, type LayerTask } from './layer.js';
import type { LayerWorkerData } from './layer-worker.js';
import { describeLoad, spread, tell, type Effort, type Measurement, type Section, type SectionResult } from './measure.js';

const SIZES = [[64, 64], [256, 256], [300, 400], [1024, 1024], [4096, 4096]] as const;
const BATCHES = [1, 16, 64, 256] as const;
const PARTITIONS = [1, 2] as const;

/** Floating-point operations of an update: voltages of states and successors, and the gradients. The optimiser's are not counted. */
const flopOf = ({ rows, inputs, batch }: LayerTask) => 6 * rows * inputs * batch;

/** Above this the scalar reference takes longer than it is worth, and so do more than three repeats. */
const MOST_REFERENCE_FLOP = 1e9;

interface Runner {
  readonly task: LayerTask;
  /** @returns seconds of one of so many updates */
  run(updates: number): Promise<number>;
  close(): Promise<void>;
}

async function start(task: LayerTask): Promise<Runner> {
  const { memory, blocks } = createArena(layerBlocks(task));
  const handle = { memory, blocks };
  fillLayer(task, handle);
  const workers = Array.from({ length: task.partitions }, (_, partition) =>
    new Worker(new URL('layer-worker.js', import.meta.url), { workerData: { task, handle, partition } satisfies LayerWorkerData }));
  const answers = () => Promise.all(workers.map(async (worker) => Number((await once(worker, 'message') as unknown[])[0])));
  await answers();
  return {
    task,
    async run(updates) {
      const seconds = answers();
      for (const worker of workers) worker.postMessage(updates);
      return Math.max(...(await seconds));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

interface Found {
  readonly task: LayerTask;
  /** Seconds of an update, in each repeat. */
  readonly times: readonly number[];
}

/** The ways to update one layer, interleaved. */
async function hold(tasks: readonly LayerTask[], { repeats, seconds }: Effort): Promise<Found[]> {
  const runners: Runner[] = [];
  const times = tasks.map((): number[] => []);
  try {
    const updates: number[] = [];
    for (const task of tasks) {
      const runner = await start(task);
      runners.push(runner);
      await runner.run(1);
      updates.push(Math.max(1, Math.round(seconds / (await runner.run(Math.max(1, Math.round(1e7 / flopOf(task))))))));
    }
    const enough = flopOf(tasks[0]) > MOST_REFERENCE_FLOP ? Math.min(repeats, 3) : repeats;
    for (let repeat = 0; repeat < enough; repeat += 1) {
      for (const [at, runner] of runners.entries()) times[at].push(await runner.run(updates[at]));
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
  return tasks.map((task, at) => ({ task, times: times[at] }));
}

function waysOf(rows: number, inputs: number, batch: number): LayerTask[] {
  const way = (kernels: KernelName, partitions: number): LayerTask => ({ rows, inputs, batch, partitions, kernels });
  const ways = availableKernels().filter((name) => name !== 'reference').flatMap((name) => PARTITIONS.map((partitions) => way(name, partitions)));
  return flopOf(ways[0]) > MOST_REFERENCE_FLOP ? ways : [way('reference', 1), ...ways];
}

function tableOf(groups: readonly (readonly Found[])[]): Table {
  const columns = [{ name: 'layer' }, { name: 'kernels' }, ...['partitions', 'best µs', 'µs', 'best GF', 'best to the reference', 'best to 1 partition'].map((name) => ({ name, numeric: true }))];
  const rows = groups.flatMap((group) => group.map(({ task, times }) => {
    const best = Math.min(...times);
    const over = (other: Found | undefined) => (other === undefined ? '' : (Math.min(...other.times) / best).toFixed(2));
    const reference = task.kernels === 'reference' ? undefined : group.find((each) => each.task.kernels === 'reference');
    const single = task.partitions === 1 ? undefined : group.find((each) => each.task.kernels === task.kernels && each.task.partitions === 1);
    return [
      `${task.rows}×${task.inputs}, batch ${task.batch}`, task.kernels, task.partitions, (1e6 * best).toFixed(1), tell(spread(times.map((seconds) => 1e6 * seconds)), 1),
      (flopOf(task) / 1e9 / best).toPrecision(3), over(reference), over(single),
    ];
  }));
  return { columns, rows };
}

function figure({ task, times }: Found): Measurement {
  const name = `${task.rows}×${task.inputs}, batch ${task.batch}, ${task.kernels}, ${task.partitions} partition${task.partitions > 1 ? 's' : ''}`;
  return { section: 'layers', name, unit: 'µs', better: 'less', ...spread(times.map((seconds) => 1e6 * seconds)) };
}

export const layerSection: Section = {
  name: 'layers',
  effort: { repeats: 15, seconds: 0.01 },
  async measure(effort): Promise<SectionResult> {
    const groups: Found[][] = [];
    for (const [rows, inputs] of SIZES) {
      for (const batch of BATCHES) groups.push(await hold(waysOf(rows, inputs, batch), effort));
    }
    return {
      tables: [{ title: `The whole update of one layer, broadcast rule, one board for all partitions (${describeLoad()}). GF counts 6·n·m·B: two forward passes and the gradient`, table: tableOf(groups) }],
      measurements: groups.flat().map(figure),
    };
  },
};
