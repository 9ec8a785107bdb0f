import { NOT_NEGATIVE, number } from '../options/kind.js';
import { option, type SettingsOf } from '../options/row.js';

const group = 'Exploration';
const fraction = number({ min: 0, max: 1 });

export const OUTPUT_NOISE = option('exploration.output', number(NOT_NEGATIVE), {
  default: 0.8, flag: '--output-noise', argument: 'sd', formerly: ['--noise'], help: 'standard deviation of the exploration noise on output voltages', group,
});

export const HIDDEN_NOISE = option('exploration.hidden', number(NOT_NEGATIVE), {
  default: 0, flag: '--hidden-noise', argument: 'sd', help: 'standard deviation of the exploration noise on hidden voltages, for rules that learn from it', group,
});

export const WARMUP_NOISE = option('exploration.warmup', number(NOT_NEGATIVE), {
  default: 1, flag: '--warmup-noise', argument: 'sd', help: 'standard deviation on output voltages before the first update', group,
});

/** A correlation of 1 would let the noise grow without end. */
export const CORRELATION = option('exploration.correlation', number({ min: 0, max: 1, below: true }), {
  default: 0, flag: '--noise-correlation', argument: 'rho', help: 'correlation of a neuron\'s noise with that of the step before; 0: white noise', group,
});

export const FINAL_NOISE = option('exploration.finalFraction', fraction, {
  default: 1, flag: '--final-noise-fraction', argument: 'fraction', formerly: ['--final-noise', 'exploration.final'], help: 'fraction of the noise left at the last step, after linear decay', group,
});

export const EXPLORATION = [OUTPUT_NOISE, HIDDEN_NOISE, WARMUP_NOISE, CORRELATION, FINAL_NOISE] as const;

/** Standard deviations of the noise ξ on voltages, correlation ρ of successive ξ of one neuron, and the fraction left at the end. */
export type ExplorationScale = SettingsOf<(typeof EXPLORATION)[number]>['exploration'];
