/** Contests of speed: the same work done in several ways by turns, so that whatever else the machine does slows all of them alike. */
import { createSimulation, median, stalenessBetween, type Simulation, type SimulationOptions } from '../src/index.js';

/** One way to run. The first of a contest is what the others are compared with. */
export interface Contender {
  readonly name: string;
  readonly options: SimulationOptions;
}

export interface Contest {
  readonly name: string;
  /** One line that says what is compared with what. */
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** True where one busy process beside them takes what it can of one core. */
  readonly disturbed: boolean;
}

/** The middle of the repeats, and the ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Standing {
  readonly name: string;
  readonly updatesPerSecond: Spread;
  /** To the first contender's updates per second in the same repeat. */
  readonly ratio: Spread;
  /**
   * Partitions times the first contender's processor time per update, over this one's: less depends on what else the machine does. It is an
   * upper bound of the ratio on idle cores, no estimate: sleeping for a peer costs no processor time, but it does cost updates. So it
   * flatters whoever waits asleep, barriers most. NaN where a contest is disturbed.
   */
  readonly byProcessorTime: Spread;
  /** Share of a peer's voltages that partitions computed themselves; NaN where nothing of the kind was read or measured. */
  readonly helped: number;
}

interface Sample {
  readonly updatesPerSecond: number;
  /** Seconds of processor time for an update of the whole network, all threads together. */
  readonly processorTime: number;
  readonly helped: number;
}

/** Longer than any run: the signal ends it. */
const ENDLESS = 100_000_000;

/** Seconds of running before anything is measured: the warm-up steps, and compilation. */
const WARM_UP = 1.5;

async function sample(simulation: Simulation, seconds: number): Promise<Sample> {
  const before = simulation.staleness().staleness;
  const processor = process.cpuUsage();
  const report = await simulation.run({ steps: ENDLESS, signal: AbortSignal.timeout(1000 * seconds) });
  const { user, system } = process.cpuUsage(processor);
  const { voltages, weights } = stalenessBetween(before, report.staleness);
  return {
    updatesPerSecond: report.updatesPerSecond,
    processorTime: (user + system) / 1e6 / (report.updatesPerSecond * report.seconds),
    helped: weights.reads / (voltages.reads + weights.reads),
  };
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Runs all contenders by turns, beginning with another one in each repeat. */
export async function hold({ contenders, disturbed }: Contest, repeats: number, seconds: number): Promise<Standing[]> {
  const simulations: Simulation[] = [];
  const samples = contenders.map((): Sample[] => []);
  try {
    for (const { options } of contenders) {
      const simulation = await createSimulation(options);
      simulations.push(simulation);
      await sample(simulation, WARM_UP);
    }
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (let turn = 0; turn < contenders.length; turn += 1) {
        const at = (repeat + turn) % contenders.length;
        samples[at].push(await sample(simulations[at], seconds));
      }
    }
  } finally {
    await Promise.all(simulations.map((simulation) => simulation.close()));
  }
  return contenders.map(({ name, options: { partitions = 1 } }, at) => ({
    name,
    updatesPerSecond: spread(samples[at].map(({ updatesPerSecond }) => updatesPerSecond)),
    ratio: spread(samples[at].map(({ updatesPerSecond }, repeat) => updatesPerSecond / samples[0][repeat].updatesPerSecond)),
    byProcessorTime: spread(samples[at].map(({ processorTime }, repeat) => (disturbed ? NaN : ((partitions / (contenders[0].options.partitions ?? 1)) * samples[0][repeat].processorTime) / processorTime))),
    helped: median(samples[at].map(({ helped }) => helped)),
  }));
}
