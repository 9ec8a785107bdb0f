/** Whole training steps, and what they read and write of the arena. */
import { createSimulation, type Simulation, type SimulationOptions } from '../src/index.js';
import { countTraffic } from './traffic.js';
import { describeLoad, spread, tell, type Effort, type Measurement, type Section, type SectionResult, type Spread } from './measure.js';

const HIDDEN = [[64, 64], [256, 256], [400, 300]] as const;

/** Longer than any run: the signal ends it. */
const ENDLESS = 100_000_000;

/** Seconds before anything is measured: the warm-up steps, and compilation. */
const WARM_UP = 1.5;

interface Way {
  readonly name: string;
  readonly hidden: readonly number[];
  readonly options: SimulationOptions;
}

/** Pendulum as it is shipped: an environment step, and one update of a minibatch of 64 for each. */
const WAYS: readonly Way[] = HIDDEN.flatMap((hidden) =>
  ([['hogwild', 1], ['hogwild', 2], ['synchronous', 2]] as const).map(([schedule, partitions]): Way => ({
    name: `Pendulum ${hidden.join('-')}, ${partitions} × ${schedule}`,
    hidden,
    options: { environment: 'Pendulum-v1', network: { hidden: [...hidden] }, learning: { warmup: 64 }, schedule, partitions },
  })),
);

interface Sample {
  readonly stepsPerSecond: number;
  /** Microseconds of processor time for a step, all threads together: what else the machine does hardly changes it. */
  readonly processor: number;
}

async function sample(simulation: Simulation, seconds: number): Promise<Sample> {
  const before = process.cpuUsage();
  const report = await simulation.run({ steps: ENDLESS, signal: AbortSignal.timeout(Math.ceil(1000 * seconds)) });
  const { user, system } = process.cpuUsage(before);
  return { stepsPerSecond: report.stepsPerSecond, processor: (user + system) / (report.stepsPerSecond * report.seconds) };
}

async function measureWays({ repeats, seconds }: Effort): Promise<Sample[][]> {
  const simulations: Simulation[] = [];
  const samples = WAYS.map((): Sample[] => []);
  try {
    for (const { options } of WAYS) {
      const simulation = await createSimulation(options);
      simulations.push(simulation);
      await sample(simulation, WARM_UP);
    }
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const [at, simulation] of simulations.entries()) samples[at].push(await sample(simulation, seconds));
    }
  } finally {
    await Promise.all(simulations.map((simulation) => simulation.close()));
  }
  return samples;
}

/** To the first way of the same network, in the same repeat. */
function ratioOf(rates: readonly (readonly number[])[], at: number): Spread {
  const first = WAYS.findIndex(({ hidden }) => hidden === WAYS[at].hidden);
  return spread(rates[at].map((rate, repeat) => rate / rates[first][repeat]));
}

export const trainingSection: Section = {
  name: 'training',
  effort: { repeats: 5, seconds: 1 },
  async measure(effort): Promise<SectionResult> {
    const samples = await measureWays(effort);
    const rates = samples.map((each) => each.map(({ stepsPerSecond }) => stepsPerSecond));
    const processor = samples.map((each) => spread(each.map((one) => one.processor)));
    const columns = [{ name: '' }, ...['steps/s', 'ratio to 1 partition', 'processor µs a step', 'KB read a step', 'KB written a step', 'GB/s'].map((name) => ({ name, numeric: true }))];
    const rows = WAYS.map(({ name, options }, at) => {
      const { read, written } = countTraffic(options);
      const steps = spread(rates[at]);
      return [name, tell(steps, 0), tell(ratioOf(rates, at)), tell(processor[at], 0), Math.round(read / 1024), Math.round(written / 1024), (((read + written) * steps.median) / 1e9).toFixed(1)];
    });
    return {
      tables: [{ title: `Training, one update a step (${describeLoad()}). Bytes of the arena are computed from its layout, each number once for each kernel that uses it`, table: { columns, rows } }],
      measurements: WAYS.flatMap(({ name }, at): Measurement[] => [
        { section: 'training', name, unit: 'steps/s', better: 'more', ...spread(rates[at]) },
        { section: 'training', name: `${name}, processor time`, unit: 'µs a step', better: 'less', ...processor[at] },
      ]),
    };
  },
};
