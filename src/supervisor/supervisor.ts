import { availableParallelism } from 'node:os';

import type { Piscina } from 'piscina';

import type { EpisodeRecord } from '../environment/environment.js';
import { closedError, InternalError, PartitionError } from '../errors.js';
import type { PartitionLog } from '../journal/file.js';
import { createArena, type Arena, type Snapshot } from '../memory/arena.js';
import { imageOf, keepImage, type Image } from '../memory/image.js';
import { attachControl, WORD, type Control } from '../memory/control.js';
import { createBell, type Bell } from '../schedule/bell.js';
import { checkNetworkBudget, checkPlanBudget } from './budget.js';
import { NOTHING_READ, readLedger, type Staleness } from './ledger.js';
import { startCrew, type CrewHandle, type WorkerDeath } from './crew-handle.js';
import { reviveFault } from './fault.js';
import { bearAgain, breakStream, drawFirst, setAlive } from './life.js';
import { ALIVE, createPlan, EPISODE_FIELDS, SLICE_EPISODES, SLICE_STEPS, type Plan } from './plan.js';
import type { Settings } from './settings.js';
import type { Outcome } from './strands.js';
import { readStrikes, type Strikes } from './strikes.js';
import { readTurnTimes, type TurnTimes } from './turn-times.js';
import { attachTables } from './views.js';
import { withoutMessages, type WorldState } from './world-state.js';

/** A halt that no run reaches. */
const RUN_ON = 2 ** 31 - 1;

/** Seconds without a sign of life after which a worker is not waited for where all is to end. */
const LAST_PATIENCE = 5;

/** Where a run stands from which it may go on. */
export interface Standstill {
  /** Environment steps taken. */
  readonly step: number;
  /** The arena where the run last came to rest: now, but where a run in virtual time is paused. */
  readonly image: Image;
  /** What was left there of a virtual world; undefined at its beginning, and where there is none. */
  readonly left: WorldState | undefined;
}

/** Where another run stood, from which this one goes on. */
export interface Begin {
  /** The arena, as `Standstill.image` has it. */
  readonly snapshot: Snapshot;
  readonly step: number;
  /** What was left of its virtual world. @throws CheckpointError where that cannot be */
  readonly left: (plan: Plan) => WorldState | undefined;
}

