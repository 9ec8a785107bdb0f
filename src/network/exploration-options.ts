import { NOT_NEGATIVE, number } from '../options/kind.js';
import { option, type SettingsOf } from '../options/row.js';

const group = 'Exploration';
const share = number({ min: 0, max: 1 });

export const NOISE = option('exploration.output', number(NOT_NEGATIVE), { default: 0.8, flag: '--noise', argument: 'deviation', help: 'exploration of output neurons, in voltage', group });

export const HIDDEN_NOISE = option('exploration.hidden', number(NOT_NEGATIVE), {
  default: 0, flag: '--hidden-noise', argument: 'deviation', help: 'exploration of hidden neurons, for rules that need it', group,
});

export const WARMUP_NOISE = option('exploration.warmup', number(NOT_NEGATIVE), {
  default: 1, flag: '--warmup-noise', argument: 'deviation', help: 'exploration of output neurons before learning starts', group,
});

/** A correlation of 1 would let the noise grow without end. */
export const CORRELATION = option('exploration.correlation', number({ min: 0, max: 1, below: true }), {
  default: 0, flag: '--noise-correlation', argument: 'share', help: 'share of a neuron\'s noise that lasts into the next step; 0: white noise', group,
});

export const FINAL_NOISE = option('exploration.final', share, {
  default: 1, flag: '--final-noise', argument: 'share', help: 'share of the exploration left at the last step; it falls to it in a straight line', group,
});

export const EXPLORATION = [NOISE, HIDDEN_NOISE, WARMUP_NOISE, CORRELATION, FINAL_NOISE] as const;

/** Standard deviations ξ of the noise on voltages, ρ of successive ξ of one neuron, and what is left of them at the end. */
export type ExplorationScale = SettingsOf<(typeof EXPLORATION)[number]>['exploration'];
