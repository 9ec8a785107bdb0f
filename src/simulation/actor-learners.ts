import { EventEmitter } from 'eventemitter3';

import { wrongValue } from '../check.js';
import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { imageOf } from '../memory/image.js';
import { loadModulesOf } from '../modules.js';
import { createPlayer } from '../placement/actor-learners/evaluation.js';
import { MAX_STEPS_PER_COMMAND } from '../placement/actor-learners/layout.js';
import { resolveActorLearnerSettings, type ActorLearnerOptions, type ActorLearnerSettings } from '../placement/actor-learners/settings.js';
import { ActorLearnerSupervisor } from '../placement/actor-learners/supervisor.js';
import type { VirtualActorsState } from '../placement/actor-learners/virtual-state.js';
import { attachVirtualTime } from '../placement/actor-learners/words.js';
import { joinStaleness, type Staleness } from '../placement/partitioned/staleness.js';
import { openJournal, type JournalFile } from '../journal/file.js';
import { decodeOrder, encodeOrder } from '../journal/order.js';
import type { Journal } from '../journal/read-journal.js';
import type { WorkerRestart } from '../runtime/supervised-worker.js';
import { actorWeightNorms, encodeActorWeights, reportActors } from './actor-learner-report.js';
import { createExclusive, stoppable, yieldEvery } from './exclusive.js';
import { checkRandomOptions, checkEvaluateOptions, checkRunOptions } from './command-options.js';
import { createRerunPlan, createRunPlan, type CommandPlan } from './command-plan.js';
import { readEpisodeCount } from './pause-points.js';
import { checkOrdered, digestOf } from './recording.js';
import { logLost } from './training-loop.js';
import { whenReady } from './ready.js';
import { createQuiescence } from './quiescence.js';
import { checkRunSteps, createEpisodeCounter, evaluationSeeds, type EpisodeCounter, randomEvaluation, reportRates, summariseReturns } from './measure.js';
import type { EvaluateOptions, Evaluation, Progress, RunOptions, RunReport, Trainer, TrainingEvents } from './training.js';

/** Whether a multiple of `every` lies between two steps; 0: none does. */
const crosses = (before: number, step: number, every: number) => every > 0 && Math.floor(step / every) > Math.floor(before / every);

/** A pause of a run. */
interface PausePoint {
  readonly before: number;
  readonly goal: number;
  readonly checkpointEvery: number;
  readonly stopped: () => boolean;
}

/**
 * Actor-learners on worker threads over one shared set of weights: asynchronous one-step Q-learning, Sarsa, n-step Q-learning and A3C, and A2C. Create it with
 * `createActorLearners`. A run pauses between rollouts: it ends with the first at or after its last step.
 */
export class ActorLearners extends EventEmitter<TrainingEvents> implements Trainer {
  readonly settings: ActorLearnerSettings;
  readonly #supervisor: ActorLearnerSupervisor;
  readonly #counter: EpisodeCounter;
  readonly #exclusive = createExclusive();
  readonly #quiescence = createQuiescence();
  readonly #restarts: WorkerRestart[] = [];
  readonly #plan: CommandPlan;
  /** Events of a rerun, command by command. */
  readonly #events: Int32Array[];
  #play: ((seed: number) => number) | undefined;
  /** In virtual time, what a checkpoint of a step holds besides the arena. */
  #world: { readonly step: number; readonly state: VirtualActorsState | undefined } | undefined;
  #goal = 0;
  #closed = false;

  /**
   * @param checkpoint of the same settings, to continue from
   * @param rerun the journal of a run of the same settings, to repeat
   */
  constructor(settings: ActorLearnerSettings, checkpoint?: Checkpoint, rerun?: Journal) {
    super();
    this.settings = settings;
    this.#counter = createEpisodeCounter(readEpisodeCount(checkpoint));
    this.#supervisor = new ActorLearnerSupervisor(settings, checkpoint, rerun !== undefined);
    this.#world = { step: this.step, state: this.#supervisor.begin };
    this.#plan = rerun === undefined ? createRunPlan(() => Infinity, MAX_STEPS_PER_COMMAND) : createRerunPlan(rerun);
    this.#events = decodeOrder(rerun?.logs[0].bytes ?? new Uint8Array()) ?? [];
  }

