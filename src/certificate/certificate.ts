import { loadModulesOf } from '../modules.js';
import { createOptimiser } from '../optimise/registry.js';
import { rateFraction } from '../optimise/update.js';
import type { Batch } from '../objective/batch.js';
import { checkRunOptionsWith } from '../simulation/command-options.js';
import { createDdpg, type Ddpg } from '../simulation/single.js';
import type { RunReport } from '../simulation/training.js';
import { estimate, overProbes, type Resampled } from './agreement.js';
import { chooseProbedNeurons, groupByLayer, type ProbedNeuron } from './probed-neurons.js';
import { createEstimator, type GradientEstimator } from './estimator.js';
import { certifiedRule } from './certified-rules.js';
import { createProbe, type ProbeResult } from './probe.js';
import type { Course, ProbeRecord } from './records.js';
import { createReference } from './reference.js';
import { criticRateOf, ddpgSettings, resolveCertificateSettings, type CertificateOptions, type CertificateSettings } from './settings.js';
import { createControlCritic, TWIN, CONTROL_LOCALITY } from './control-critic.js';

/** The results so far. */
export interface Certified {
  readonly neurons: readonly { readonly neuron: string; readonly layer: string }[];
  readonly kinds: readonly { readonly kind: string; readonly locality: string; readonly criticRate: number; readonly failure: string | null }[];
  readonly probes: readonly ProbeRecord[];
  /** Every kind on every layer, then on every neuron. */
  readonly courses: readonly Course[];
}

/**
 * DDPG on a task, while every kind of critic learns from the same minibatches: how far the gradient of each neuron's
 * own critic, ∇_{K^n} Q^n, agrees with its row of the whole network's policy gradient, (∇_K Q^μ)^n. DDPG is not disturbed: except for
 * the exploration of its hidden neurons it takes the steps of a run without critics. Create it with `createCertificate`.
 *
 * Source: Guss, Zhong et al. 2016, Experiment 1.
 */
export class Certificate {
  readonly #kinds: readonly GradientEstimator[];
  readonly #neurons: readonly ProbedNeuron[];
  readonly #look: ReturnType<typeof createProbe>;
  readonly #results: ProbeResult[] = [];

  constructor(readonly settings: CertificateSettings, readonly training: Ddpg) {
    const { agent } = training;
    const { topology, weights } = agent.actor;
    const { certificate: { critics, neurons, minibatches }, learning: { batch, optimiser, discount }, exploration, network, seed } = settings;
    this.#neurons = chooseProbedNeurons(topology, neurons);
    const probed = this.#neurons.map(({ index }) => index);
    const context = { kernels: agent.kernels, topology, weights: weights.values, optimiser: createOptimiser(optimiser, agent.kernels), batchSize: batch, discount, exploration, seed, probed };
    this.#kinds = critics.map((name) => (name === TWIN ? createControlCritic({ ...agent, ...context, gains: network }) : createEstimator(certifiedRule(name), context)));
    const ticks = topology.ticks.length + agent.critic.topology.ticks.length;
    const reference = createReference(agent, training.settings);
    this.#look = createProbe({ reference, kinds: this.#kinds, neurons: this.#neurons, minibatches, ticks });
  }

  /**
   * Trains with probes at intervals and at the end. An aborted run is probed at its last step.
   *
   * @param options `onProbe` is called with each probe
   * @throws DivergenceError where DDPG itself diverges; a kind that diverges is reported and left out from then on
   */
  async run(options: { signal?: AbortSignal; onProbe?: (record: ProbeRecord) => void } = {}): Promise<RunReport> {
    const { signal } = checkRunOptionsWith(options, 'onProbe', ['signal']);
    const { onProbe } = options;
    const { probeEvery } = this.settings.certificate;
    const { agent } = this.training;
    const after = (step: number) => (Math.floor(step / probeEvery) + 1) * probeEvery;
    let due = after(this.settings.learning.warmup);
    const probe = () => {
      const record = this.probe();
      onProbe?.(record);
    };
    const report = await this.training.run({
      ...(signal === undefined ? {} : { signal }),
      onUpdate: () => {
        this.follow();
        if (agent.steps < due) return;
        due = after(agent.steps);
        probe();
      },
    });
    if (agent.updates > 0 && this.#results.at(-1)?.record.step !== agent.steps) probe();
    return report;
  }

  /** Probes now, between two updates. */
  probe(): ProbeRecord {
    const result = this.#look(this.training.agent.steps, this.training.agent.updates);
    this.#results.push(result);
    return result.record;
  }

  certified(): Certified {
    const { critics } = this.settings.certificate;
    return {
      neurons: this.#neurons.map(({ name, layer }) => ({ neuron: name, layer })),
      kinds: this.#kinds.map(({ failure }, k) => describeKind(critics[k], criticRateOf(critics[k], this.settings), failure)),
      probes: this.#results.map(({ record }) => record),
      courses: this.#courses(),
    };
  }

  close(): Promise<void> {
    return this.training.close();
  }

  /** Every kind's TD step on the minibatch of the update that DDPG has just made. */
  follow(): void {
    const { certificate, learning: { finalRateFraction, targetRate }, steps } = this.settings;
    const { actor, transitions, firstStochastic, updates } = this.training.agent;
    const batch: Batch = { ...transitions, activations: actor.activations, firstStochastic, episodeStart: false };
    const share = rateFraction(finalRateFraction, this.training.step, steps);
    this.#kinds.forEach((kind, k) => {
      kind.learn(batch, { criticRate: share * criticRateOf(certificate.critics[k], this.settings), targetRate }, updates);
    });
  }

  #courses(): Course[] {
    const names = [...groupByLayer(this.#neurons).map(({ layer }) => layer), ...this.#neurons.map(({ name }) => name)];
    const half = this.training.step / 2;
    const late = this.#results.filter(({ record }) => record.step > half);
    return names.flatMap((of) => this.#kinds.map(({ name: kind }): Course => {
      const cosine = (result: ProbeResult | undefined): Resampled => result?.cosines.get(kind)?.get(of) ?? Float64Array.of(NaN);
      const defined = late.map(cosine).filter(([value]) => !Number.isNaN(value));
      const [first, last] = [cosine(this.#results.at(0)), cosine(this.#results.at(-1))].map(estimate);
      return { kind, of, first, last, secondHalf: estimate(overProbes(defined)), probes: defined.length };
    }));
  }
}

function describeKind(kind: string, criticRate: number, failure: string | null): Certified['kinds'][number] {
  return { kind, locality: kind === TWIN ? CONTROL_LOCALITY : certifiedRule(kind).localityNote, criticRate, failure };
}

/**
 * Builds DDPG for a task, and the kinds of critics that are to be certified on it.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createCertificate(options: CertificateOptions = {}): Promise<Certificate> {
  await loadModulesOf(options);
  const settings = resolveCertificateSettings(options);
  const hidden = settings.network.hidden.flatMap((size, layer) => Array.from({ length: Math.min(size, settings.certificate.neurons) }, (_, i) => `hidden${layer + 1}[${i}]`));
  return new Certificate(settings, await createDdpg(ddpgSettings(settings, hidden)));
}
