import { EventEmitter } from 'eventemitter3';

import { checkInteger, checkString, wrongValue } from '../check.js';
import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { loadModulesOf } from '../modules.js';
import { JournalError, PartitionError } from '../errors.js';
import { openJournal, type JournalFile } from '../journal/file.js';
import type { Journal } from '../journal/read-journal.js';
import type { Arena } from '../memory/arena.js';
import { joinStaleness, type Staleness } from '../runtime/staleness.js';
import type { WorkerRestart } from '../runtime/supervised-worker.js';
import { trainedState } from '../placement/partitioned/environment-task.js';
import { ALIVE, WEIGHTS, type RunLayout } from '../placement/partitioned/run-layout.js';
import type { Settings } from '../placement/partitioned/settings.js';
import { Supervisor, type StartState } from '../placement/partitioned/supervisor.js';
import type { PhaseTimings } from '../runtime/phase-timings.js';
import { attachTables } from '../placement/partitioned/partition-context.js';
import { checkVirtualState } from '../placement/partitioned/virtual-state-check.js';
import { encodeSafetensors } from '../telemetry/safetensors.js';
import { mean } from '../telemetry/statistics.js';
import { createAlone, stoppable } from './command.js';
import { checkEpisodesAlone, checkEvaluateOptions, checkRunOptions, checkRecordOptions } from './command-options.js';
import { LesionProtocol, readLesionState } from './lesion.js';
import { SIMULATION } from './examine.js';
import { createStillness, eventsAt, nextHalt, readEpisodeCount } from './halt.js';
import { checkRunSteps, createEpisodeCounter, evaluationSeeds, type EpisodeCounter, randomEvaluation, reportRates, summariseReturns } from './measure.js';
import { resolveSettings, type SimulationOptions } from './options.js';
import { checkRecordable, digestOf } from './recording.js';
import { describePolicy, type ActingNetwork } from './policy.js';
import type { EvaluateOptions, Evaluation, Progress, RunOptions, RunReport, Training, TrainingEvents } from './training.js';
import { recordEpisode, type EpisodeRecording } from './record-episode.js';
import { weightNorms, weightTensors } from './weights.js';

/** Milliseconds between two looks at the arena while the partitions run. */
const LOOK = 100;

/** What was asked of a run, besides its length. */
interface TrainOptions {
  readonly signal: AbortSignal | undefined;
  readonly checkpointEvery: number;
  /** Of each evaluation around a death. */
  readonly episodes: number;
  /** Where it is recorded. */
  readonly file: JournalFile | undefined;
}

/** A recorded run that is to be done again. */
export interface Rerun {
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
  readonly #lesions: LesionProtocol;
  readonly #restarts: WorkerRestart[] = [];
  readonly #journal: Journal | undefined;
  #commands = 0;
  #goal = 0;

  /**
   * @param checkpoint of the same settings, to go on from
   * @param repetition of a journal of the same settings
   */
  constructor(settings: Settings, checkpoint?: Checkpoint, repetition?: Rerun) {
    super();
    this.settings = settings;
    const lesion = readLesionState(settings, checkpoint);
    this.#counter = createEpisodeCounter(readEpisodeCount(checkpoint));
    this.#journal = repetition?.journal;
    const again = repetition && { logs: repetition.journal.logs.map(({ bytes }) => bytes), threads: repetition.threads };
    this.#supervisor = new Supervisor(settings, checkpoint && beginAt(checkpoint), again);
    this.#lesions = new LesionProtocol(settings, this.#supervisor.layout.topology, this.#supervisor, lesion);
  }

  get step(): number {
    return this.#supervisor.steps;
  }

  /** Returns once every worker thread is up. */
  async ready(): Promise<void> {
    await this.#supervisor.ready();
  }

