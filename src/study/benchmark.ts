/** Benchmarks of speed: arms run in turn, so that other load on the machine slows all of them alike. */
import { loadavg } from 'node:os';

import type { SimulationOptions } from '../placement/partitioned/settings.js';
import { createSimulation, type Simulation } from '../simulation/simulation.js';
import { median } from '../telemetry/statistics.js';
import { startBusyProcess } from './busy-process.js';

/** One way to run. The others are compared with the first of a benchmark. */
export interface BenchmarkArm {
  readonly name: string;
  readonly options: SimulationOptions;
}

export interface Benchmark {
  readonly arms: readonly BenchmarkArm[];
  readonly repeats: number;
  /** Of each arm in each repeat. */
  readonly seconds: number;
  /** True if each repeat also runs beside a busy process. */
  readonly neighbour: boolean;
  /** Seconds of running before anything is measured: the warm-up steps, and compilation. */
  readonly warmUp: number;
  readonly signal?: AbortSignal;
}

/** The middle of the repeats, and the ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface BenchmarkResult {
  readonly name: string;
  /** Whether a busy process ran beside it. */
  readonly disturbed: boolean;
  readonly updatesPerSecond: Spread;
  /** To the first arm's updates per second in the same repeat, under the same disturbance. */
  readonly ratio: Spread;
  readonly ratios: readonly number[];
}

/** Result of a benchmark. */
export interface BenchmarkOutcome {
  readonly standings: readonly BenchmarkResult[];
  readonly repeats: number;
  /** Whether the busy process kept to one core. */
  readonly pinned: boolean;
  /** Load average over the last minute, at the start and at the end. */
  readonly load: readonly [before: number, after: number];
}

/** Longer than any run: the signal ends it. */
const ENDLESS = 100_000_000;

/** Runs all arms in turn, starting with another one in each repeat. A repeat that the signal interrupts does not count. */
export async function runBenchmark({ arms, repeats, seconds, neighbour, warmUp, signal }: Benchmark): Promise<BenchmarkOutcome> {
  const before = loadavg()[0];
  const rates: Record<'alone' | 'disturbed', number[][]> = { alone: [], disturbed: [] }; // [repeats][arms]
  const simulations: Simulation[] = [];
  let pinned = true;
  try {
    for (const { options } of arms) {
      const simulation = await createSimulation(options);
      simulations.push(simulation);
      await speed(simulation, warmUp);
    }
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const alone = await runInTurn(simulations, repeat, seconds, signal);
      const disturbed = neighbour ? await beside(() => runInTurn(simulations, repeat, seconds, signal)) : undefined;
      if (signal?.aborted === true) break;
      rates.alone.push(alone);
      if (disturbed) rates.disturbed.push(disturbed.result);
      pinned &&= disturbed?.pinned ?? true;
    }
  } finally {
    await Promise.all(simulations.map((simulation) => simulation.close()));
  }
  const standings = [...summariseRates(arms, rates.alone, false), ...summariseRates(arms, rates.disturbed, true)];
  return { standings, repeats: rates.alone.length, pinned, load: [before, loadavg()[0]] };
}

async function runInTurn(simulations: readonly Simulation[], first: number, seconds: number, signal: AbortSignal | undefined): Promise<number[]> {
  const rates = new Array<number>(simulations.length).fill(0);
  for (let turn = 0; turn < simulations.length && signal?.aborted !== true; turn += 1) {
    const at = (first + turn) % simulations.length;
    rates[at] = await speed(simulations[at], seconds);
  }
  return rates;
}

async function speed(simulation: Simulation, seconds: number): Promise<number> {
  const { updatesPerSecond } = await simulation.run({ steps: ENDLESS, signal: AbortSignal.timeout(Math.ceil(1000 * seconds)) });
  return updatesPerSecond;
}

/** Beside a busy process. */
async function beside<Result>(action: () => Promise<Result>): Promise<{ readonly result: Result; readonly pinned: boolean }> {
  const neighbour = await startBusyProcess();
  try {
    return { result: await action(), pinned: neighbour.pinned };
  } finally {
    await neighbour.close();
  }
}

/** @param rates updates per second; [repeats][arms] */
export function summariseRates(arms: readonly Pick<BenchmarkArm, 'name'>[], rates: readonly (readonly number[])[], disturbed: boolean): BenchmarkResult[] {
  if (rates.length === 0) return [];
  return arms.map(({ name }, i) => {
    const ratios = rates.map((repeat) => repeat[i] / repeat[0]);
    return { name, disturbed, updatesPerSecond: spread(rates.map((repeat) => repeat[i])), ratio: spread(ratios), ratios };
  });
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
