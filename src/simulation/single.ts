import { EventEmitter } from 'eventemitter3';

import type { Algorithm, AlgorithmSettings } from '../algorithm/algorithm.js';
import type { Agent } from '../placement/agent.js';
import { ddpg } from '../algorithm/ddpg/algorithm.js';
import type { DdpgOptions, DdpgSettings } from '../algorithm/ddpg/settings.js';
import type { DdpgAgent } from '../algorithm/ddpg/agent.js';
import { wrongValue } from '../check.js';
import { encodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { loadModulesOf } from '../modules.js';
import { imageOf } from '../memory/image.js';
import { closedError } from '../errors.js';
import { createRateLimiter, type RateLimiter } from '../schedule/rate-limiter.js';
import { NOTHING_READ, type Staleness } from '../placement/partitioned/staleness.js';
import { WEIGHTS } from '../placement/partitioned/run-layout.js';
import { encodeSafetensors, type Tensor } from '../telemetry/safetensors.js';
import { createExclusive, yieldEvery, stoppable } from './exclusive.js';
import { checkRandomOptions, checkEvaluateOptions, checkRunOptionsWith } from './command-options.js';
import { eventsAt, readEpisodeCount, type PausePoint } from './pause-points.js';
import { createQuiescence } from './quiescence.js';
import { checkRunSteps, createEpisodeCounter, evaluationSeeds, type EpisodeCounter, randomEvaluation, reportRates, summariseReturns } from './measure.js';
import { describePolicy } from './policy.js';
import type { EvaluateOptions, Evaluation, Progress, RunOptions, RunReport, Trainer, TrainingEvents } from './training.js';
import { weightNorms, weightTensors } from './weights.js';

export interface SingleRunOptions extends RunOptions {
  /** Called after each update, while `agent` still holds its minibatch. What it throws ends the run. */
  readonly onUpdate?: () => void;
}

/**
 * An algorithm placed on the calling thread, with the surface of a simulation. It yields to timers and signals every 50 ms. One seed gives the same
 * bits.
 */
export class SingleTrainer<Settings extends AlgorithmSettings = AlgorithmSettings, Own extends Agent = Agent> extends EventEmitter<TrainingEvents> implements Trainer {
  /** Networks, replay and environment; after an update, its minibatch and gradients. Not to be written. */
  readonly agent: Own;
  readonly #limiter: RateLimiter;
  readonly #counter: EpisodeCounter;
  readonly #exclusive = createExclusive();
  readonly #quiescence = createQuiescence();
  #running: Promise<unknown> = Promise.resolve();
  #goal = 0;
  #closed = false;
  #failure: Error | undefined;

  /** @param checkpoint of the same settings, to continue from */
  constructor(readonly algorithm: Algorithm<Settings, Own>, readonly settings: Settings, checkpoint?: Checkpoint) {
    super();
    this.#counter = createEpisodeCounter(readEpisodeCount(checkpoint));
    this.agent = algorithm.create(settings, checkpoint);
    this.#limiter = createRateLimiter({ ...settings.learning, window: 0 }); // acting and learning alternate strictly
  }

  get step(): number {
    return this.agent.steps;
  }

  /**
   * See `Trainer`.
   *
   * @throws DivergenceError naming the neuron of which a voltage, weight or TD error has left the finite numbers
   */
  async run(options: SingleRunOptions = {}): Promise<RunReport> {
    const { steps = this.settings.steps, signal, checkpointEvery = 0, record, onUpdate } = checkRunOptionsWith(options, 'onUpdate');
    if (record !== undefined) throw wrongValue('record', `nothing under ${this.algorithm.name}, which repeats itself anyway`, record);
    checkRunSteps(steps, this.step);
    return this.#command(async () => {
      const first = this.step;
      const updatesBefore = this.agent.updates;
      this.#goal = first + steps;
      const begin = performance.now();
      await this.#quiescence.during(() => this.#train(signal, checkpointEvery, onUpdate));
      return this.#report(first, updatesBefore, (performance.now() - begin) / 1000);
    });
  }

  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    const { episodes = 20, seed = this.settings.seed, signal } = checkEvaluateOptions(options);
    const seeds = signal?.aborted === true ? [] : evaluationSeeds(seed, episodes);
    let stopped = false;
    const stop = () => {
      stopped = true;
    };
    return this.#command(async () => summariseReturns(await stoppable(signal, stop, () => this.#quiescence.during(() => this.#play(seeds, () => stopped)))));
  }

  evaluateRandomPolicy(options: Pick<EvaluateOptions, 'episodes' | 'seed'> = {}): Evaluation {
    const { episodes, seed = this.settings.seed } = checkRandomOptions(options);
    return randomEvaluation({ environment: this.settings.environment, seed }, episodes);
  }

  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
    return { staleness: NOTHING_READ, partitions: [NOTHING_READ] };
  }

  /** The policy's tensors are named as a simulation's; other networks' populations have names of their own. */
  encodeWeights(): Uint8Array {
    const { environment, seed } = this.settings;
    const learned = this.agent.networks.map(({ topology, weights }) => weightTensors(topology, { [WEIGHTS]: weights }));
    const { tensors, description } = describePolicy(this.agent.acting());
    const metadata = { format: 'ganglion', environment, rule: this.algorithm.name, seed: String(seed), step: String(this.step), policy: description };
    return encodeSafetensors(Object.assign({ ...tensors }, ...learned) as Record<string, Tensor>, metadata);
  }

  encodeCheckpoint(note: object = {}): Uint8Array {
    this.#quiescence.check();
    return encodeCheckpoint(imageOf(this.agent.arena), { kind: this.algorithm.name, settings: this.settings, training: this.#counter.state(), note });
  }

  /** Ends what is going on. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running.catch(() => undefined); // its error goes to the caller of run()
    this.agent.close();
    this.removeAllListeners();
  }

  /** A trainer that has failed, or was closed, cannot be used. */
  #command<Result>(command: () => Promise<Result>): Promise<Result> {
    return this.#exclusive(() => {
      this.#checkOpen();
      const running = command();
      this.#running = running;
      return running;
    });
  }

  #checkOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw closedError();
  }

  /** What a listener throws ends the run and is thrown on. */
  async #train(signal: AbortSignal | undefined, checkpointEvery: number, onUpdate: (() => void) | undefined): Promise<void> {
    let notified = this.step;
    await yieldEvery(() => {
      this.#checkOpen();
      const settled = this.#limiter.isSettled(this.agent.updates, this.step, false);
      const stopped = () => signal?.aborted === true;
      if (settled && this.step > notified) {
        this.#quiescence.pause(() => { this.#notify({ step: this.step, goal: this.#goal, checkpointEvery, stopped }); });
        notified = this.step;
      }
      const over = settled && (this.step >= this.#goal || stopped());
      if (!over) this.#advance(onUpdate);
      return !over;
    }, () => this.emit('progress', this.#progress()));
  }

  /** One update if one is due, or else one environment step. */
  #advance(onUpdate: (() => void) | undefined): void {
    if (this.#limiter.mayLearn(this.agent.updates, this.step)) {
      this.#watched(() => { this.agent.update(); });
      onUpdate?.();
      return;
    }
    const episode = this.#watched(() => this.agent.step());
    if (episode === undefined) return;
    this.#counter.add(episode);
    this.emit('episode', episode);
  }

  #notify(pause: PausePoint): void {
    const events = [...eventsAt(pause)].filter((event) => event !== 'lesion'); // a network without lesions
    if (events.length > 0) this.#watched(() => { this.agent.examine(); });
    for (const event of events) {
      if (event === 'checkpoint') this.emit('checkpoint', this.#progress());
      else this.#measure();
    }
  }

  #measure(): void {
    const norms = this.agent.networks.map(({ topology, weights }) => weightNorms(topology, weights.values));
    this.emit('progress', this.#progress());
    this.emit('metrics', { ...this.#progress(), weightNorm: Object.assign({}, ...norms) as Record<string, number> });
  }

  /** Keeps the agent's error: a diverged agent cannot be used afterwards. */
  #watched<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  async #play(seeds: readonly number[], stopped: () => boolean): Promise<number[]> {
    const returns: number[] = [];
    if (seeds.length === 0) return returns;
    const play = this.agent.evaluation();
    play.reset(seeds[0]);
    await yieldEvery(() => {
      this.#checkOpen();
      if (!play.advance()) return true;
      returns.push(play.cursor.episodeReturn);
      if (returns.length === seeds.length || stopped()) return false;
      play.reset(seeds[returns.length]);
      return true;
    });
    return returns;
  }

  #progress(): Progress {
    return { step: this.step, steps: this.#goal, ...this.#counter.summary(), updates: this.agent.updates };
  }

  #report(first: number, updatesBefore: number, seconds: number): RunReport {
    const { topology } = this.agent.acting();
    const { updates } = this.agent;
    return {
      ...reportRates(this.step - first, updates - updatesBefore, seconds),
      stopped: this.step < this.#goal,
      staleness: NOTHING_READ,
      partitions: [{ partition: 0, neurons: topology.neurons - topology.inputs.end, updates, ...NOTHING_READ }],
      workerRestarts: [],
    };
  }
}

/** @throws TypeError or RangeError naming the option, what was expected and what came */
export async function createSingle<Settings extends AlgorithmSettings, Own extends Agent>(algorithm: Algorithm<Settings, Own>, options: object = {}): Promise<SingleTrainer<Settings, Own>> {
  await loadModulesOf(options);
  return new SingleTrainer(algorithm, algorithm.table.resolve(options));
}

/** Another name of the trainer of DDPG. */
export type Ddpg = SingleTrainer<DdpgSettings, DdpgAgent>;

/** As `createTrainer({ algorithm: 'ddpg', ...options })`. */
export const createDdpg = (options: DdpgOptions = {}): Promise<Ddpg> => createSingle(ddpg, options);
