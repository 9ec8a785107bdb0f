/** What schedules and the measurement of staleness cost and gain: updates per second of whole simulations, in interleaved runs. */
import { runBenchmark, type Benchmark, type BenchmarkArm, type BenchmarkResult } from '../src/entries/study.js';
import type { SimulationOptions } from '../src/index.js';
import { describeLoad, tell, type Effort, type Measurement, type Section, type SectionResult } from './measure.js';

/** 256×256 neurons, batch 64, free running: eight updates for each environment step, so that updates limit the speed. */
const LARGE: SimulationOptions = {
  environment: 'Pendulum-v1',
  network: { hidden: [256, 256] },
  learning: { batch: 64, warmup: 64, updatesPerStep: 8 },
  updateWindow: 'off',
};

/** Little work between two reads: here measuring costs the largest fraction. */
const SMALL: SimulationOptions = { ...LARGE, network: { hidden: [8] }, learning: { batch: 8, warmup: 64, updatesPerStep: 8 } };

const SCHEDULES: readonly BenchmarkArm[] = [
  { name: '1 partition', options: { ...LARGE, schedule: 'hogwild', partitions: 1 } },
  { name: '2 × hogwild', options: { ...LARGE, schedule: 'hogwild', partitions: 2 } },
  { name: '2 × synchronous', options: { ...LARGE, schedule: 'synchronous', partitions: 2 } },
  { name: '2 × bounded', options: { ...LARGE, schedule: 'bounded', partitions: 2 } },
];

function stalenessArms(options: SimulationOptions): BenchmarkArm[] {
  return [false, true].map((measureStaleness) => ({ name: measureStaleness ? 'measured' : 'not measured', options: { schedule: 'hogwild', partitions: 2, ...options, timing: { measureStaleness } } }));
}

/** Seconds before anything is measured: the warm-up steps, and compilation. */
const WARM_UP = 1.5;

function benchmarkSection(name: string, title: string, benchmark: Pick<Benchmark, 'arms' | 'neighbour'>): Section {
  return {
    name,
    effort: { repeats: 7, seconds: 1 },
    async measure({ repeats, seconds }: Effort): Promise<SectionResult> {
      const { standings, pinned } = await runBenchmark({ ...benchmark, repeats, seconds, warmUp: WARM_UP });
      const beside = benchmark.neighbour ? `; busy process ${pinned ? 'pinned' : 'not pinned'}` : '';
      return { tables: [{ title: `${title} (${describeLoad()}${beside})`, table: tableOf(standings) }], measurements: standings.map((standing) => figure(name, standing)) };
    },
  };
}

const fullName = ({ name, disturbed }: BenchmarkResult) => (disturbed ? `${name}, disturbed` : name);

function tableOf(standings: readonly BenchmarkResult[]) {
  const columns = [{ name: '' }, ...['updates/s', 'ratio [least, most]'].map((name) => ({ name, numeric: true }))];
  return { columns, rows: standings.map((standing) => [fullName(standing), standing.updatesPerSecond.median.toPrecision(3), tell(standing.ratio)]) };
}

function figure(section: string, standing: BenchmarkResult): Measurement {
  return { section, name: fullName(standing), unit: 'updates/s', better: 'more', ...standing.updatesPerSecond };
}

export const SCHEDULE_SECTIONS: readonly Section[] = [
  benchmarkSection('schedules', 'Two partitions against one, 256×256 neurons, batch 64', { arms: SCHEDULES, neighbour: false }),
  benchmarkSection('neighbour', 'The same, alone and beside one busy process on one core', { arms: SCHEDULES, neighbour: true }),
  benchmarkSection('staleness-small', 'Staleness measured against not measured, 2 × hogwild, small network', { arms: stalenessArms(SMALL), neighbour: false }),
  benchmarkSection('staleness-default', 'The same, the default run', { arms: stalenessArms({ steps: 1_000_000 }), neighbour: false }),
  benchmarkSection('staleness-large', 'Staleness measured against not measured, 2 × hogwild, large network', { arms: stalenessArms(LARGE), neighbour: false }),
];
