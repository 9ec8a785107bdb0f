import { EventEmitter } from 'eventemitter3';

import { loadModulesOf } from '../modules.js';
import { makeEnvironment } from '../environment/registry.js';
import { closedError } from '../errors.js';
import { createDecoder } from '../network/decoder.js';
import { createInputEncoder } from '../network/observation-traces.js';
import { layeredTopology } from '../network/topology.js';
import { rateFraction } from '../optimise/update.js';
import { createRateLimiter, type RateLimiter } from '../schedule/rate-limiter.js';
import { createExclusive } from '../simulation/exclusive.js';
import { checkEvaluateOptions, checkPlainRunOptions, checkRandomOptions } from '../simulation/command-options.js';
import { checkRunSteps, createEpisodeCounter, evaluationSeeds, randomEvaluation, summariseReturns } from '../simulation/measure.js';
import { describePolicy } from '../simulation/policy.js';
import type { EvaluateOptions } from '../simulation/training.js';
import { encodeSafetensors } from '../telemetry/safetensors.js';
import { mean } from '../telemetry/statistics.js';
import { createBatchedMinibatch, type BatchedMinibatch } from './minibatch.js';
import { openDevice, type Device } from './device.js';
import { playEpisodes } from './evaluation.js';
import { drawParameters } from './parameters.js';
import { createBatchedProgram, type BatchedProgram } from './program.js';
import { createReplica, type Replica, type ReplicaContext } from './replica.js';
import { summarise, type BatchedEvaluation, type BatchedEvents, type BatchedProgress, type BatchedReport } from './report.js';
import { resolveBatchedSettings, type BatchedOptions, type BatchedSettings } from './settings.js';
import { batchedShape, type BatchedShape } from './shape.js';
import { batchedTensors } from './weights.js';

/** Milliseconds between two reports of progress, and at most between two checks of signals and timers. */
const LOOK = 100;

/** Environment steps between two metrics. */
const MEASURE = 1000;

/**
 * A batch of networks of neuron-agents that learn side by side from different seeds: environments step on the calling thread, and all
 * replicas' updates are one update of batched tensors on a device. Acting and learning alternate as under the schedule `synchronous`, from the
 * streams that a simulation with the same seed draws from. Create it with `createBatchedTrainer`.
 */
export class BatchedTrainer extends EventEmitter<BatchedEvents> {
  readonly settings: BatchedSettings;
  readonly device: Pick<Device, 'name' | 'adapter' | 'reason'>;
  readonly #context: ReplicaContext;
  readonly #shape: BatchedShape;
  readonly #program: BatchedProgram;
  readonly #batch: BatchedMinibatch;
  readonly #replicas: readonly Replica[];
  readonly #counters: readonly ReturnType<typeof createEpisodeCounter>[];
  readonly #limiter: RateLimiter;
  readonly #inputs: Float32Array;
  readonly #exclusive = createExclusive();
  #step = 0;
  #measured = 0;
  #goal = 0;
  #closed = false;

