/** Elementwise activations σ and their derivatives. */
export interface Activation {
  readonly name: ActivationName;
  /** Range of the voltage, where it is bounded. */
  readonly low: number;
  readonly high: number;
  /** σ(z) */
  readonly value: (weightedInput: number) => number;
  /** σ'(z), from the voltage σ(z), which is what peers publish: z stays with the thread that computed it. */
  readonly slope: (voltage: number) => number;
}

export const ACTIVATION_NAMES = ['tanh', 'relu', 'logistic', 'linear'] as const;
export type ActivationName = (typeof ACTIVATION_NAMES)[number];

export const ACTIVATIONS: Record<ActivationName, Activation> = {
  tanh: {
    name: 'tanh',
    low: -1,
    high: 1,
    value: (z) => Math.tanh(z),
    slope: (voltage) => 1 - voltage * voltage,
  },
  relu: {
    name: 'relu',
    low: 0,
    high: Infinity,
    value: (z) => (z > 0 ? z : 0),
    slope: (voltage) => (voltage > 0 ? 1 : 0),
  },
  logistic: {
    name: 'logistic',
    low: 0,
    high: 1,
    value: (z) => 1 / (1 + Math.exp(-z)),
    slope: (voltage) => voltage * (1 - voltage),
  },
  linear: {
    name: 'linear',
    low: -Infinity,
    high: Infinity,
    value: (z) => z,
    slope: () => 1,
  },
};