  get step(): number {
    return this.#supervisor.steps;
  }

  /** Returns once every worker thread is up. */
  async ready(): Promise<void> {
    await this.#supervisor.ready();
  }

  /** See `Trainer`. @throws PartitionError naming the worker; its cause is a DivergenceError where a voltage has left the finite numbers */
  async run(options: RunOptions = {}): Promise<RunReport> {
    const known = checkRunOptions(options);
    const { steps = this.settings.steps, signal, checkpointEvery = 0, record } = known;
    checkRunSteps(steps, this.step);
    this.#plan.check(known);
    return this.#exclusive(async () => {
      const first = this.step;
      const { updates } = this.#supervisor;
      const restarts = this.#restarts.length;
      this.#goal = this.#plan.goalOf(first, steps);
      const { virtualSeconds: virtualBefore = 0 } = this.#virtualTime(0);
      const file = record === undefined ? undefined : this.#record(record);
      const seconds = await this.#train(signal, checkpointEvery, file).catch((error: unknown) => { throw this.#plan.explain(error, () => this.#supervisor.updates); });
      return { ...this.#report(first, updates, restarts, seconds), ...this.#virtualTime(virtualBefore), ...(file && { journal: { bytes: file.length, partitionTicks: file.updates } }) };
    });
  }

  #record(path: string): JournalFile {
    checkOrdered(this.settings);
    if (this.step > 0) throw wrongValue('record', 'a run from the first step on', this.step, ' steps taken before it');
    return openJournal(path, { entries: 'order', ticks: 0, partitions: 1, goal: this.#goal, settings: this.settings, digest: digestOf(this.encodeWeights()) });
  }

  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    const { episodes = 20, seed = this.settings.seed, signal } = checkEvaluateOptions(options);
    const seeds = signal?.aborted === true ? [] : evaluationSeeds(seed, episodes);
    let stopped = false;
    const stop = () => { stopped = true; };
    return this.#exclusive(async () => {
      await this.#supervisor.ready();
      return summariseReturns(await stoppable(signal, stop, () => this.#quiescence.during(() => this.#evaluateOn(seeds, () => stopped))));
    });
  }

  evaluateRandomPolicy(options: Pick<EvaluateOptions, 'episodes' | 'seed'> = {}): Evaluation {
    const { episodes, seed = this.settings.seed } = checkRandomOptions(options);
    return randomEvaluation({ environment: this.settings.environment, seed }, episodes);
  }

  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    const partitions = this.#supervisor.staleness();
    return { staleness: joinStaleness(partitions), partitions };
  }

  /** The first output neurons determine the action; under a policy the value follows them. */
  encodeWeights(): Uint8Array {
    return encodeActorWeights(this.settings, this.#supervisor, this.step);
  }

  encodeCheckpoint(note: object = {}): Uint8Array {
    this.#quiescence.check();
    const world = this.#world?.state;
    if (this.settings.time === 'virtual' && this.step > 0 && this.#world?.step !== this.step) throw new Error('in virtual time a checkpoint is possible between commands and while `checkpoint` is emitted');
    return encodeCheckpoint(imageOf(this.#supervisor.arena), { kind: this.settings.algorithm, settings: this.settings, training: this.#counter.state(), note, world });
  }

  /** Terminates a worker at once: an injected fault. Does nothing while it is not at work. */
  kill(worker: number): void {
    this.#supervisor.kill(worker);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#supervisor.close();
    this.removeAllListeners();
  }

  /** @returns seconds */
  async #train(signal: AbortSignal | undefined, checkpointEvery: number, file: JournalFile | undefined): Promise<number> {
    await this.#supervisor.ready();
    const begin = performance.now();
    const restarts = this.#restarts.length;
    const stopped = () => this.#plan.isStopped(signal);
    const next = () => this.#plan.next(this.step, this.#goal, checkpointEvery);
    try {
      await stoppable(signal, () => { if (this.#plan.stoppable) this.#supervisor.stop(); }, async () => {
        for (let end = next(); end !== undefined && signal?.aborted !== true; end = next()) {
          const before = this.step;
          await this.#trainTo(end, file);
          if (this.settings.time === 'virtual') await this.#keepWorld(stopped() || this.step >= this.#goal || crosses(before, this.step, checkpointEvery));
          this.#notify({ before, goal: this.#goal, checkpointEvery, stopped });
          if (file !== undefined && this.#restarts.length > restarts) throw logLost(this.#restarts[restarts]);
        }
      });
      file?.close({ stopped: stopped(), weightsSha256: digestOf(this.encodeWeights()) });
    } finally {
      file?.abandon(); // unless it is closed
    }
    return (performance.now() - begin) / 1000;
  }

  /** @param due whether a checkpoint may be asked for here */
  async #keepWorld(due: boolean): Promise<void> {
    this.#world = due ? { step: this.step, state: await this.#quiescence.during(() => this.#supervisor.world()) } : undefined;
  }

  async #trainTo(end: number, file: JournalFile | undefined): Promise<void> {
    const order = await this.#quiescence.during(() => this.#supervisor.train(end, this.#events.shift()));
    this.#plan.count();
    if (file !== undefined && order !== undefined) file.append({ partition: 0, updates: this.#supervisor.updates, bytes: encodeOrder(order) }, this.step);
  }

  /** Emits what is due at a pause. */
  #notify({ before, goal, checkpointEvery, stopped }: PausePoint): void {
    for (const episode of this.#supervisor.takeEpisodes()) {
      this.#counter.add(episode);
      this.emit('episode', episode);
    }
    for (const restart of this.#supervisor.takeRestarts()) {
      this.#restarts.push(restart);
      this.emit('workerRestart', restart);
    }
    const crossed = (every: number) => crosses(before, this.step, every);
    const measured = crossed(MAX_STEPS_PER_COMMAND) || this.step >= goal;
    this.emit('progress', this.#progress());
    if (measured) this.#measure();
    const over = stopped() || this.step >= goal;
    if (checkpointEvery > 0 && (over || crossed(checkpointEvery))) this.emit('checkpoint', this.#progress());
    if (over && !measured) this.#measure();
  }

  #measure(): void {
    this.emit('metrics', { ...this.#progress(), weightNorm: actorWeightNorms(this.#supervisor) });
  }

  async #evaluateOn(seeds: readonly number[], stopped: () => boolean): Promise<number[]> {
    const returns: number[] = [];
    if (seeds.length === 0) return returns;
    this.#play ??= createPlayer(this.#supervisor.layout, this.#supervisor.arena);
    const play = this.#play;
    await yieldEvery(() => {
      if (this.#closed) return false;
      returns.push(play(seeds[returns.length]));
      return returns.length < seeds.length && !stopped();
    });
    return returns;
  }

  #progress(): Progress {
    return { step: this.step, steps: this.#goal, ...this.#counter.summary(), updates: this.#supervisor.updates, ...this.#virtualTime(0) };
  }

  /** @param before seconds that are left out */
  #virtualTime(before: number): { readonly virtualSeconds?: number } {
    return this.settings.time === 'virtual' ? { virtualSeconds: attachVirtualTime(this.#supervisor.arena)[0] - before } : {};
  }

  #report(first: number, updatesBefore: number, restarts: number, seconds: number): RunReport {
    return {
      ...reportRates(this.step - first, this.#supervisor.updates - updatesBefore, seconds),
      stopped: this.step < this.#goal,
      workerRestarts: this.#restarts.slice(restarts),
      ...reportActors(this.settings, this.#supervisor),
    };
  }
}

/**
 * Builds actor-learners for a task: allocates their arena, draws the first weights and starts the workers.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createActorLearners(options: ActorLearnerOptions = {}): Promise<ActorLearners> {
  await loadModulesOf(options);
  return whenReady(new ActorLearners(resolveActorLearnerSettings(options)));
}
