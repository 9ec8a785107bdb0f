import { availableParallelism } from 'node:os';

import type { EpisodeRecord } from '../../environment/environment.js';
import { PartitionError } from '../../errors.js';
import { createArena, type Arena } from '../../memory/arena.js';
import { attachControl, WORD, type Control } from '../../memory/control.js';
import { attachParameter } from '../../memory/parameters.js';
import { initialiseWeights } from '../../network/initialise.js';
import { deserialiseError } from '../../runtime/serialised-error.js';
import { readStaleness, type Staleness } from '../partitioned/staleness.js';
import type { WorkerRestart } from '../../runtime/supervised-worker.js';
import { WorkerGroup } from '../../runtime/worker-group.js';
import { createEventCount } from '../../schedule/event-count.js';
import { attachActorCursors, type ActorCursors } from './cursors.js';
import { attachCredit, createLayout, weightShape, type ActorLearnersLayout } from './layout.js';
import { readWaits, takeOrder } from './order.js';
import type { LearnersApi, RunnerSpec } from './runner.js';
import { checkCursors, worldOf, type ResumedRun } from './resumed.js';
import type { ActorLearnerSettings } from './settings.js';
import type { VirtualActorsState } from './virtual-state.js';
import { attachLosses, attachProbe, attachWords, type LearningWords } from './words.js';

const ENTRY = new URL('../../../workers/actor-learners.js', import.meta.url);

/** Steps of the probe that did not survive: see `createProbe`. */
export interface LostUpdates {
  /** Steps of single numbers that were taken, and those that another thread overwrote. */
  readonly sampled: number;
  readonly lost: number;
  readonly fraction: number;
}

/** Owns the arena of a run of actor-learners, and the workers that carry the actors. */
export class ActorLearnerSupervisor {
  readonly layout: ActorLearnersLayout;
  readonly arena: Arena;
  readonly cursors: ActorCursors;
  /** In virtual time, where a resumed run began, besides the arena. */
  readonly begin: VirtualActorsState | undefined;
  readonly #control: Control;
  readonly #words: LearningWords;
  readonly #workers: WorkerGroup<LearnersApi>;
  /** Episodes of each actor that were reported. */
  readonly #reported: number[];

  /**
   * Allocates the arena, draws the first weights and starts the workers.
   *
   * @param rerun true to go through the events of a journal, on one thread
   * @throws RangeError for settings that do not fit; CheckpointError where the checkpoint is of other settings, or holds a state that cannot be
   */
  constructor(settings: ActorLearnerSettings, snapshot?: ResumedRun, rerun = false) {
    this.layout = createLayout(settings);
    snapshot?.check(this.layout.blocks);
    this.arena = createArena(this.layout.blocks);
    this.cursors = attachActorCursors(this.arena, this.layout.cursors);
    this.#control = attachControl(this.arena);
    this.#words = attachWords(this.arena);
    initialise(this.layout, this.arena);
    snapshot?.restore(this.arena);
    checkCursors(this.layout, this.cursors, this.updates);
    const world = snapshot && worldOf(this.layout, snapshot);
    this.begin = world;
    this.#reported = Array.from({ length: settings.actors }, (_, actor) => this.cursors.committed(actor, 'episodes'));
    const { memory, blocks } = this.arena;
    const spin = settings.workers <= availableParallelism();
    const members = Array.from({ length: rerun ? 1 : settings.workers }, (_, worker) => ({ entry: ENTRY, task: { worker, settings, arena: { memory, blocks }, spin, world, rerun } satisfies RunnerSpec, partitions: [worker] }));
    const { workerTimeout } = settings.timing;
    this.#workers = new WorkerGroup(members, this.#control, createEventCount(this.#control.words, false), workerTimeout === 0 ? Infinity : workerTimeout);
  }

  /** Returns once every worker is up. @throws PartitionError where one could not be built */
  async ready(): Promise<void> {
    await this.#workers.call((worker) => worker.call((api) => api.ready()));
  }

