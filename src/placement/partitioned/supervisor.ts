import { availableParallelism } from 'node:os';

import type { Piscina } from 'piscina';

import type { EpisodeRecord } from '../../environment/environment.js';
import { InternalError, PartitionError } from '../../errors.js';
import type { PartitionLog } from '../../journal/file.js';
import { createArena, type Arena } from '../../memory/arena.js';
import { attachControl, WORD, type Control } from '../../memory/control.js';
import { imageOf, keepImage, type Image } from '../../memory/image.js';
import { readPhaseTimings, type PhaseTimings } from '../../runtime/phase-timings.js';
import { deserialiseError } from '../../runtime/serialised-error.js';
import type { SupervisedWorker, WorkerRestart } from '../../runtime/supervised-worker.js';
import { WorkerGroup } from '../../runtime/worker-group.js';
import { createEventCount, type EventCount } from '../../schedule/event-count.js';
import { readActionTiming, type ActionTiming } from './action-timing.js';
import { checkLayoutBudget, checkNetworkBudget } from './budget.js';
import { readEpisodes } from './episode-list.js';
import type { Outcome } from './hosted-partition.js';
import { endTrajectory, initialiseParameters, reinitialise, setEnabled } from './lesion.js';
import type { RunnerApi, RunnerSpec } from './partition-runner.js';
import { ALIVE, createRunLayout, MAX_EPISODES_PER_COMMAND, MAX_STEPS_PER_COMMAND, type RunLayout } from './run-layout.js';
import type { Settings } from './settings.js';
import { NOTHING_READ, readStaleness, type Staleness } from './staleness.js';
import type { QuiescentState, RerunLogs, StartState } from './start-state.js';
import { withoutMessages, type VirtualState } from './virtual-state.js';

const ENTRY = new URL('../../../workers/partition.js', import.meta.url);

/** A step limit that no run reaches. */
const NO_STEP_LIMIT = 2 ** 31 - 1;

type Worker = SupervisedWorker<RunnerApi>;

/**
 * Owns the arena and the workers with their partitions. The control plane is comlink calls, one per command and worker; during a command all data goes through
 * shared memory. A worker that exits is restarted while the others continue: all state is in the arena.
 */
export class Supervisor {
  readonly layout: RunLayout;
  readonly arena: Arena;
  readonly #control: Control;
  readonly #eventCount: EventCount;
  readonly #workers: WorkerGroup<RunnerApi>;
  readonly #start: StartState | undefined;
  #episodesSeen = 0;
  /** Of virtual time: its state at the last rest, and the image of the arena there if the run has continued since. */
  #virtualState: VirtualState | undefined;
  #image: (() => Image) | undefined;

  /**
   * Allocates the arena, initialises the parameters and starts the workers.
   *
   * @param start where to continue
   * @param rerun what the partitions rerun; unless given, they choose for themselves, each on its own thread
   * @throws RangeError for settings that do not fit; CheckpointError if the checkpoint is of other settings
   */
  constructor(settings: Settings, start?: StartState, rerun?: RerunLogs) {
    checkNetworkBudget(settings);
    this.layout = createRunLayout(settings);
    checkLayoutBudget(this.layout);
    start?.snapshot.check(this.layout.blocks);
    this.arena = createArena(this.layout.blocks);
    this.#control = attachControl(this.arena);
    this.#eventCount = createEventCount(this.#control.words, false);
    this.arena.int32(ALIVE).fill(1);
    initialiseParameters(this.layout, this.arena, settings.seed);
    this.#start = start;
    start?.snapshot.restore(this.arena);
    this.#virtualState = start?.virtualState(this.layout);
    this.#episodesSeen = Atomics.load(this.#control.words, WORD.episodes);
    const { timing: { workerTimeout } } = settings;
    const members = this.#specifications(settings, rerun).map((task) => ({ entry: ENTRY, task, partitions: task.partitions }));
    this.#workers = new WorkerGroup(members, this.#control, this.#eventCount, workerTimeout === 0 ? Infinity : workerTimeout);
  }

