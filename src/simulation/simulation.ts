import { EventEmitter } from 'eventemitter3';

import { checkInteger, checkString, wrongValue } from '../check.js';
import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { openJournal, type JournalFile } from '../journal/file.js';
import type { Journal } from '../journal/read-journal.js';
import { loadModulesOf } from '../modules.js';
import type { Settings } from '../placement/partitioned/settings.js';
import type { StartState } from '../placement/partitioned/start-state.js';
import { Supervisor } from '../placement/partitioned/supervisor.js';
import { checkVirtualState } from '../placement/partitioned/virtual-state-check.js';
import type { PhaseTimings } from '../runtime/phase-timings.js';
import type { Staleness } from '../placement/partitioned/staleness.js';
import { checkRandomOptions, checkEvaluateOptions, checkRecordOptions, checkRunOptions } from './command-options.js';
import { createRerunPlan, createRunPlan, type CommandPlan } from './command-plan.js';
import { SIMULATION } from './examine.js';
import { createExclusive, stoppable } from './exclusive.js';
import { LesionProtocol, readLesionState } from './lesion.js';
import { checkRunSteps, createEpisodeCounter, evaluationSeeds, randomEvaluation, summariseReturns, type EpisodeCounter } from './measure.js';
import type { SimulationOptions } from '../placement/partitioned/settings.js';
import { resolveSettings } from './options.js';
import { readEpisodeCount } from './pause-points.js';
import { encodePolicy } from './policy-file.js';
import { whenReady } from './ready.js';
import { createQuiescence } from './quiescence.js';
import { recordEpisode, type EpisodeRecording } from './record-episode.js';
import { checkRecordable, digestOf } from './recording.js';
import { countersOf, reportRun, stalenessOf } from './run-report.js';
import type { EvaluateOptions, Evaluation, RunOptions, RunReport, Trainer, TrainingEvents } from './training.js';
import { TrainingLoop } from './training-loop.js';

/** A recorded run to repeat. */
export interface Rerun {
  readonly journal: Journal;
  readonly threads: number;
}

/** A network of neuron-agents on worker threads, and its environments. Create it with `createSimulation`. */
export class Simulation extends EventEmitter<TrainingEvents> implements Trainer {
  readonly settings: Settings;
  readonly #supervisor: Supervisor;
  readonly #counter: EpisodeCounter;
  readonly #exclusive = createExclusive();
  readonly #quiescence = createQuiescence();
  readonly #lesions: LesionProtocol;
  readonly #plan: CommandPlan;
  readonly #loop: TrainingLoop;