  /** Environment steps of all actors. */
  get steps(): number {
    return Atomics.load(this.#control.words, WORD.steps);
  }

  /** Updates of the shared weights. */
  get updates(): number {
    return this.#words.version.get();
  }

  /** The worker threads, for tests of what follows their end. */
  kill(worker: number): void {
    this.#workers.kill(worker);
  }

  /** What each worker has read so far: the ages of weights, in updates. */
  staleness(): Staleness[] {
    return Array.from({ length: this.layout.settings.workers }, (_, worker) => readStaleness(this.arena, worker));
  }

  /** Workers that were replaced since the last call. */
  takeRestarts(): WorkerRestart[] {
    return this.#workers.takeRestarts();
  }

  /** Since the first step. Not during a command. */
  lostUpdates(): LostUpdates {
    const [sampled, lost] = attachLosses(this.arena);
    return { sampled, lost, fraction: sampled === 0 ? 0 : lost / sampled };
  }

  /** Counts what a command has lost; its probe starts at 0. */
  #countLost(updates: number): void {
    const probe = attachProbe(this.arena);
    const meant = this.layout.settings.schedule === 'synchronous' ? 0 : updates;
    const losses = attachLosses(this.arena);
    losses[0] += meant * probe.length;
    losses[1] += probe.reduce((sum, survived) => sum + Math.max(0, meant - survived), 0);
    probe.fill(0);
  }

  /** Copies and updates that had to wait for another thread since the first step of this process; undefined unless they come one after another. */
  waits(): number | undefined {
    return this.#isOrdered ? readWaits(this.arena) : undefined;
  }

  get #isOrdered(): boolean {
    return this.layout.settings.timing.updates === 'ordered';
  }

  /**
   * Trains until all actors together have taken `stepLimit` environment steps, at most `MAX_STEPS_PER_COMMAND` further. It halts between rollouts, and so up
   * to one rollout of each actor later.
   *
   * @param events of a rerun
   * @returns the order in which actors copied and changed the weights, if they do so one after another
   * @throws PartitionError naming the worker; the others are stopped first. The end of a worker is no failure, unless it repeats
   */
  async train(stepLimit: number, events?: Int32Array): Promise<Int32Array | undefined> {
    const { words } = this.#control;
    Atomics.store(words, WORD.stepLimit, stepLimit);
    Atomics.store(words, WORD.sleepers, 0); // a worker that was terminated asleep is still counted
    this.#words.halt.set(-1);
    const { updates } = this;
    await this.#workers.call((worker, number) => worker.call((api) => api.train(events)).then((fault) => {
      if (fault !== undefined) throw new PartitionError(number, this.steps, fault.message, { cause: deserialiseError(fault) });
    }));
    this.#countLost(this.updates - updates);
    return this.#isOrdered ? takeOrder(this.arena) : undefined;
  }

  /** In virtual time, what the arena does not hold. Not during a command. */
  async world(): Promise<VirtualActorsState | undefined> {
    const [world] = await this.#workers.call((worker) => worker.call((api) => api.world()));
    return world;
  }

  /** Lets a running `train` halt after the rollouts that are under way. */
  stop(): void {
    Atomics.store(this.#control.words, WORD.stepLimit, 0);
  }

  /** Episodes that ended since the last call, in the order of their steps and then of their actors. Not during a command. */
  takeEpisodes(): EpisodeRecord[] {
    const ended = this.#reported.flatMap((from, actor) => {
      const episodes = this.cursors.committed(actor, 'episodes');
      this.#reported[actor] = episodes;
      return Array.from({ length: episodes - from }, (_, i) => this.cursors.episode(actor, from + i));
    });
    const before = Atomics.add(this.#control.words, WORD.episodes, ended.length);
    return ended
      .toSorted((a, b) => a.step - b.step || a.actor - b.actor)
      .map(({ step, return: episodeReturn, length }, i) => ({ step, episode: before + i + 1, return: episodeReturn, length }));
  }

  /** Ends every worker; none is left when it returns. Can be called twice. */
  close(): Promise<void> {
    return this.#workers.close();
  }
}

/** Draws the first weights, and what neurons keep for their credit. */
function initialise({ networks, credit, settings: { seed, network } }: ActorLearnersLayout, arena: Arena): void {
  const { values, target } = attachParameter(arena, weightShape(networks));
  for (const plan of networks) {
    const { topology, offset } = plan;
    initialiseWeights(topology, seed, network, values.subarray(offset));
    credit.initialise?.(topology, attachCredit(arena, plan, credit), seed);
  }
  target.set(values);
}
