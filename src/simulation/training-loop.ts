import type { EventEmitter } from 'eventemitter3';

import { PartitionError } from '../errors.js';
import type { JournalFile } from '../journal/file.js';
import { attachTables } from '../placement/partitioned/partition-context.js';
import { WEIGHTS } from '../placement/partitioned/run-layout.js';
import type { Settings } from '../placement/partitioned/settings.js';
import type { Supervisor } from '../placement/partitioned/supervisor.js';
import type { WorkerRestart } from '../runtime/supervised-worker.js';
import { mean } from '../telemetry/statistics.js';
import type { CommandPlan } from './command-plan.js';
import { stoppable } from './exclusive.js';
import type { LesionProtocol } from './lesion.js';
import { evaluationSeeds, type EpisodeCounter } from './measure.js';
import { eventsAt } from './pause-points.js';
import type { Quiescence } from './quiescence.js';
import { digestOf } from './recording.js';
import { actionTimingOf, meanUpdates, virtualTime } from './run-report.js';
import type { Progress, TrainingEvents } from './training.js';
import { weightNorms } from './weights.js';

/** Milliseconds between two polls of the arena while the partitions run. */
const POLL_MS = 100;

/** Options of a run besides its length. */
interface TrainOptions {
  readonly signal: AbortSignal | undefined;
  readonly checkpointEvery: number;
  /** Of each evaluation around a lesion. */
  readonly episodes: number;
  /** The journal of a recorded run. */
  readonly file: JournalFile | undefined;
}

interface TrainingLoopContext {
  readonly settings: Settings;
  readonly supervisor: Supervisor;
  readonly plan: CommandPlan;
  readonly lesions: LesionProtocol;
  readonly counter: EpisodeCounter;
  readonly quiescence: Quiescence;
  readonly events: Pick<EventEmitter<TrainingEvents>, 'emit'>;
  readonly encodeWeights: () => Uint8Array;
}

/** Trains a simulation command by command, and emits its events. */
export class TrainingLoop {
  /** Restarts since the simulation began. */
  readonly restarts: WorkerRestart[] = [];
  /** The environment step at which the run ends. */
  goal = 0;
  readonly #context: TrainingLoopContext;

  constructor(context: TrainingLoopContext) {
    this.#context = context;
  }

  get #step(): number {
    return this.#context.supervisor.steps;
  }

  /** Ends the current command, if a signal may. */
  readonly stop = (): void => {
    if (this.#context.plan.stoppable) this.#context.supervisor.stop();
  };

  /**
   * Trains command by command and polls the arena meanwhile. An error thrown by a listener ends the run and is rethrown.
   *
   * @returns seconds of training, without the evaluations around a lesion
   */
  async train({ signal, checkpointEvery, episodes, file }: TrainOptions): Promise<number> {
    const failures: unknown[] = [];
    const failed = () => failures.length > 0;
    const aborted = () => signal?.aborted === true;
    const stopped = () => this.#context.plan.isStopped(signal);
    const next = () => this.#context.plan.next(this.#step, this.goal, checkpointEvery);
    const attend = () => this.#context.quiescence.during(() => this.#context.lesions.attend(this.#step, episodes, (count) => this.#measure(count, signal)));
    const restartsBefore = this.restarts.length;
    let seconds = 0;
    const timer = setInterval(() => {
      try {
        this.#poll();
      } catch (error) {
        failures.push(error);
        this.stop();
      }
    }, POLL_MS);
    try {
      await attend(); // completes an evaluation that the run before this one cut short, even if this one is stopped at once
      for (let end = next(); end !== undefined && !aborted() && !failed(); end = next()) {
        const before = this.#step;
        seconds += await this.#trainTo(end, signal, file);
        if (failed()) break;
        this.#poll();
        if (file !== undefined && this.restarts.length > restartsBefore) throw logLost(this.restarts[restartsBefore]);
        if (this.#step === before) continue; // stopped at once
        for (const event of eventsAt({ step: this.#step, goal: this.goal, checkpointEvery, stopped })) {
          if (failed()) break;
          if (event !== 'lesion') this.#notify(event);
          else if (!stopped()) await attend();
        }
      }
      if (!failed()) file?.close({ stopped: stopped(), weightsSha256: digestOf(this.#context.encodeWeights()) });
    } finally {
      file?.abandon(); // unless it is closed
      clearInterval(timer);
      if (!failed()) this.#poll(); // episodes that ended before a partition failed
    }
    if (failed()) throw failures[0];
    return seconds;
  }

  /** Mean return of an evaluation within a run; undefined if it was cut short. */
  async #measure(episodes: number, signal: AbortSignal | undefined): Promise<number | undefined> {
    const returns = await stoppable(signal, this.stop, () => this.#context.supervisor.evaluate(evaluationSeeds(this.#context.settings.seed, episodes)));
    return returns.length === episodes ? mean(returns) : undefined;
  }

  /** @returns its duration in seconds */
  async #trainTo(end: number, signal: AbortSignal | undefined, file: JournalFile | undefined): Promise<number> {
    const begin = performance.now();
    const logs = await stoppable(signal, this.stop, () => this.#context.quiescence.during(() => this.#context.supervisor.train(end, file !== undefined)));
    this.#context.plan.count();
    for (const log of logs) file?.append(log, this.#step);
    return (performance.now() - begin) / 1000;
  }

  #notify(event: 'metrics' | 'checkpoint'): void {
    if (event === 'checkpoint') {
      this.#context.events.emit('checkpoint', this.#progress());
      return;
    }
    const { layout, arena } = this.#context.supervisor;
    const weightNorm = weightNorms(layout.topology, attachTables(layout, arena)[WEIGHTS].values);
    this.#context.events.emit('metrics', { ...this.#progress(), weightNorm, ...actionTimingOf(this.#context.supervisor) });
  }

  emitRestarts(): void {
    for (const restart of this.#context.supervisor.takeRestarts()) {
      this.restarts.push(restart);
      this.#context.events.emit('workerRestart', restart);
    }
  }

  #poll(): void {
    this.emitRestarts();
    for (const record of this.#context.supervisor.takeEpisodes()) {
      this.#context.counter.add(record);
      this.#context.events.emit('episode', record);
    }
    this.#context.events.emit('progress', this.#progress());
  }

  #progress(): Progress {
    return { step: this.#step, steps: this.goal, ...this.#context.counter.summary(), updates: meanUpdates(this.#context.supervisor), ...virtualTime(this.#context.supervisor) };
  }
}

/** @returns the failure of a recorded run in which a worker was restarted */
export function logLost({ partition, step }: WorkerRestart): PartitionError {
  return new PartitionError(partition, step, 'its worker died while the run was recorded: its log is lost, and the run could not be repeated');
}