/** A run that is to be done again, whatever the time. */
export interface Again {
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
  readonly plan: Plan;
  readonly arena: Arena;
  readonly #control: Control;
  readonly #bell: Bell;
  readonly #crews: CrewHandle[];
  readonly #deaths: WorkerDeath[] = [];
  readonly #begin: Begin | undefined;
  #episodesSeen = 0;
  /** Of a virtual world: what is left of it where it is at rest, and the image of the arena there where it has gone on since. */
  #left: WorldState | undefined;
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
  constructor(settings: Settings, begin?: Begin, again?: Again) {
    checkNetworkBudget(settings);
    this.plan = createPlan(settings);
    checkPlanBudget(this.plan);
    begin?.snapshot.check(this.plan.blocks);
    this.arena = createArena(this.plan.blocks);
    this.#control = attachControl(this.arena);
    this.#bell = createBell(this.#control.words, false);
    this.arena.int32(ALIVE).fill(1);
    drawFirst(this.plan, attachTables(this.plan, this.arena), settings.seed);
    this.#begin = begin;
    begin?.snapshot.restore(this.arena);
    this.#left = begin?.left(this.plan);
    this.#episodesSeen = Atomics.load(this.#control.words, WORD.episodes);
    const crews = divideCrews(settings, again);
    const { memory, blocks } = this.arena;
    const spin = crews.length <= availableParallelism();
    const care = {
      control: this.#control,
      patience: () => this.#patience(),
      over: () => this.#isAborted(),
      onDeath: (death: WorkerDeath) => { this.#deaths.push(death); },
    };
    this.#crews = crews.map((partitions) => startCrew({ partitions, settings, arena: { memory, blocks }, spin, ...(again && { logs: partitions.map((partition) => again.logs[partition]) }) }, care));
  }

  /**
   * Returns once every worker has built its partition, and a run in virtual time is where it was paused: it goes there from where it last was at rest.
   *
   * @throws PartitionError where one could not
   */
  async ready(): Promise<void> {
    await this.#all((crew) => crew.call((control) => control.ready()));
    if (this.#begin === undefined || this.#begin.step === this.steps) return;
    await this.train(this.#begin.step);
    this.takeEpisodes(); // they were told of before
  }

  /** Where the run stands. Not during a command. */
  standstill(): Standstill {
    return { step: this.steps, image: this.#image?.() ?? imageOf(this.arena), left: this.#left };
  }

  /** Environment steps taken. */
  get steps(): number {
    return Atomics.load(this.#control.words, WORD.steps);
  }

  /** Seconds of virtual time; undefined where partitions run in real time. */
  get virtualSeconds(): number | undefined {
    return this.plan.settings.virtual && this.arena.float64('virtual/time')[0];
  }

  /** Episodes of the evaluation at hand that have ended. */
  get episodesEvaluated(): number {
    return Atomics.load(this.#control.words, WORD.evaluated);
  }

  /** Updates that a partition has finished. */
  updates(partition: number): number {
    return this.#control.version.get(partition);
  }

  /** Undefined where times are not measured. */
  turnTimes(): TurnTimes | undefined {
    const { timing, partitions } = this.plan.settings;
    return timing.measure ? readTurnTimes(this.arena, partitions) : undefined;
  }

  /** What became of the strikes of the environments' clock so far; undefined where they wait for their actions. */
  strikes(): Strikes | undefined {
    return readStrikes(this.arena);
  }

  /** What each partition has read of others so far. */
  staleness(): Staleness[] {
    const { partitions, timing } = this.plan.settings;
    return Array.from({ length: partitions }, (_, partition) => (timing.ledger ? readLedger(this.arena, partition) : NOTHING_READ));
  }

  /** The worker threads, for looking after them: one for each partition; fewer where a run is done again on fewer, and one in virtual time. */
  get threads(): Piscina['threads'] {
    return this.#crews.flatMap((crew) => crew.threads);
  }

  /** Kills the worker that carries a partition, at once; nothing where it is not at work. For tests and studies of what follows. */
  kill(partition: number): void {
    this.#crews.find(({ partitions }) => partitions.includes(partition))?.kill();
  }

  /** Makes the worker that carries a partition hang at its next look around. */
  hang(partition: number): void {
    this.#control.hang.set(partition, 1);
    this.#bell.ring();
  }

  /** Workers that were replaced since the last call. */
  takeDeaths(): WorkerDeath[] {
    return this.#deaths.splice(0);
  }

  /**
   * Trains up to environment step `until`, at most `SLICE_STEPS` further.
   *
   * @param recorded true where logs are to be kept
   * @returns the logs, of all partitions in their order, or none
   * @throws PartitionError where a partition fails; the others are stopped first. A worker's death is no failure, unless it comes again and again
   */
  async train(until: number, recorded = false): Promise<readonly PartitionLog[]> {
    if (until - this.steps > SLICE_STEPS) throw new InternalError('a slice is too long for the list of episodes');
    Atomics.store(this.#control.words, WORD.until, until);
    if (this.plan.settings.virtual !== undefined) this.#image ??= keepImage(this.arena, 2 * SLICE_STEPS + 2 * this.plan.settings.environments);
    const left = this.#left;
    const outcomes = await this.#command((crew) => crew.call<Outcome>((control) => control.train(recorded, left)));
    for (const outcome of outcomes) if (outcome.kind === 'done' && outcome.left !== undefined) [this.#left, this.#image] = [outcome.left, undefined];
    return outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.logs : [])).toSorted((a, b) => a.partition - b.partition);
  }

  /** Lets a running `train` end at the next environment step, and a running `evaluate` after the episode at hand. */
  stop(): void {
    Atomics.store(this.#control.words, WORD.until, 0);
  }

  /** Returns of one whole episode from each seed, without exploration. */
  async evaluate(episodeSeeds: readonly number[]): Promise<readonly number[]> {
    const { words } = this.#control;
    const returns: number[] = [];
    Atomics.store(words, WORD.until, RUN_ON);
    while (returns.length < episodeSeeds.length && Atomics.load(words, WORD.until) !== 0) {
      const seeds = episodeSeeds.slice(returns.length, returns.length + SLICE_EPISODES);
      Atomics.store(words, WORD.evaluated, 0);
      const outcomes = await this.#command((crew) => crew.call<Outcome>((control) => control.evaluate(seeds)));
      for (const outcome of outcomes) if (outcome.kind === 'done') returns.push(...outcome.returns);
    }
    return returns;
  }

  /** Silences neurons, or lets them speak as before: for evaluations in between. Not during a command. */
  setAlive(neurons: readonly number[], alive: boolean): void {
    setAlive(this.arena, neurons, alive);
  }

  /** Silences neurons for good. Not during a command. */
  silence(neurons: readonly number[]): void {
    this.#takeBack();
    setAlive(this.arena, neurons, false);
    breakStream(this.plan, this.arena);
  }

  /** Lets neurons live again, blank. Not during a command. */
  bearAgain(neurons: readonly number[]): void {
    this.#takeBack();
    bearAgain(this.plan, this.arena, neurons);
    breakStream(this.plan, this.arena);
  }

  /** Nobody hears any more what was said before. A virtual world is at rest where neurons die or are born. */
  #takeBack(): void {
    this.#left &&= withoutMessages(this.#left);
  }

  /** Episodes that ended since the last call. */
  takeEpisodes(): EpisodeRecord[] {
    const ended = Atomics.load(this.#control.words, WORD.episodes);
    const list = this.arena.float64('episodes');
    const records: EpisodeRecord[] = [];
    for (; this.#episodesSeen < ended; this.#episodesSeen += 1) {
      const at = (this.#episodesSeen % SLICE_STEPS) * EPISODE_FIELDS;
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
    await Promise.all(this.#crews.map((crew) => crew.close()));
  }

  async #command(call: (crew: CrewHandle) => Promise<Outcome>): Promise<Outcome[]> {
    Atomics.store(this.#control.words, WORD.finished, 0);
    Atomics.store(this.#control.words, WORD.sleepers, 0); // whoever was killed asleep is still counted
    const outcomes = await this.#all(async (crew) => {
      const outcome = await call(crew);
      if (outcome.kind !== 'failed') return outcome;
      throw new PartitionError(outcome.partition, outcome.step, outcome.fault.message, { cause: reviveFault(outcome.fault) });
    });
    return outcomes;
  }

  /** Asks every crew. The first failure stops the others, and is thrown once all have answered or died. */
  async #all<Answer>(ask: (crew: CrewHandle) => Promise<Answer>): Promise<Answer[]> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw closedError();
    const answers = this.#crews.map(async (crew) => {
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
  #patience(): number {
    const { patience } = this.plan.settings.timing;
    return Math.min(patience === 0 ? Infinity : patience, this.#isAborted() ? LAST_PATIENCE : Infinity);
  }

  #abort(): void {
    Atomics.store(this.#control.words, WORD.abort, 1);
    this.#bell.ring();
  }
}

/** The partitions on each thread: one; all of them where the time is virtual; dealt in turn where a run is done again on fewer threads. */
function divideCrews({ partitions, virtual }: Settings, again: Again | undefined): number[][] {
  const threads = virtual ? 1 : Math.min(again?.threads ?? partitions, partitions);
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return Array.from({ length: threads }, (_, thread) => all.filter((partition) => partition % threads === thread));
}