  /** One worker for each partition; one for all in virtual time; in a rerun on fewer threads, partitions are dealt out in turn. */
  #specifications(settings: Settings, rerun: RerunLogs | undefined): RunnerSpec[] {
    const { partitions, virtual } = settings;
    const { memory, blocks } = this.arena;
    const threads = virtual ? 1 : Math.min(rerun?.threads ?? partitions, partitions);
    const spins = threads <= availableParallelism();
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    return Array.from({ length: threads }, (_, thread): RunnerSpec => {
      const own = all.filter((partition) => partition % threads === thread);
      return { partitions: own, settings, arena: { memory, blocks }, spins, ...(rerun && { logs: own.map((partition) => rerun.logs[partition]) }) };
    });
  }

  /**
   * Returns once every worker has built its partitions. A run in virtual time that was paused continues from its last rest to the pause.
   *
   * @throws PartitionError if a worker could not be built
   */
  async ready(): Promise<void> {
    await this.#workers.call((worker) => worker.call((api) => api.ready()));
    if (this.#start === undefined || this.#start.step === this.steps) return;
    await this.train(this.#start.step);
    this.takeEpisodes(); // they were reported before
  }

  /** The state to continue from. Not during a command. */
  quiescentState(): QuiescentState {
    return { step: this.steps, image: this.#image?.() ?? imageOf(this.arena), virtualState: this.#virtualState };
  }

  /** Environment steps taken. */
  get steps(): number {
    return Atomics.load(this.#control.words, WORD.steps);
  }

  /** Seconds of virtual time; undefined in real time. */
  get virtualSeconds(): number | undefined {
    return this.layout.settings.virtual && this.arena.float64('virtual/time')[0];
  }

  /** Episodes of the current evaluation that have ended. */
  get episodesEvaluated(): number {
    return Atomics.load(this.#control.words, WORD.episodesEvaluated);
  }

  /** Updates that a partition has finished. */
  updates(partition: number): number {
    return this.#control.version.get(partition);
  }

  /** Undefined if timings are not measured. */
  phaseTimings(): PhaseTimings | undefined {
    const { timing, partitions } = this.layout.settings;
    return timing.measureDurations ? readPhaseTimings(this.arena, partitions) : undefined;
  }

  /** Ages and deadlines of the actions so far; undefined if the environments wait for their actions. */
  actionTiming(): ActionTiming | undefined {
    return readActionTiming(this.arena);
  }

  /** What each partition has read of others so far. */
  staleness(): Staleness[] {
    const { partitions, timing } = this.layout.settings;
    return Array.from({ length: partitions }, (_, partition) => (timing.measureStaleness ? readStaleness(this.arena, partition) : NOTHING_READ));
  }

  /** The worker threads, to look after them. */
  get threads(): Piscina['threads'] {
    return this.#workers.threads;
  }

  /** Injected fault: ends the worker that runs a partition, at once; nothing if it is not ready. */
  kill(partition: number): void {
    this.#workers.kill(partition);
  }

  /** Injected fault: makes the worker that runs a partition hang. */
  hang(partition: number): void {
    this.#control.hang.set(partition, 1);
    this.#eventCount.notify();
  }

  /** Restarts since the last call. */
  takeRestarts(): WorkerRestart[] {
    return this.#workers.takeRestarts();
  }

  /**
   * Trains up to a step limit, at most `MAX_STEPS_PER_COMMAND` further.
   *
   * @param recorded true if logs are to be kept
   * @returns the logs, of all partitions in their order, or none
   * @throws PartitionError if a partition fails, after the others have stopped, or its worker exits again and again
   */
  async train(stepLimit: number, recorded = false): Promise<readonly PartitionLog[]> {
    if (stepLimit - this.steps > MAX_STEPS_PER_COMMAND) throw new InternalError('a command is too long for the list of episodes');
    Atomics.store(this.#control.words, WORD.stepLimit, stepLimit);
    if (this.layout.settings.virtual !== undefined) this.#image ??= keepImage(this.arena, 2 * MAX_STEPS_PER_COMMAND + 2 * this.layout.settings.environments);
    const before = this.#virtualState;
    const outcomes = await this.#command((worker) => worker.call<Outcome>((api) => api.train(recorded, before)));
    for (const outcome of outcomes) if (outcome.kind === 'done' && outcome.virtualState !== undefined) [this.#virtualState, this.#image] = [outcome.virtualState, undefined];
    return outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.logs : [])).toSorted((a, b) => a.partition - b.partition);
  }

  /** Ends a running `train` at the next environment step, and a running `evaluate` after the current episode. */
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
      const outcomes = await this.#command((worker) => worker.call<Outcome>((api) => api.evaluate(seeds)));
      for (const outcome of outcomes) if (outcome.kind === 'done') returns.push(...outcome.returns);
    }
    return returns;
  }

  /** Disables neurons for evaluations, or enables them again. Not during a command. */
  setEnabled(neurons: readonly number[], enabled: boolean): void {
    setEnabled(this.arena, neurons, enabled);
  }

  /** Lesions neurons for good. Not during a command. */
  lesion(neurons: readonly number[]): void {
    this.#discardMessages();
    setEnabled(this.arena, neurons, false);
    endTrajectory(this.layout, this.arena);
  }

  /** Reinitialises lesioned neurons. Not during a command. */
  reinitialise(neurons: readonly number[]): void {
    this.#discardMessages();
    reinitialise(this.layout, this.arena, neurons);
    endTrajectory(this.layout, this.arena);
  }

  /** Messages under way are from before the change. Virtual time is at rest whenever neurons are lesioned or reinitialised. */
  #discardMessages(): void {
    this.#virtualState &&= withoutMessages(this.#virtualState);
  }

  /** Episodes that ended since the last call. */
  takeEpisodes(): EpisodeRecord[] {
    const before = this.#episodesSeen;
    this.#episodesSeen = Atomics.load(this.#control.words, WORD.episodes);
    return readEpisodes(this.arena, before, this.#episodesSeen);
  }

  /** Ends every worker; no thread is left when it returns. Can be called twice. */
  close(): Promise<void> {
    return this.#workers.close();
  }

  #command(call: (worker: Worker) => Promise<Outcome>): Promise<Outcome[]> {
    Atomics.store(this.#control.words, WORD.finished, 0);
    Atomics.store(this.#control.words, WORD.sleepers, 0); // a thread that was terminated asleep is still counted
    return this.#workers.call(async (worker) => {
      const outcome = await call(worker);
      if (outcome.kind !== 'failed') return outcome;
      throw new PartitionError(outcome.partition, outcome.step, outcome.error.message, { cause: deserialiseError(outcome.error) });
    });
  }
}
