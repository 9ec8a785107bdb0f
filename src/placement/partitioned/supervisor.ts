import { availableParallelism } from 'node:os';

import type { Piscina } from 'piscina';

import type { RunnerApi } from '../../../workers/partition.js';
import type { EpisodeRecord } from '../../environment/environment.js';
import { closedError, InternalError, PartitionError } from '../../errors.js';
import type { PartitionLog } from '../../journal/file.js';
import { createArena, type Arena, type Snapshot } from '../../memory/arena.js';
import { imageOf, keepImage, type Image } from '../../memory/image.js';
import { attachControl, WORD, type Control } from '../../memory/control.js';
import { createEventCount, type EventCount } from '../../schedule/event-count.js';
import { checkNetworkBudget, checkLayoutBudget } from './budget.js';
import { NOTHING_READ, readStaleness, type Staleness } from '../../runtime/staleness.js';
import { superviseWorker, type SupervisedWorker, type WorkerRestart } from '../../runtime/supervised-worker.js';
import { deserialiseError } from '../../runtime/serialised-error.js';
import { reinitialise, endTrajectory, initialiseParameters, setEnabled } from './lesion.js';
import { ALIVE, createRunLayout, EPISODE_FIELDS, MAX_EPISODES_PER_COMMAND, MAX_STEPS_PER_COMMAND, type RunLayout } from './run-layout.js';
import type { RunnerSpec } from './partition-runner.js';
import type { Settings } from './settings.js';
import type { Outcome } from '../../runtime/cooperative.js';
import { readActionTiming, type ActionTiming } from './action-timing.js';
import { readPhaseTimings, type PhaseTimings } from '../../runtime/phase-timings.js';
import { attachTables } from './partition-context.js';
import { withoutMessages, type VirtualState } from './virtual-state.js';

const ENTRY = new URL('../../../workers/partition.js', import.meta.url);

/** A halt that no run reaches. */
const NO_STEP_LIMIT = 2 ** 31 - 1;

/** Seconds without a sign of life after which a worker is not waited for where all is to end. */
const CLOSING_TIMEOUT = 5;

/** Where a run stands from which it may go on. */
export interface Quiescent {
  /** Environment steps taken. */
  readonly step: number;
  /** The arena where the run last came to rest: now, but where a run in virtual time is paused. */
  readonly image: Image;
  /** What was left there of a virtual world; undefined at its beginning, and where there is none. */
  readonly virtualState: VirtualState | undefined;
}

/** Where another run stood, from which this one goes on. */
export interface StartState {
  /** The arena, as `Quiescent.image` has it. */
  readonly snapshot: Snapshot;
  readonly step: number;
  /** What was left of its virtual world. @throws CheckpointError where that cannot be */
  readonly virtualState: (plan: RunLayout) => VirtualState | undefined;
}

/** A run that is to be done again, whatever the time. */
export interface RerunLogs {
  /** Of each partition, as `readJournal` has found them whole. */
  readonly logs: readonly Uint8Array[];
  /** Worker threads, at most one for each partition. */
  readonly threads: number;
}

/**
 * Owns the arena, the worker threads and the partitions on them. The control plane is comlink calls, one per command and
 * partition; while a command runs, everything goes through the shared memory. A worker that dies is replaced, and the others go on: all that
 * it knew lies in the arena.
 */
