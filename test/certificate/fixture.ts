import { createCertificate, type Certificate } from '../../src/certificate/certificate.js';
import type { GradientEstimator } from '../../src/certificate/estimator.js';
import type { Reference } from '../../src/certificate/reference.js';
import type { CertificateOptions } from '../../src/certificate/settings.js';

/** A run of a second or so. */
export const TINY: CertificateOptions = {
  network: { hidden: [6, 5] },
  learning: { warmup: 64, batch: 16 },
  steps: 160,
  certificate: { neurons: 2, probeEvery: 40, minibatches: 8, utilitySeeds: 0 },
};

export function tinyCertificate({ certificate, ...options }: CertificateOptions = {}): Promise<Certificate> {
  return createCertificate({ ...TINY, ...options, certificate: { ...TINY.certificate, ...certificate } });
}

/** A reference of numbers: minibatch m has gradient `gradients[m]`, for every neuron. */
export function madeUpReference(gradients: readonly (readonly number[])[]): Reference {
  let at = 0;
  const none = new Float32Array(0);
  const activations = { lanes: 0, voltages: none, weightedInputs: none };
  const row = () => Float32Array.from(gradients[at]);
  return {
    batch: { size: 0, reward: none, discounts: none, sampled: none, activations, firstStochastic: 0, episodeStart: false },
    value: 0,
    gradientOf: row,
    addMagnitudes(_neuron, sum) {
      row().forEach((each, j) => (sum[j] += Math.abs(each)));
    },
    draw(index) {
      at = index % gradients.length;
    },
    check: () => ({ weights: [], along: NaN, error: NaN }),
  };
}

/** A kind that says what it is told to say of the reference. */
export function madeUpKind(name: string, say: (neuron: number) => Float32Array): GradientEstimator {
  return { name, failure: null, learn: () => undefined, probe: () => undefined, gradientOf: say, valueOf: () => 0 };
}
