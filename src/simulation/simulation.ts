import { EventEmitter } from 'eventemitter3';

import { checkInteger } from '../check.js';
import { createStream } from '../random/stream.js';
import { SLICE_STEPS } from '../supervisor/plan.js';
import { Supervisor, type EpisodeRecord } from '../supervisor/supervisor.js';
import type { Settings } from '../supervisor/settings.js';
import type { Staleness } from '../supervisor/ledger.js';
import { attachTables } from '../supervisor/views.js';
import { encodeSafetensors } from '../telemetry/safetensors.js';
import { mean } from '../telemetry/statistics.js';
import { resolveSettings, type SimulationOptions } from './options.js';
import { randomPolicyReturns } from './random-policy.js';
import { weightTensors } from './weights.js';

/** Milliseconds between two looks at the arena while the partitions run. */
const LOOK = 100;

/** Environment steps, and evaluation episodes, that the counters have room for in one call. */
const LARGEST_RUN = 100_000_000;

/** Episodes that the running return is taken over. */
const RUNNING_EPISODES = 20;

/** Where a run stands. Sent several times a second, and once at the end of every 1,000 steps. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly episodes: number;
  /** Mean return of the last 20 training episodes; null before the first. */
  readonly runningReturn: number | null;
  /** Updates of the network so far: the mean over partitions. */
  readonly updates: number;
}

/** One entry of the metrics: a pure function of settings and seed under the synchronous schedule. */
export interface Metrics extends Progress {
  /** Euclidean norm of each population's weights. */
  readonly weightNorm: Readonly<Record<string, number>>;
}

/** How fast and how stale a run was. */
export interface RunReport {
  readonly steps: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** Updates of the network, the mean over partitions, per second. */
  readonly updatesPerSecond: number;
  readonly updatesPerStep: number;
  /** True where the signal ended the run before its last step. */
  readonly stopped: boolean;
  /** Versions behind of the voltages that partitions read from one another: of all together, and of each. */
  readonly staleness: Staleness;
  readonly partitions: readonly (Staleness & { readonly partition: number; readonly neurons: number; readonly updates: number })[];
}

export interface Evaluation {
  readonly meanReturn: number;
  readonly episodes: number;
  readonly returns: readonly number[];
}

interface SimulationEvents {
  episode: [EpisodeRecord];
  progress: [Progress];
  metrics: [Metrics];
}

/** A network of neuron-agents on worker threads, and the environment it lives in. Create it with `createSimulation`. */
export class Simulation extends EventEmitter<SimulationEvents> {
  readonly settings: Settings;
  readonly #supervisor: Supervisor;
  readonly #recent: number[] = [];
  #episodes = 0;
  #goal = 0;
  #busy = false;

  constructor(settings: Settings) {
    super();
    this.settings = settings;
    this.#supervisor = new Supervisor(settings);
  }

  /** Environment steps taken so far. */
  get step(): number {
    return this.#supervisor.steps;
  }

  /** Returns once every worker thread is up. */
  async ready(): Promise<void> {
    await this.#supervisor.ready();
  }