export class Supervisor {
  readonly layout: RunLayout;
  readonly arena: Arena;
  readonly #control: Control;
  readonly #eventCount: EventCount;
  readonly #workers: SupervisedWorker<RunnerApi>[];
  readonly #restarts: WorkerRestart[] = [];
  readonly #start: StartState | undefined;
  #episodesSeen = 0;
  /** Of a virtual world: what is left of it where it is at rest, and the image of the arena there where it has gone on since. */
  #virtualState: VirtualState | undefined;
  #image: (() => Image) | undefined;
  #failure: Error | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Allocates the arena, draws the first weights and starts the workers.
   *
   * @param begin where it goes on from
   * @param again what the partitions are to do again; they choose for themselves, each on a thread of its own, unless given
   * @throws RangeError for settings that do not fit; CheckpointError where the checkpoint is of other settings
   */
  constructor(settings: Settings, begin?: StartState, again?: RerunLogs) {
    checkNetworkBudget(settings);
    this.layout = createRunLayout(settings);
    checkLayoutBudget(this.layout);
    begin?.snapshot.check(this.layout.blocks);
    this.arena = createArena(this.layout.blocks);
    this.#control = attachControl(this.arena);
    this.#eventCount = createEventCount(this.#control.words, false);
    this.arena.int32(ALIVE).fill(1);
    initialiseParameters(this.layout, attachTables(this.layout, this.arena), settings.seed);
    this.#start = begin;
    begin?.snapshot.restore(this.arena);
    this.#virtualState = begin?.virtualState(this.layout);
    this.#episodesSeen = Atomics.load(this.#control.words, WORD.episodes);
    const crews = dividePartitions(settings, again);
    const { memory, blocks } = this.arena;
    const spin = crews.length <= availableParallelism();
    const care = {
      control: this.#control,
      timeoutSeconds: () => this.#timeoutSeconds(),
      isEnding: () => this.#isAborted(),
      onRestart: (death: WorkerRestart) => { this.#restarts.push(death); },
    };
    this.#workers = crews.map((partitions) => superviseWorker<RunnerApi>({ entry: ENTRY, task: { partitions, settings, arena: { memory, blocks }, spin, ...(again && { logs: partitions.map((partition) => again.logs[partition]) }) } satisfies RunnerSpec }, partitions, care));
  }

  /**
   * Returns once every worker has built its partition, and a run in virtual time is where it was paused: it goes there from where it last was at rest.
   *
   * @throws PartitionError where one could not
   */
  async ready(): Promise<void> {
    await this.#all((crew) => crew.call((control) => control.ready()));
    if (this.#start === undefined || this.#start.step === this.steps) return;
    await this.train(this.#start.step);
    this.takeEpisodes(); // they were told of before
  }

  /** Where the run stands. Not during a command. */
  quiescentState(): Quiescent {
    return { step: this.steps, image: this.#image?.() ?? imageOf(this.arena), virtualState: this.#virtualState };
  }

  /** Environment steps taken. */
  get steps(): number {
    return Atomics.load(this.#control.words, WORD.steps);
  }

  /** Seconds of virtual time; undefined where partitions run in real time. */
  get virtualSeconds(): number | undefined {
    return this.layout.settings.virtual && this.arena.float64('virtual/time')[0];
  }

  /** Episodes of the evaluation at hand that have ended. */
  get episodesEvaluated(): number {
    return Atomics.load(this.#control.words, WORD.episodesEvaluated);
  }

  /** Updates that a partition has finished. */
  updates(partition: number): number {
    return this.#control.version.get(partition);
  }

  /** Undefined where times are not measured. */
  phaseTimings(): PhaseTimings | undefined {
    const { timing, partitions } = this.layout.settings;
    return timing.measureDurations ? readPhaseTimings(this.arena, partitions) : undefined;
  }

  /** What became of the strikes of the environments' clock so far; undefined where they wait for their actions. */
  actionTiming(): ActionTiming | undefined {
    return readActionTiming(this.arena);
  }

  /** What each partition has read of others so far. */
  staleness(): Staleness[] {
    const { partitions, timing } = this.layout.settings;
    return Array.from({ length: partitions }, (_, partition) => (timing.measureStaleness ? readStaleness(this.arena, partition) : NOTHING_READ));
  }

  /** The worker threads, for looking after them: one for each partition; fewer where a run is done again on fewer, and one in virtual time. */
  get threads(): Piscina['threads'] {
    return this.#workers.flatMap((crew) => crew.threads);
  }

  /** Kills the worker that carries a partition, at once; nothing where it is not at work. For tests and studies of what follows. */
  kill(partition: number): void {
    this.#workers.find(({ partitions }) => partitions.includes(partition))?.kill();
  }

  /** Makes the worker that carries a partition hang at its next look around. */
  hang(partition: number): void {
    this.#control.hang.set(partition, 1);
    this.#eventCount.notify();
  }

  /** Workers that were replaced since the last call. */
  takeRestarts(): WorkerRestart[] {
    return this.#restarts.splice(0);
  }

  /**
   * Trains up to environment step `stepLimit`, at most `MAX_STEPS_PER_COMMAND` further.
   *
   * @param recorded true where logs are to be kept
   * @returns the logs, of all partitions in their order, or none
   * @throws PartitionError where a partition fails; the others are stopped first. A worker's death is no failure, unless it comes again and again
   */
  async train(until: number, recorded = false): Promise<readonly PartitionLog[]> {
    if (until - this.steps > MAX_STEPS_PER_COMMAND) throw new InternalError('a slice is too long for the list of episodes');
    Atomics.store(this.#control.words, WORD.stepLimit, until);
    if (this.layout.settings.virtual !== undefined) this.#image ??= keepImage(this.arena, 2 * MAX_STEPS_PER_COMMAND + 2 * this.layout.settings.environments);
    const left = this.#virtualState;
    const outcomes = await this.#command((crew) => crew.call<Outcome>((control) => control.train(recorded, left)));
    for (const outcome of outcomes) if (outcome.kind === 'done' && outcome.left !== undefined) [this.#virtualState, this.#image] = [outcome.left, undefined];
    return outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.logs : [])).toSorted((a, b) => a.partition - b.partition);
  }

  /** Lets a running `train` end at the next environment step, and a running `evaluate` after the episode at hand. */
  stop(): void {
    Atomics.store(this.#control.words, WORD.stepLimit, 0);
  }

  /** Returns of one whole episode from each seed, without exploration. */
  async evaluate(episodeSeeds: readonly number[]): Promise<readonly number[]> {
    const { words } = this.#control;
    const returns: number[] = [];
    Atomics.store(words, WORD.stepLimit, NO_STEP_LIMIT);
    while (returns.length < episodeSeeds.length && Atomics.load(words, WORD.stepLimit) !== 0) {
      const seeds = episodeSeeds.slice(returns.length, returns.length + MAX_EPISODES_PER_COMMAND);
      Atomics.store(words, WORD.episodesEvaluated, 0);
      const outcomes = await this.#command((crew) => crew.call<Outcome>((control) => control.evaluate(seeds)));
      for (const outcome of outcomes) if (outcome.kind === 'done') returns.push(...outcome.returns);
    }
    return returns;
  }

  /** Silences neurons, or lets them speak as before: for evaluations in between. Not during a command. */
  setEnabled(neurons: readonly number[], alive: boolean): void {
    setEnabled(this.arena, neurons, alive);
  }

  /** Silences neurons for good. Not during a command. */
  lesion(neurons: readonly number[]): void {
    this.#discardMessages();
    setEnabled(this.arena, neurons, false);
    endTrajectory(this.layout, this.arena);
  }

  /** Lets neurons live again, blank. Not during a command. */
  reinitialise(neurons: readonly number[]): void {
    this.#discardMessages();
    reinitialise(this.layout, this.arena, neurons);
    endTrajectory(this.layout, this.arena);
  }

  /** Nobody hears any more what was said before. A virtual world is at rest where neurons die or are born. */
  #discardMessages(): void {
    this.#virtualState &&= withoutMessages(this.#virtualState);
  }

  /** Episodes that ended since the last call. */
  takeEpisodes(): EpisodeRecord[] {
    const ended = Atomics.load(this.#control.words, WORD.episodes);
    const list = this.arena.float64('episodes');
    const records: EpisodeRecord[] = [];
    for (; this.#episodesSeen < ended; this.#episodesSeen += 1) {
      const at = (this.#episodesSeen % MAX_STEPS_PER_COMMAND) * EPISODE_FIELDS;
      records.push({ step: list[at], episode: this.#episodesSeen + 1, return: list[at + 1], length: list[at + 2] });
    }
    return records;
  }

  /** Ends every worker; none is left when it returns. Can be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#abort();
    await this.#running.catch(() => undefined); // its caller hears of it
    await Promise.all(this.#workers.map((crew) => crew.close()));
  }

  async #command(call: (crew: SupervisedWorker<RunnerApi>) => Promise<Outcome>): Promise<Outcome[]> {
    Atomics.store(this.#control.words, WORD.finished, 0);
    Atomics.store(this.#control.words, WORD.sleepers, 0); // whoever was killed asleep is still counted
    const outcomes = await this.#all(async (crew) => {
      const outcome = await call(crew);
      if (outcome.kind !== 'failed') return outcome;
      throw new PartitionError(outcome.partition, outcome.step, outcome.fault.message, { cause: deserialiseError(outcome.fault) });
    });
    return outcomes;
  }

  /** Asks every crew. The first failure stops the others, and is thrown once all have answered or died. */
  async #all<Answer>(ask: (crew: SupervisedWorker<RunnerApi>) => Promise<Answer>): Promise<Answer[]> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw closedError();
    const answers = this.#workers.map(async (crew) => {
      try {
        return await ask(crew);
      } catch (error) {
        if (!this.#isClosed()) this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#abort(); // the others leave their loops and answer
        throw error;
      }
    });
    this.#running = Promise.allSettled(answers);
    await this.#running;
    const failure = this.#firstFailure();
    if (failure !== undefined) throw failure;
    if (this.#isClosed()) throw closedError();
    return Promise.all(answers);
  }

  #isClosed(): boolean {
    return this.#closing !== undefined;
  }

  #firstFailure(): Error | undefined {
    return this.#failure;
  }

  #isAborted(): boolean {
    return Atomics.load(this.#control.words, WORD.abort) !== 0;
  }

  /** Seconds that a worker may be without a sign of life. */
  #timeoutSeconds(): number {
    const { workerTimeout: patience } = this.layout.settings.timing;
    return Math.min(patience === 0 ? Infinity : patience, this.#isAborted() ? CLOSING_TIMEOUT : Infinity);
  }

  #abort(): void {
    Atomics.store(this.#control.words, WORD.abort, 1);
    this.#eventCount.notify();
  }
}

/** The partitions on each thread: one; all of them where the time is virtual; dealt in turn where a run is done again on fewer threads. */
function dividePartitions({ partitions, virtual }: Settings, again: RerunLogs | undefined): number[][] {
  const threads = virtual ? 1 : Math.min(again?.threads ?? partitions, partitions);
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return Array.from({ length: threads }, (_, thread) => all.filter((partition) => partition % threads === thread));
}