  constructor(settings: BatchedSettings, device: Device) {
    super();
    const { network, rule, learning, replicas } = settings;
    this.settings = settings;
    this.device = { name: device.name, adapter: device.adapter, reason: device.reason };
    const { observationSpace, actionSpace } = makeEnvironment(settings.environment);
    const decoder = createDecoder(actionSpace);
    const topology = layeredTopology({ ...network, observations: observationSpace.low.length, outputs: decoder.outputs });
    this.#context = { settings, topology, encoder: createInputEncoder(observationSpace, network), decoder };
    this.#shape = batchedShape(topology, network.bias);
    this.#replicas = Array.from({ length: replicas }, (_, index) => createReplica(this.#context, index));
    this.#counters = this.#replicas.map(() => createEpisodeCounter());
    this.#limiter = createRateLimiter({ ...learning, window: 0 }); // acting and learning alternate strictly
    this.#inputs = new Float32Array(replicas * this.#shape.inputs);
    this.#batch = createBatchedMinibatch(this.#shape, replicas, learning.batch);
    const numbers = drawParameters(topology, this.#shape, rule.name, this.#replicas.map((replica) => replica.seed), network);
    this.#program = createBatchedProgram({ device, shape: this.#shape, rule: rule.name, optimiser: rule.optimiser, rates: rule, numbers, replicas });
  }

  /** Environment steps that each replica has taken. */
  get step(): number {
    return this.#step;
  }

  /** Updates that each replica has made. */
  get updates(): number {
    return this.#program.updates;
  }

  /**
   * Trains every replica for `steps` further environment steps, `settings.steps` unless given.
   *
   * @param options `signal` ends the run at the next environment step
   * @throws DivergenceError naming neuron and seed where a voltage has left the finite numbers
   */
  async run(options: { readonly steps?: number; readonly signal?: AbortSignal } = {}): Promise<BatchedReport> {
    const { steps = this.settings.steps, signal } = checkPlainRunOptions(options);
    checkRunSteps(steps, this.#step);
    return this.#command(async () => {
      const [first, updatesBefore, begin] = [this.#step, this.updates, performance.now()];
      this.#goal = first + steps;
      await this.#train(signal);
      const seconds = (performance.now() - begin) / 1000;
      const taken = this.#step - first;
      const perSecond = (count: number) => (seconds === 0 ? 0 : (this.settings.replicas * count) / seconds);
      return { steps: taken, seconds, stepsPerSecond: perSecond(taken), updatesPerSecond: perSecond(this.updates - updatesBefore), stopped: this.#step < this.#goal };
    });
  }

  /**
   * Plays `episodes` fresh episodes with each replica, exploration off: those that a simulation with its seed is evaluated on.
   *
   * @param options `signal` ends it: what it returns are the episodes that have ended, none where it was aborted before
   */
  async evaluate(options: EvaluateOptions = {}): Promise<BatchedEvaluation> {
    const { episodes = 20, seed: given, signal } = checkEvaluateOptions(options);
    const seeds = this.#replicas.map(({ seed }) => evaluationSeeds(given ?? seed, episodes));
    return this.#command(async () => {
      const returns = await playEpisodes(this.#program, this.#context, seeds, () => this.#closed || signal?.aborted === true);
      return summarise(this.#replicas.map(({ seed }, replica) => ({ seed, ...summariseReturns(returns[replica]) })));
    });
  }

  /** The uniformly random policy on the episodes of `evaluate`. */
  evaluateRandomPolicy(options: Pick<EvaluateOptions, 'episodes' | 'seed'> = {}): BatchedEvaluation {
    const { episodes, seed: given } = checkRandomOptions(options);
    const { environment } = this.settings;
    return summarise(this.#replicas.map(({ seed }) => ({ seed, ...randomEvaluation({ environment, seed: given ?? seed }, episodes) })));
  }

  /** All replicas' learned numbers in the safetensors format: see `batchedTensors`. */
  async encodeWeights(): Promise<Uint8Array> {
    const { environment, rule, seed, replicas } = this.settings;
    const { tensors, description } = describePolicy({ ...this.#context, encoding: this.settings.network, trained: 'untrained' });
    const metadata = { format: 'ganglion', environment, rule: rule.name, seed: String(seed), replicas: String(replicas), step: String(this.#step), policy: description };
    return encodeSafetensors({ ...tensors, ...batchedTensors(this.#context.topology, this.#shape, replicas, await this.#program.values()) }, metadata);
  }

  /** Gives back what it holds of the device. What is going on must have ended. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#exclusive(() => {
      this.#closed = true;
      this.#program.close();
      for (const replica of this.#replicas) replica.close();
      this.removeAllListeners();
      return Promise.resolve();
    });
  }

  #command<Result>(command: () => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(closedError());
    return this.#exclusive(command);
  }

  async #train(signal: AbortSignal | undefined): Promise<void> {
    let looked = performance.now();
    for (;;) {
      const owed = this.#limiter.mayLearn(this.updates, this.#step);
      if (!owed && (this.#step >= this.#goal || signal?.aborted === true)) break;
      if (owed) this.#learn();
      else await this.#act();
      if (performance.now() - looked < LOOK) continue;
      this.emit('progress', this.#progress());
      await new Promise((resolve) => { setImmediate(resolve); });
      looked = performance.now();
    }
    this.emit('progress', this.#progress());
    this.#measure();
  }

  /** Once for each step at which it is called. */
  #measure(): void {
    if (this.#measured === this.#step) return;
    this.#measured = this.#step;
    this.emit('metrics', this.#progress());
  }

  #learn(): void {
    const { rule, steps } = this.settings;
    for (const replica of this.#replicas) replica.draw(this.updates, this.#batch);
    this.#program.learn(this.#batch, rateFraction(rule.finalRateFraction, this.#step, steps));
  }

  /** One environment step of every replica. */
  async #act(): Promise<void> {
    if (this.#step % MEASURE === 0) this.#measure(); // with the updates of these steps
    const { inputs, outputs } = this.#shape;
    this.#replicas.forEach((replica, index) => { replica.show(this.#inputs.subarray(index * inputs, (index + 1) * inputs)); });
    const means = await this.#program.act(this.#inputs, 1);
    this.#replicas.forEach((replica, index) => {
      const episode = replica.act(means.subarray(index * outputs, (index + 1) * outputs));
      if (episode === undefined) return;
      this.#counters[index].add(episode);
      this.emit('episode', { replica: index, ...episode });
    });
    this.#step += 1;
  }

  #progress(): BatchedProgress {
    const summaries = this.#counters.map((counter) => counter.summary());
    const running = summaries.flatMap(({ runningReturn }) => runningReturn ?? []);
    return {
      step: this.#step,
      steps: this.#goal,
      updates: this.updates,
      episodes: summaries.reduce((sum, { episodes }) => sum + episodes, 0),
      runningReturn: running.length < summaries.length ? null : mean(running),
    };
  }
}

/**
 * Opens the device and builds the networks, environments and replays of a batch.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came; naming `device` where it is not there, with what to install
 */
export async function createBatchedTrainer(options: BatchedOptions = {}): Promise<BatchedTrainer> {
  await loadModulesOf(options);
  const settings = resolveBatchedSettings(options);
  return new BatchedTrainer(settings, await openDevice(settings.device));
}