  /**
   * As `Training` says. Where the settings ask for a death, neurons die, are born again and are measured at their steps; the time
   * that the evaluations take is no part of the report's. A worker that dies or hangs is replaced, and nothing that was experienced is lost; what it was learning from at that moment, it
   * learns from again, so that a run with such a death in it is not repeated bit for bit.
   *
   * @throws PartitionError naming partition and step where a partition fails, or its worker dies again and again; its cause is a DivergenceError where a voltage,
   *   weight or TD error has left the finite numbers
   */
  async run(options: RunOptions = {}): Promise<RunReport> {
    const known = checkRunOptions(options);
    const { steps = this.settings.steps, signal, checkpointEvery = 0, episodes = 20, record } = known;
    checkRunSteps(steps, this.step);
    this.#checkRepetition(known);
    return this.#alone(async () => {
      const first = this.step;
      const updatesBefore = this.#updates();
      const virtualBefore = this.#supervisor.virtualSeconds ?? 0;
      const restartsBefore = this.#restarts.length;
      this.#goal = this.#journal?.goal ?? first + steps;
      const file = record === undefined ? undefined : this.#record(record);
      const seconds = await this.#train({ signal, checkpointEvery, episodes, file }).catch((error: unknown) => { throw this.#asJournals(error); });
      return {
        ...this.#report(first, updatesBefore, restartsBefore, seconds),
        ...(file && { journal: { bytes: file.length, partitionTicks: file.updates } }),
        ...this.#virtualTime(virtualBefore),
      };
    });
  }

  /** A journal says itself what there is to do. */
  #checkRepetition({ steps, checkpointEvery, record }: RunOptions): void {
    if (this.#journal === undefined) return;
    for (const [name, given] of Object.entries({ steps, checkpointEvery, record })) {
      if (given !== undefined) throw wrongValue(name, 'nothing in a rerun, which its journal defines', given);
    }
    if (this.#commands === this.#journal.halts.length) throw new Error('the journal has been repeated to its end');
  }

  /** What a partition finds at odds with itself as it repeats a journal is the journal's fault. */
  #asJournals(error: unknown): unknown {
    if (this.#journal === undefined || !(error instanceof PartitionError) || !(error.cause instanceof Error) || error.cause.name !== 'InternalError') return error;
    return new JournalError(error.cause.message, { partition: error.partition, update: this.#supervisor.updates(error.partition) });
  }

  #record(path: string): JournalFile {
    checkRecordable(this.settings);
    if (this.step > 0) throw wrongValue('record', 'a run from the first step on', this.step, ' steps taken before it');
    const { topology: { ticks }, settings } = this.#supervisor.layout;
    return openJournal(checkString('record', path), { ticks: ticks.length, partitions: settings.partitions, goal: this.#goal, settings, digest: digestOf(this.encodeWeights()) });
  }

  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    const { episodes = 20, signal } = checkEvaluateOptions(options);
    const seeds = evaluationSeeds(this.settings.seed, episodes);
    const returns = await this.#alone(() => (signal?.aborted === true ? Promise.resolve([]) : stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.evaluate(seeds)))));
    this.#tellDeaths();
    return summariseReturns(returns);
  }

  evaluateRandomPolicy(options: { episodes?: number } = {}): Evaluation {
    return randomEvaluation(this.settings, checkEpisodesAlone(options));
  }

  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    const partitions = this.#supervisor.staleness();
    return { staleness: joinStaleness(partitions), partitions };
  }

  /** How long everything took so far, the latest of each kind; undefined unless `timing.measureDurations` is set. */
  phaseTimings(): PhaseTimings | undefined {
    return this.#supervisor.phaseTimings();
  }

  recordEpisode(options: { episode?: number; steps?: number } = {}): EpisodeRecording {
    const { episode, steps } = checkRecordOptions(options);
    this.#stillness.check('a network can be watched');
    const { layout, arena } = this.#supervisor;
    return recordEpisode(layout, arena, evaluationSeeds(this.settings.seed, episode + 1)[episode], steps);
  }

  encodeWeights(): Uint8Array {
    const { layout, arena } = this.#supervisor;
    const { environment, rule, seed } = this.settings;
    const { tensors, description } = describePolicy(actingNetwork(layout, arena));
    const metadata = { format: 'ganglion', environment, rule: rule.name, seed: String(seed), step: String(this.step), policy: description };
    return encodeSafetensors({ ...tensors, ...weightTensors(layout.topology, attachTables(layout, arena)) }, metadata);
  }

  encodeCheckpoint(note: object = {}): Uint8Array {
    this.#stillness.check();
    const training = { ...this.#counter.state(), lesion: this.#lesions.state() };
    const { step, image, virtualState } = this.#supervisor.quiescentState();
    return encodeCheckpoint(image, { kind: SIMULATION, settings: this.settings, training, note, step, world: virtualState });
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

  /** What repeats a journal ends only where a command of it did. */
  readonly #stop = (): void => {
    if (this.#journal === undefined) this.#supervisor.stop();
  };

  /** The step at which the next command ends; undefined where there is none. */
  #halt(checkpointEvery: number): number | undefined {
    if (this.#journal !== undefined) return this.#journal.halts.at(this.#commands);
    const { step, settings: { steps } } = this;
    const due = Math.min(this.#lesions.nextPause(step), step < steps ? steps : Infinity);
    return step < this.#goal ? nextHalt(step, this.#goal, checkpointEvery, due) : undefined;
  }

  /** True where the command that is over was the last one, before the goal. */
  #isStopped(signal: AbortSignal | undefined): boolean {
    return this.#journal === undefined ? signal?.aborted === true : this.#journal.stopped && this.#commands === this.#journal.halts.length;
  }

  /**
   * Trains slice by slice, looking at the arena meanwhile. What a listener throws ends the run and is thrown on.
   *
   * @returns seconds of training, evaluations around a death left out
   */
  async #train({ signal, checkpointEvery, episodes, file }: TrainOptions): Promise<number> {
    const failures: unknown[] = [];
    const failed = () => failures.length > 0;
    const aborted = () => signal?.aborted === true;
    const stopped = () => this.#isStopped(signal);
    const attend = () => this.#stillness.end(() => this.#lesions.attend(this.step, episodes, (count) => this.#measure(count, signal)));
    const restartsBefore = this.#restarts.length;
    let seconds = 0;
    const timer = setInterval(() => {
      try {
        this.#look();
      } catch (error) {
        failures.push(error);
        this.#stop();
      }
    }, LOOK);
    try {
      await attend(); // what a run before this one was stopped in the middle of: stopped or not, somebody asks for the report
      for (let halt = this.#halt(checkpointEvery); halt !== undefined && !aborted() && !failed(); halt = this.#halt(checkpointEvery)) {
        const before = this.step;
        seconds += await this.#trainTo(halt, signal, file);
        if (failed()) break;
        this.#look();
        if (file !== undefined && this.#restarts.length > restartsBefore) throw logLost(this.#restarts[restartsBefore]);
        if (this.step === before) continue; // stopped at once
        for (const event of eventsAt({ step: this.step, goal: this.#goal, checkpointEvery, stopped })) {
          if (failed()) break;
          if (event !== 'due') this.#tell(event);
          else if (!stopped()) await attend();
        }
      }
      if (!failed()) file?.close({ stopped: stopped(), weightsSha256: digestOf(this.encodeWeights()) });
    } finally {
      file?.abandon(); // where it is not closed
      clearInterval(timer);
      if (!failed()) this.#look(); // episodes that ended before a partition failed
    }
    if (failed()) throw failures[0];
    return seconds;
  }

  /** Mean return of an evaluation within a run. Undefined where it was cut short. */
  async #measure(episodes: number, signal: AbortSignal | undefined): Promise<number | undefined> {
    const returns = await stoppable(signal, this.#stop, () => this.#supervisor.evaluate(evaluationSeeds(this.settings.seed, episodes)));
    return returns.length === episodes ? mean(returns) : undefined;
  }

  /** @returns seconds that it took */
  async #trainTo(halt: number, signal: AbortSignal | undefined, file: JournalFile | undefined): Promise<number> {
    const begin = performance.now();
    const logs = await stoppable(signal, this.#stop, () => this.#stillness.end(() => this.#supervisor.train(halt, file !== undefined)));
    this.#commands += 1;
    for (const log of logs) file?.append(log, this.step);
    return (performance.now() - begin) / 1000;
  }

  #tell(event: 'metrics' | 'checkpoint'): void {
    if (event === 'checkpoint') this.emit('checkpoint', this.#progress());
    else this.emit('metrics', { ...this.#progress(), weightNorm: this.#weightNorms(), ...this.#actionTiming() });
  }

  #checkPartition(partition: number): number {
    return checkInteger('partition', partition, { min: 0, max: this.settings.partitions - 1 });
  }

  #tellDeaths(): void {
    for (const restart of this.#supervisor.takeRestarts()) {
      this.#restarts.push(restart);
      this.emit('workerRestart', restart);
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
      ...this.#virtualTime(0),
    };
  }

  /** @param since when, in virtual time */
  #virtualTime(since: number): { readonly virtualSeconds?: number } {
    const { virtualSeconds } = this.#supervisor;
    return virtualSeconds === undefined ? {} : { virtualSeconds: virtualSeconds - since };
  }

  #actionTiming(): Pick<RunReport, 'actionTiming'> {
    const actionTiming = this.#supervisor.actionTiming();
    return actionTiming === undefined ? {} : { actionTiming };
  }

  #updates(): number {
    return mean(Array.from({ length: this.settings.partitions }, (_, partition) => this.#supervisor.updates(partition)));
  }

  #weightNorms(): Record<string, number> {
    const { layout, arena } = this.#supervisor;
    return weightNorms(layout.topology, attachTables(layout, arena)[WEIGHTS].values);
  }

  #report(first: number, updatesBefore: number, restartsBefore: number, seconds: number): RunReport {
    const { ownership, topology } = this.#supervisor.layout;
    const lesion = this.#lesions.report();
    const { staleness, partitions } = this.staleness();
    return {
      ...reportRates(this.step - first, this.#updates() - updatesBefore, seconds),
      stopped: this.step < this.#goal,
      staleness,
      ...this.#actionTiming(),
      workerRestarts: this.#restarts.slice(restartsBefore),
      partitions: ownership.map((ranges, partition) => ({
        partition,
        neurons: ranges.reduce((sum, { begin, end }) => sum + (begin < topology.inputs.end ? 0 : end - begin), 0),
        updates: this.#supervisor.updates(partition),
        ...partitions[partition],
      })),
      ...(lesion !== undefined && { lesion }),
    };
  }
}

/** The network as an evaluation has it. */
function actingNetwork(layout: RunLayout, arena: Arena): ActingNetwork {
  const { settings: { network: { observationTraces } }, topology, encoder, decoder, context } = layout;
  const trained = trainedState({ layout, arena });
  return { topology, encoder, decoder, observationTraces, trained, context, alive: arena.int32(ALIVE) };
}

/** Where a checkpoint's run goes on. */
function beginAt(checkpoint: Checkpoint): StartState {
  return { snapshot: checkpoint, step: checkpoint.step, virtualState: (plan) => checkVirtualState(plan, checkpoint) };
}

function logLost({ partition, step }: WorkerRestart): PartitionError {
  return new PartitionError(partition, step, 'its worker died while the run was recorded: what it had kept of the journal is lost, and the run could not be repeated');
}

/**
 * Builds a simulation: allocates the shared arena, draws the first weights and starts one worker thread per partition.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  await loadModulesOf(options);
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
