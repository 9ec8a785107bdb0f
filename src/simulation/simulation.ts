import { EventEmitter } from 'eventemitter3';

import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { checkString, wrongValue } from '../check.js';
import { openJournal, type JournalFile } from '../journal/file.js';
import type { Journal } from '../journal/read-journal.js';
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
import { checkRecordable, digestOf } from './recording.js';
import type { EvaluateOptions, Evaluation, Progress, RunOptions, RunReport, Training, TrainingEvents } from './training.js';
import { weightNorms, weightTensors } from './weights.js';

/** Milliseconds between two looks at the arena while the partitions run. */
const LOOK = 100;

/** Kind of a simulation's checkpoints. */
export const SIMULATION = 'simulation';

/** A recorded run that is to be done again. */
export interface Repetition {
  readonly journal: Journal;
  readonly threads: number;
}

/** A network of neuron-agents on worker threads, and the environment it lives in. Create it with `createSimulation`. */
export class Simulation extends EventEmitter<TrainingEvents> implements Training {
  readonly settings: Settings;
  readonly #supervisor: Supervisor;
  readonly #counter: EpisodeCounter;
  readonly #alone = createAlone();
  readonly #stillness = createStillness();
  readonly #journal: Journal | undefined;
  #commands = 0;
  #goal = 0;

  /**
   * @param checkpoint of the same settings, to go on from
   * @param repetition of a journal of the same settings
   */
  constructor(settings: Settings, checkpoint?: Checkpoint, repetition?: Repetition) {
    super();
    this.settings = settings;
    this.#counter = createEpisodeCounter(readEpisodeCount(checkpoint));
    this.#journal = repetition?.journal;
    const again = repetition && { logs: repetition.journal.logs.map(({ bytes }) => bytes), threads: repetition.threads };
    this.#supervisor = new Supervisor(settings, checkpoint?.restore, again);
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
  async run(options: RunOptions = {}): Promise<RunReport> {
    const { steps = this.settings.steps, signal, checkpointEvery = 0, record } = options;
    checkRunSteps(steps);
    checkCheckpointEvery(checkpointEvery);
    this.#checkRepetition(options);
    return this.#alone(async () => {
      const first = this.step;
      const updatesBefore = this.#updates();
      this.#goal = this.#journal?.goal ?? first + steps;
      const file = record === undefined ? undefined : this.#record(record);
      const begin = performance.now();
      await this.#train(signal, checkpointEvery, file);
      return this.#report(first, updatesBefore, (performance.now() - begin) / 1000, file);
    });
  }

  /** A journal says itself what there is to do. */
  #checkRepetition({ steps, checkpointEvery, record }: RunOptions): void {
    if (this.#journal === undefined) return;
    for (const [name, given] of Object.entries({ steps, checkpointEvery, record })) {
      if (given !== undefined) throw wrongValue(name, 'nothing in a replay, whose journal says what it does', given);
    }
    if (this.#commands === this.#journal.halts.length) throw new Error('the journal has been repeated to its end');
  }

  #record(path: string): JournalFile {
    checkRecordable(this.settings);
    if (this.step > 0) throw wrongValue('record', 'a run from the first step on', this.step, ' steps taken before it');
    const { topology: { ticks }, settings } = this.#supervisor.plan;
    return openJournal(checkString('record', path), { ticks: ticks.length, partitions: settings.partitions, goal: this.#goal, settings, digest: digestOf(this.encodeWeights()) });
  }

  async evaluate({ episodes = 20, signal }: EvaluateOptions = {}): Promise<Evaluation> {
    const seeds = evaluationSeeds(this.settings.seed, episodes);
    return summariseReturns(await this.#alone(() => stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.evaluate(seeds)))));
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

  /** Ends every worker thread. */
  async close(): Promise<void> {
    await this.#supervisor.close();
    this.removeAllListeners();
  }

  /** What repeats a journal ends only where a command of it did. */
  readonly #stop = (): void => {
    if (this.#journal === undefined) this.#supervisor.stop();
  };

  /** The step at which the next command ends; undefined where there is none. */
  #halt(checkpointEvery: number): number | undefined {
    if (this.#journal !== undefined) return this.#journal.halts.at(this.#commands);
    return this.step < this.#goal ? nextHalt(this.step, this.#goal, checkpointEvery) : undefined;
  }

  /** Trains slice by slice, looking at the arena meanwhile. What a listener throws ends the run and is thrown on. */
  async #train(signal: AbortSignal | undefined, checkpointEvery: number, file: JournalFile | undefined): Promise<void> {
    const failures: unknown[] = [];
    const failed = () => failures.length > 0;
    const aborted = () => signal?.aborted === true;
    let stopped = aborted();
    const timer = setInterval(() => {
      try {
        this.#look();
      } catch (error) {
        failures.push(error);
        this.#stop();
      }
    }, LOOK);
    try {
      for (let halt = this.#halt(checkpointEvery); halt !== undefined && !aborted() && !failed(); halt = this.#halt(checkpointEvery)) {
        const before = this.step;
        const until = halt;
        const logs = await stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.train(until, file !== undefined)));
        this.#commands += 1;
        for (const log of logs) file?.append(log, this.step);
        if (failed()) break;
        this.#look();
        stopped = this.#journal === undefined ? aborted() : this.#journal.stopped && this.#commands === this.#journal.halts.length;
        if (this.step > before) for (const event of eventsAt({ step: this.step, goal: this.#goal, checkpointEvery, stopped })) this.#tell(event);
      }
      if (!failed()) file?.close({ stopped, weightsSha256: digestOf(this.encodeWeights()) });
    } finally {
      file?.abandon(); // where it is not closed
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

  #report(first: number, updatesBefore: number, seconds: number, file: JournalFile | undefined): RunReport {
    const { ownership, topology } = this.#supervisor.plan;
    return {
      ...reportRates(this.step - first, this.#updates() - updatesBefore, seconds),
      stopped: this.step < this.#goal,
      ...(file && { journal: { bytes: file.length, partitionTicks: file.updates } }),
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
