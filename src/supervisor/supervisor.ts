import { availableParallelism } from 'node:os';

import { Piscina } from 'piscina';

import type { EpisodeRecord } from '../environment/environment.js';
import { closedError, InternalError, PartitionError } from '../errors.js';
import type { PartitionLog } from '../journal/file.js';
import { createArena, type Arena } from '../memory/arena.js';
import { attachControl, WORD, type Control } from '../memory/control.js';
import { initialiseWeights } from '../network/initialise.js';
import { createBell, type Bell } from '../schedule/bell.js';
import { readLedger, readWholeLedger, type Staleness } from './ledger.js';
import type { Outcome } from './crew.js';
import { startCrew, type CrewHandle } from './crew-handle.js';
import { reviveFault } from './fault.js';
import { createPlan, EPISODE_FIELDS, SLICE_STEPS, WEIGHTS, type Plan } from './plan.js';
import type { Settings } from './settings.js';
import { attachTables } from './views.js';

const WORKER = new URL('../../workers/partition.js', import.meta.url).href;

/** A halt that no run reaches. */
const RUN_ON = 2 ** 31 - 1;

/** A run that is to be done again, whatever the time. */
export interface Again {
  /** Of each partition, as `readJournal` has found them whole. */
  readonly logs: readonly Uint8Array[];
  /** Worker threads, at most one for each partition. */
  readonly threads: number;
}

/**
 * Owns the arena, the worker threads and the partitions on them. The control plane is comlink calls, one per command and
 * partition; while a command runs, everything goes through the shared memory.
 */
export class Supervisor {
  readonly plan: Plan;
  readonly arena: Arena;
  readonly #control: Control;
  readonly #bell: Bell;
  readonly #pool: Piscina;
  readonly #crews: CrewHandle[];
  #episodesSeen = 0;
  #failure: Error | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Allocates the arena, draws the first weights and starts the workers.
   *
   * @param prepare what to do with the arena before the workers start: fill it with another run's, to go on where that one was
   * @param again what the partitions are to do again; they choose for themselves, each on a thread of its own, unless given
   * @throws RangeError for settings that do not fit
   */
  constructor(settings: Settings, prepare?: (arena: Arena) => void, again?: Again) {
    this.plan = createPlan(settings);
    this.arena = createArena(this.plan.blocks);
    this.#control = attachControl(this.arena);
    this.#bell = createBell(this.#control.words, false);
    this.#initialise();
    prepare?.(this.arena);
    this.#episodesSeen = Atomics.load(this.#control.words, WORD.episodes);
    const { partitions } = settings;
    const threads = Math.min(again?.threads ?? partitions, partitions);
    this.#pool = new Piscina({
      filename: WORKER,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      idleTimeout: Infinity,
      atomics: 'disabled', // the workers wait on the arena's bell, and listen to their ports between commands
      execArgv: ['--enable-source-maps'],
    });
    this.#pool.on('error', () => undefined); // a replacement that fails to load; the death itself is told by the task
    const { memory, blocks } = this.arena;
    const spin = threads <= availableParallelism();
    this.#crews = divide(partitions, threads).map((own) =>
      startCrew(this.#pool, { partitions: own, settings, arena: { memory, blocks }, spin, ...(again && { logs: own.map((partition) => again.logs[partition]) }) }, () => this.steps),
    );
  }

  /** Returns once every worker has built its partition. @throws PartitionError where one could not */
  async ready(): Promise<void> {
    await this.#all((crew) => crew.call((control) => control.ready()));
  }

  /** Environment steps taken. */
  get steps(): number {
    return Atomics.load(this.#control.words, WORD.steps);
  }

  /** Updates that a partition has finished. */
  updates(partition: number): number {
    return this.#control.version.get(partition);
  }

  staleness(partition: number): Staleness {
    return readLedger(this.arena, partition);
  }

  wholeStaleness(): Staleness {
    return readWholeLedger(this.arena, this.plan.settings.partitions);
  }

  /** The worker threads, for looking after them: one for each partition, unless a run is done again on fewer. */
  get threads(): Piscina['threads'] {
    return this.#pool.threads;
  }

  /**
   * Trains up to environment step `until`, at most `SLICE_STEPS` further.
   *
   * @param recorded true where logs are to be kept
   * @returns the logs, of all partitions in their order, or none
   * @throws PartitionError where a partition fails; the others are stopped first
   */
  async train(until: number, recorded = false): Promise<readonly PartitionLog[]> {
    if (until - this.steps > SLICE_STEPS) throw new InternalError('a slice is too long for the list of episodes');
    Atomics.store(this.#control.words, WORD.until, until);
    const outcomes = await this.#command((crew) => crew.call<Outcome>((control) => control.train(recorded)));
    return outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.logs : [])).toSorted((a, b) => a.partition - b.partition);
  }

  /** Lets a running `train` end at the next environment step, and a running `evaluate` after the episode at hand. */
  stop(): void {
    Atomics.store(this.#control.words, WORD.until, 0);
  }

  /** Returns of one whole episode from each seed, without exploration. */
  async evaluate(episodeSeeds: readonly number[]): Promise<readonly number[]> {
    Atomics.store(this.#control.words, WORD.until, RUN_ON);
    const outcomes = await this.#command((crew) => crew.call<Outcome>((control) => control.evaluate(episodeSeeds)));
    return outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.returns : []));
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
    await this.#pool.destroy();
  }

  #initialise(): void {
    const { topology, settings, rule } = this.plan;
    const tables = attachTables(this.plan, this.arena);
    initialiseWeights(topology, settings.seed, settings.network, tables[WEIGHTS].values);
    rule.initialise?.(topology, tables, settings.seed);
    for (const { values, target } of Object.values(tables)) if (target.length > 0) target.set(values);
  }

  async #command(call: (crew: CrewHandle) => Promise<Outcome>): Promise<Outcome[]> {
    Atomics.store(this.#control.words, WORD.finished, 0);
    const outcomes = await this.#all(async (crew) => {
      const outcome = await call(crew);
      if (outcome.kind !== 'failed') return outcome;
      throw new PartitionError(outcome.partition, outcome.step, outcome.fault.message, { cause: reviveFault(outcome.fault) });
    });
    if (this.#isClosed()) throw closedError();
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
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#abort(); // the others leave their loops and answer
        throw error;
      }
    });
    this.#running = Promise.allSettled(answers);
    await this.#running;
    const failure = this.#firstFailure();
    if (failure !== undefined) throw failure;
    return Promise.all(answers);
  }

  #isClosed(): boolean {
    return this.#closing !== undefined;
  }

  #firstFailure(): Error | undefined {
    return this.#failure;
  }

  #abort(): void {
    Atomics.store(this.#control.words, WORD.abort, 1);
    this.#bell.ring();
  }
}

/** Deals partitions to threads, in turn. */
function divide(partitions: number, threads: number): number[][] {
  return Array.from({ length: threads }, (_, thread) => Array.from({ length: partitions }, (__, partition) => partition).filter((partition) => partition % threads === thread));
}