  /**
   * Trains for `steps` further environment steps. Emits `episode`, `progress` and `metrics`.
   *
   * Learning rates fall over `settings.steps`, whatever is given here; past that they stay at their final share.
   *
   * @param signal ends the run at the next environment step; it then returns its report
   * @throws PartitionError naming partition and step where a worker fails; its cause is a DivergenceError where a voltage,
   *   weight or TD error has left the finite numbers
   */
  async run({ steps = this.settings.steps, signal }: { steps?: number; signal?: AbortSignal } = {}): Promise<RunReport> {
    checkInteger('steps', steps, { min: 1, max: LARGEST_RUN });
    return this.#alone(async () => {
      const first = this.step;
      const updatesBefore = this.#updates();
      this.#goal = first + steps;
      const begin = performance.now();
      await this.#train(signal);
      return this.#report(first, updatesBefore, (performance.now() - begin) / 1000);
    });
  }

  /**
   * Mean return over fresh episodes, exploration off. The same seed always evaluates on the same episodes.
   *
   * @param signal ends the evaluation after the episode at hand
   */
  async evaluate({ episodes = 20, signal }: { episodes?: number; signal?: AbortSignal } = {}): Promise<Evaluation> {
    const seeds = this.#episodeSeeds(episodes);
    const returns = await this.#alone(() => this.#stoppable(signal, () => this.#supervisor.evaluate(seeds)));
    return { meanReturn: mean(returns), episodes: returns.length, returns };
  }

  /** The uniformly random policy on the very episodes of `evaluate`. */
  evaluateRandomPolicy({ episodes = 20 }: { episodes?: number } = {}): Evaluation {
    const { environment, seed } = this.settings;
    const returns = randomPolicyReturns(environment, seed, this.#episodeSeeds(episodes));
    return { meanReturn: mean(returns), episodes: returns.length, returns };
  }

  /** How old the voltages were that partitions have read so far: of all together, and of each. */
  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    const partitions = Array.from({ length: this.settings.partitions }, (_, partition) => this.#supervisor.staleness(partition));
    return { staleness: this.#supervisor.wholeStaleness(), partitions };
  }

  /** All learned numbers as a safetensors file. Equal weights give equal bytes. */
  encodeWeights(): Uint8Array {
    const { plan, arena } = this.#supervisor;
    const { environment, rule, seed } = this.settings;
    const metadata = { format: 'ganglion', environment, rule: rule.name, seed: String(seed), step: String(this.step) };
    return encodeSafetensors(weightTensors(plan, attachTables(plan, arena)), metadata);
  }

  /** Ends every worker thread; none is left when it returns. Can be called twice. */
  async close(): Promise<void> {
    await this.#supervisor.close();
    this.removeAllListeners();
  }

  /** Runs one command at a time: a second would change what the first reads. */
  async #alone<Result>(command: () => Promise<Result>): Promise<Result> {
    if (this.#busy) throw new Error('a run or an evaluation is still going on: await it before the next');
    this.#busy = true;
    try {
      return await command();
    } finally {
      this.#busy = false;
    }
  }

  async #stoppable<Result>(signal: AbortSignal | undefined, command: () => Promise<Result>): Promise<Result> {
    const stop = () => {
      this.#supervisor.stop();
    };
    signal?.addEventListener('abort', stop);
    try {
      return await command();
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Trains slice by slice, looking at the arena meanwhile. What a listener throws ends the run and is thrown on. */
  async #train(signal: AbortSignal | undefined): Promise<void> {
    const failures: unknown[] = [];
    const failed = () => failures.length > 0;
    const timer = setInterval(() => {
      try {
        this.#look();
      } catch (error) {
        failures.push(error);
        this.#supervisor.stop();
      }
    }, LOOK);
    try {
      while (this.step < this.#goal && signal?.aborted !== true && !failed()) {
        await this.#stoppable(signal, () => this.#supervisor.train(this.#nextHalt()));
        if (failed()) break;
        this.#look();
        this.emit('metrics', { ...this.#progress(), weightNorm: this.#weightNorms() });
      }
    } finally {
      clearInterval(timer);
      if (!failed()) this.#look(); // episodes that ended before a partition failed
    }
    if (failed()) throw failures[0];
  }

  #nextHalt(): number {
    const halt = (Math.floor(this.step / SLICE_STEPS) + 1) * SLICE_STEPS;
    return Math.min(halt, this.#goal);
  }

  #look(): void {
    for (const record of this.#supervisor.takeEpisodes()) {
      this.#episodes = record.episode;
      this.#recent.push(record.return);
      if (this.#recent.length > RUNNING_EPISODES) this.#recent.shift();
      this.emit('episode', record);
    }
    this.emit('progress', this.#progress());
  }

  #progress(): Progress {
    return {
      step: this.step,
      steps: this.#goal,
      episodes: this.#episodes,
      runningReturn: this.#recent.length === 0 ? null : mean(this.#recent),
      updates: this.#updates(),
    };
  }

  #updates(): number {
    return mean(Array.from({ length: this.settings.partitions }, (_, partition) => this.#supervisor.updates(partition)));
  }

  #weightNorms(): Record<string, number> {
    const { plan, arena } = this.#supervisor;
    const { weights } = attachTables(plan, arena);
    const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return Object.fromEntries(
      plan.topology.populations
        .filter(({ kind }) => kind !== 'input')
        .map(({ name, begin, end }) => [name, norm(weights.values.subarray(weights.offset[begin], weights.offset[end]))]),
    );
  }

  #report(first: number, updatesBefore: number, seconds: number): RunReport {
    const { ownership, topology } = this.#supervisor.plan;
    const steps = this.step - first;
    const updates = this.#updates() - updatesBefore;
    const perUnit = (count: number, units: number) => (units === 0 ? 0 : count / units);
    return {
      steps,
      seconds,
      stepsPerSecond: perUnit(steps, seconds),
      updatesPerSecond: perUnit(updates, seconds),
      updatesPerStep: perUnit(updates, steps),
      stopped: this.step < this.#goal,
      staleness: this.#supervisor.wholeStaleness(),
      partitions: ownership.map((ranges, partition) => ({
        partition,
        neurons: ranges.reduce((sum, { begin, end }) => sum + (begin < topology.inputs.end ? 0 : end - begin), 0),
        updates: this.#supervisor.updates(partition),
        ...this.#supervisor.staleness(partition),
      })),
    };
  }

  #episodeSeeds(episodes: number): number[] {
    checkInteger('episodes', episodes, { min: 1, max: 1_000_000 });
    const stream = createStream(this.settings.seed, 'evaluation');
    return Array.from({ length: episodes }, () => stream.integer(2 ** 48));
  }
}

/**
 * Builds a simulation: allocates the shared arena, draws the first weights and starts one worker thread per partition.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  const simulation = new Simulation(resolveSettings(options));
  try {
    await simulation.ready();
  } catch (error) {
    await simulation.close(); // the partitions that did start
    throw error;
  }
  return simulation;
}
