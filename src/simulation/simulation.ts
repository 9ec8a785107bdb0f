import { EventEmitter } from 'eventemitter3';

import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { joinStaleness, type Staleness } from '../supervisor/ledger.js';
import { WEIGHTS } from '../supervisor/plan.js';
import type { Settings } from '../supervisor/settings.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { attachTables } from '../supervisor/views.js';
import { encodeSafetensors } from '../telemetry/safetensors.js';
import { mean } from '../telemetry/statistics.js';
import { createAlone, stoppable } from './command.js';
import { checkCheckpointEvery, createStillness, eventsAt, nextHalt, readEpisodeCount } from './halt.js';
import { checkRunSteps, createEpisodeCounter, evaluationSeeds, type EpisodeCounter, randomEvaluation, reportRates, summariseReturns } from './measure.js';
import { resolveSettings, type SimulationOptions } from './options.js';
import type { EvaluateOptions, Evaluation, Progress, RunOptions, RunReport, Training, TrainingEvents } from './training.js';
import { weightNorms, weightTensors } from './weights.js';

/** Milliseconds between two looks at the arena while the partitions run. */
const LOOK = 100;

/** Kind of a simulation's checkpoints. */
export const SIMULATION = 'simulation';

/** A network of neuron-agents on worker threads, and the environment it lives in. Create it with `createSimulation`. */
export class Simulation extends EventEmitter<TrainingEvents> implements Training {
  readonly settings: Settings;
  readonly #supervisor: Supervisor;
  readonly #counter: EpisodeCounter;
  readonly #alone = createAlone();
  readonly #stillness = createStillness();
  #goal = 0;

  /** @param checkpoint of the same settings, to go on from */
  constructor(settings: Settings, checkpoint?: Checkpoint) {
    super();
    this.settings = settings;
    this.#counter = createEpisodeCounter(readEpisodeCount(checkpoint));
    this.#supervisor = new Supervisor(settings, checkpoint?.restore);
  }

  get step(): number {
    return this.#supervisor.steps;
  }

  /** Returns once every worker thread is up. */
  async ready(): Promise<void> {
    await this.#supervisor.ready();
  }

  /**
   * As `Training` says.
   *
   * @throws PartitionError naming partition and step where a worker fails; its cause is a DivergenceError where a voltage,
   *   weight or TD error has left the finite numbers
   */
  async run({ steps = this.settings.steps, signal, checkpointEvery = 0 }: RunOptions = {}): Promise<RunReport> {
    checkRunSteps(steps);
    checkCheckpointEvery(checkpointEvery);
    return this.#alone(async () => {
      const first = this.step;
      const updatesBefore = this.#updates();
      this.#goal = first + steps;
      const begin = performance.now();
      await this.#train(signal, checkpointEvery);
      return this.#report(first, updatesBefore, (performance.now() - begin) / 1000);
    });
  }

  async evaluate({ episodes = 20, signal }: EvaluateOptions = {}): Promise<Evaluation> {
    const seeds = evaluationSeeds(this.settings.seed, episodes);
    return summariseReturns(await this.#alone(() => stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.evaluate(seeds)))));
  }

  evaluateRandomPolicy({ episodes = 20 }: { episodes?: number } = {}): Evaluation {
    return randomEvaluation(this.settings, episodes);
  }

  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    const partitions = this.#supervisor.staleness();
    return { staleness: joinStaleness(partitions), partitions };
  }

  encodeWeights(): Uint8Array {
    const { plan, arena } = this.#supervisor;
    const { environment, rule, seed } = this.settings;
    const metadata = { format: 'ganglion', environment, rule: rule.name, seed: String(seed), step: String(this.step) };
    return encodeSafetensors(weightTensors(plan.topology, attachTables(plan, arena)), metadata);
  }

  encodeCheckpoint(note: object = {}): Uint8Array {
    this.#stillness.check();
    return encodeCheckpoint(this.#supervisor.arena, { kind: SIMULATION, settings: this.settings, training: this.#counter.state(), note });
  }

  /** Ends every worker thread. */
  async close(): Promise<void> {
    await this.#supervisor.close();
    this.removeAllListeners();
  }

  readonly #stop = (): void => {
    this.#supervisor.stop();
  };

  /** Trains slice by slice, looking at the arena meanwhile. What a listener throws ends the run and is thrown on. */
  async #train(signal: AbortSignal | undefined, checkpointEvery: number): Promise<void> {
    const failures: unknown[] = [];
    const failed = () => failures.length > 0;
    const stopped = () => signal?.aborted === true;
    const timer = setInterval(() => {
      try {
        this.#look();
      } catch (error) {
        failures.push(error);
        this.#supervisor.stop();
      }
    }, LOOK);
    try {
      while (this.step < this.#goal && !stopped() && !failed()) {
        const before = this.step;
        const halt = nextHalt(before, this.#goal, checkpointEvery);
        await stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.train(halt)));
        if (failed()) break;
        this.#look();
        if (this.step > before) for (const event of eventsAt({ step: this.step, goal: this.#goal, checkpointEvery, stopped: stopped() })) this.#tell(event);
      }
    } finally {
      clearInterval(timer);
      if (!failed()) this.#look(); // episodes that ended before a partition failed
    }
    if (failed()) throw failures[0];
  }

  #tell(event: 'metrics' | 'checkpoint'): void {
    if (event === 'checkpoint') this.emit('checkpoint', this.#progress());
    else this.emit('metrics', { ...this.#progress(), weightNorm: this.#weightNorms() });
  }

  #look(): void {
    for (const record of this.#supervisor.takeEpisodes()) {
      this.#counter.add(record);
      this.emit('episode', record);
    }
    this.emit('progress', this.#progress());
  }

  #progress(): Progress {
    return {
      step: this.step,
      steps: this.#goal,
      ...this.#counter.summary(),
      updates: this.#updates(),
    };
  }

  #updates(): number {
    return mean(Array.from({ length: this.settings.partitions }, (_, partition) => this.#supervisor.updates(partition)));
  }

  #weightNorms(): Record<string, number> {
    const { plan, arena } = this.#supervisor;
    return weightNorms(plan.topology, attachTables(plan, arena)[WEIGHTS].values);
  }

  #report(first: number, updatesBefore: number, seconds: number): RunReport {
    const { ownership, topology } = this.#supervisor.plan;
    const { staleness, partitions } = this.staleness();
    return {
      ...reportRates(this.step - first, this.#updates() - updatesBefore, seconds),
      stopped: this.step < this.#goal,
      staleness,
      partitions: ownership.map((ranges, partition) => ({
        partition,
        neurons: ranges.reduce((sum, { begin, end }) => sum + (begin < topology.inputs.end ? 0 : end - begin), 0),
        updates: this.#supervisor.updates(partition),
        ...partitions[partition],
      })),
    };
  }
}

/**
 * Builds a simulation: allocates the shared arena, draws the first weights and starts one worker thread per partition.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  return readySimulation(new Simulation(resolveSettings(options)));
}

/** Waits until every worker is up. */
export async function readySimulation(simulation: Simulation): Promise<Simulation> {
  try {
    await simulation.ready();
  } catch (error) {
    await simulation.close(); // the partitions that did start
    throw error;
  }
  return simulation;
}
