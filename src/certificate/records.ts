import type { Estimate } from './agreement.js';
import type { FiniteDifference } from './finite-difference.js';
import type { Validity } from './validity.js';

/** What a certificate is made of; `docs/certificate.md` explains it field by field. In JSON, undefined values are null. */
export interface ProbeRecord {
  readonly step: number;
  readonly updates: number;
  /** Mean of Q^μ(s, μ(s)) over the minibatches. */
  readonly value: number;
  readonly neurons: readonly NeuronRecord[];
  readonly layers: readonly LayerRecord[];
}

export interface NeuronRecord {
  readonly neuron: string;
  readonly layer: string;
  readonly reference: Validity;
  readonly finiteDifference: FiniteDifference;
  /** By name of the kind. */
  readonly kinds: Readonly<Record<string, NeuronAgreement>>;
}

export interface NeuronAgreement {
  /** Between the mean gradients. */
  readonly cosine: Estimate;
  readonly normRatio: Estimate;
  /** Between the gradients of all minibatches laid end to end. */
  readonly pairedCosine: Estimate;
  /** Mean of Q^n(v, a) over the minibatches. */
  readonly value: number;
}

export interface LayerRecord {
  /** A layer's name, or `hidden` for all hidden layers together. */
  readonly layer: string;
  /** Probed neurons, and how many of them had a valid reference. */
  readonly neurons: number;
  readonly valid: number;
  readonly kinds: Readonly<Record<string, LayerAgreement>>;
}

export interface LayerAgreement {
  /** Of the valid neurons' cosines. */
  readonly mean: Estimate;
  readonly median: Estimate;
  /** Cosine and ratio of lengths of the valid neurons' gradients laid end to end. */
  readonly concatenated: Estimate;
  readonly normRatio: Estimate;
  /** Of all probed neurons, on all minibatches, laid end to end. */
  readonly pairedCosine: Estimate;
}

/** How one kind agreed with the reference in the course of a run: mean cosine of a layer, or cosine of a neuron. */
export interface Course {
  readonly kind: string;
  /** Name of the layer or the neuron. */
  readonly of: string;
  readonly first: Estimate;
  readonly last: Estimate;
  /** Mean over the probes in the second half of the run. */
  readonly secondHalf: Estimate;
  /** Probes in the second half where it was defined. */
  readonly probes: number;
}

/** The name under which all hidden layers are taken together. */
export const ALL_HIDDEN = 'hidden';