  /**
   * @param checkpoint of the same settings, to continue from
   * @param rerun of a journal of the same settings
   */
  constructor(settings: Settings, checkpoint?: Checkpoint, rerun?: Rerun) {
    super();
    this.settings = settings;
    const lesion = readLesionState(settings, checkpoint);
    this.#counter = createEpisodeCounter(readEpisodeCount(checkpoint));
    const logs = rerun && { logs: rerun.journal.logs.map(({ bytes }) => bytes), threads: rerun.threads };
    this.#supervisor = new Supervisor(settings, checkpoint && startOf(checkpoint), logs);
    this.#lesions = new LesionProtocol(settings, this.#supervisor.layout.topology, this.#supervisor, lesion);
    this.#plan = rerun === undefined ? createRunPlan((step) => Math.min(this.#lesions.nextPause(step), step < settings.steps ? settings.steps : Infinity)) : createRerunPlan(rerun.journal);
    this.#loop = new TrainingLoop({
      settings,
      supervisor: this.#supervisor,
      plan: this.#plan,
      lesions: this.#lesions,
      counter: this.#counter,
      quiescence: this.#quiescence,
      events: this,
      encodeWeights: () => this.encodeWeights(),
    });
  }

  get step(): number {
    return this.#supervisor.steps;
  }

  /** Returns once every worker thread is ready. */
  async ready(): Promise<void> {
    await this.#supervisor.ready();
  }

  /**
   * See `Trainer`. Lesions and re-initialisations come at their steps; the time of their evaluations is not in the report. A worker that fails
   * or hangs is restarted without loss of transitions. It repeats the update it was making, so that such a run is not repeated bit for bit.
   *
   * @throws PartitionError naming partition and step if a partition fails, or its worker fails again and again; its cause is a DivergenceError if a
   *   voltage, weight or TD error is not finite
   */
  async run(options: RunOptions = {}): Promise<RunReport> {
    const known = checkRunOptions(options);
    const { steps = this.settings.steps, signal, checkpointEvery = 0, episodes = 20, record } = known;
    checkRunSteps(steps, this.step);
    this.#plan.check(known);
    return this.#exclusive(async () => {
      const begin = countersOf(this.#supervisor);
      const restartsBefore = this.#loop.restarts.length;
      this.#loop.goal = this.#plan.goalOf(this.step, steps);
      const file = record === undefined ? undefined : this.#record(record);
      const seconds = await this.#loop.train({ signal, checkpointEvery, episodes, file }).catch((error: unknown) => { throw this.#plan.explain(error, (partition) => this.#supervisor.updates(partition)); });
      const lesion = this.#lesions.report();
      return {
        ...reportRun(this.#supervisor, begin, this.#loop.goal, seconds),
        workerRestarts: this.#loop.restarts.slice(restartsBefore),
        ...(lesion !== undefined && { lesion }),
        ...(file && { journal: { bytes: file.length, partitionTicks: file.updates } }),
      };
    });
  }

  #record(path: string): JournalFile {
    checkRecordable(this.settings);
    if (this.step > 0) throw wrongValue('record', 'a run from the first step on', this.step, ' steps taken before it');
    const { topology: { ticks }, settings } = this.#supervisor.layout;
    return openJournal(checkString('record', path), { ticks: ticks.length, partitions: settings.partitions, goal: this.#loop.goal, settings, digest: digestOf(this.encodeWeights()) });
  }

  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    const { episodes = 20, seed = this.settings.seed, signal } = checkEvaluateOptions(options);
    const seeds = evaluationSeeds(seed, episodes);
    const returns = await this.#exclusive(() => (signal?.aborted === true ? Promise.resolve([]) : stoppable(signal, this.#loop.stop, () => this.#quiescence.during(() => this.#supervisor.evaluate(seeds)))));
    this.#loop.emitRestarts();
    return summariseReturns(returns);
  }

  evaluateRandomPolicy(options: Pick<EvaluateOptions, 'episodes' | 'seed'> = {}): Evaluation {
    const { episodes, seed = this.settings.seed } = checkRandomOptions(options);
    return randomEvaluation({ environment: this.settings.environment, seed }, episodes);
  }

  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    return stalenessOf(this.#supervisor);
  }

  /** The last durations of each kind; undefined unless `timing.measureDurations` is set. */
  phaseTimings(): PhaseTimings | undefined {
    return this.#supervisor.phaseTimings();
  }

  recordEpisode(options: { episode?: number; steps?: number } = {}): EpisodeRecording {
    const { episode, steps } = checkRecordOptions(options);
    this.#quiescence.check('an episode can be recorded');
    const { layout, arena } = this.#supervisor;
    return recordEpisode(layout, arena, evaluationSeeds(this.settings.seed, episode + 1)[episode], steps);
  }

  encodeWeights(): Uint8Array {
    const { layout, arena } = this.#supervisor;
    return encodePolicy(layout, arena, this.step);
  }

  encodeCheckpoint(note: object = {}): Uint8Array {
    this.#quiescence.check();
    const training = { ...this.#counter.state(), lesion: this.#lesions.state() };
    const { step, image, virtualState } = this.#supervisor.quiescentState();
    return encodeCheckpoint(image, { kind: SIMULATION, settings: this.settings, training, note, step, world: virtualState });
  }

  /** Fault injection: terminates the worker thread of a partition. Without effect while it does not run. */
  kill(partition: number): void {
    this.#supervisor.kill(this.#checkPartition(partition));
  }

  /** Fault injection: the worker of a partition hangs at its next poll. */
  hang(partition: number): void {
    this.#supervisor.hang(this.#checkPartition(partition));
  }

  /** Ends every worker thread. */
  async close(): Promise<void> {
    await this.#supervisor.close();
    this.removeAllListeners();
  }

  #checkPartition(partition: number): number {
    return checkInteger('partition', partition, { min: 0, max: this.settings.partitions - 1 });
  }
}

/** The state in which the run of a checkpoint continues. */
function startOf(checkpoint: Checkpoint): StartState {
  return { snapshot: checkpoint, step: checkpoint.step, virtualState: (layout) => checkVirtualState(layout, checkpoint) };
}

/**
 * Builds a simulation: allocates the shared arena, draws the initial weights and starts one worker thread per partition.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  await loadModulesOf(options);
  return whenReady(new Simulation(resolveSettings(options)));
}
