import { EventEmitter } from 'eventemitter3';

import { checkInteger } from '../check.js';
import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import type { WorkerDeath } from '../supervisor/crew-handle.js';
import type { Staleness } from '../supervisor/ledger.js';
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
  readonly #deaths: WorkerDeath[] = [];
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
   * As `Training` says. A worker that dies or hangs is replaced, and nothing that was experienced is lost; what it was learning from at that moment, it
   * learns from again, so that a run with a death in it is not repeated bit for bit.
   *
   * @throws PartitionError naming partition and step where a partition fails, or its worker dies again and again; its cause is a DivergenceError where a voltage,
   *   weight or TD error has left the finite numbers
   */
  async run({ steps = this.settings.steps, signal, checkpointEvery = 0 }: RunOptions = {}): Promise<RunReport> {
    checkRunSteps(steps);
    checkCheckpointEvery(checkpointEvery);
    return this.#alone(async () => {
      const first = this.step;
      const updatesBefore = this.#updates();
      const deathsBefore = this.#deaths.length;
      this.#goal = first + steps;
      const begin = performance.now();
      await this.#train(signal, checkpointEvery);
      return this.#report(first, updatesBefore, deathsBefore, (performance.now() - begin) / 1000);
    });
  }

  async evaluate({ episodes = 20, signal }: EvaluateOptions = {}): Promise<Evaluation> {
    const seeds = evaluationSeeds(this.settings.seed, episodes);
    const returns = await this.#alone(() => stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.evaluate(seeds))));
    this.#tellDeaths();
    return summariseReturns(returns);
  }

  evaluateRandomPolicy({ episodes = 20 }: { episodes?: number } = {}): Evaluation {
    return randomEvaluation(this.settings, episodes);
  }

  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    const partitions = Array.from({ length: this.settings.partitions }, (_, partition) => this.#supervisor.staleness(partition));
    return { staleness: this.#supervisor.wholeStaleness(), partitions };
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

  /** Kills the worker that carries a partition, at once: a fault on purpose, to see what follows. Nothing where it is not at work. */
  kill(partition: number): void {
    this.#supervisor.kill(this.#checkPartition(partition));
  }

  /** Makes the worker that carries a partition hang at its next look around, in the command at hand or the next: as `kill`. */
  hang(partition: number): void {
    this.#supervisor.hang(this.#checkPartition(partition));
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

  #checkPartition(partition: number): number {
    return checkInteger('partition', partition, { min: 0, max: this.settings.partitions - 1 });
  }

  #tellDeaths(): void {
    for (const death of this.#supervisor.takeDeaths()) {
      this.#deaths.push(death);
      this.emit('death', death);
    }
  }

  #look(): void {
    this.#tellDeaths();
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

  #report(first: number, updatesBefore: number, deathsBefore: number, seconds: number): RunReport {
    const { ownership, topology } = this.#supervisor.plan;
    return {
      ...reportRates(this.step - first, this.#updates() - updatesBefore, seconds),
      stopped: this.step < this.#goal,
      deaths: this.#deaths.slice(deathsBefore),
      staleness: this.#supervisor.wholeStaleness(),
      partitions: ownership.map((ranges, partition) => ({
        partition,
        neurons: ranges.reduce((sum, { begin, end }) => sum + (begin < topology.inputs.end ? 0 : end - begin), 0),
        updates: this.#supervisor.updates(partition),
        ...this.#supervisor.staleness(partition),
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
