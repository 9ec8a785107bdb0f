import type { Estimate } from './estimate.js';
import { interval, NOTHING, plural, score, withInterval } from './format.js';
import type { GainSummary, HalfGain } from './half-gain.js';
import type { BaseRow, StudyColumn } from './study.js';

const NO_GAIN = 'no gain to lose';

/** `12.3`, or `> 256` beyond the longest delay. */
function shownDelay(delay: number | null, longest: number): string {
  return delay === null ? `> ${longest}` : delay.toFixed(1);
}

/** `3.1 to > 256` */
function halfGainInterval({ interval: [low, high] }: HalfGain, longest: number): string {
  return `${shownDelay(low, longest)} to ${shownDelay(high, longest)}`;
}

/** As a picture shows it: a delay beyond the longest is at it. */
export function halfGainBar(half: HalfGain | null, longest: number): Estimate | null {
  return half && { mean: half.delay ?? longest, interval: [half.interval[0] ?? longest, half.interval[1] ?? longest], values: [] };
}

/** Columns of a row that holds the gain of one algorithm. @param longest delay that was tried */
export function halfGainColumns(longest: number): StudyColumn<Pick<BaseRow, 'seeds' | 'randomReturn'> & { readonly gain: GainSummary | null }>[] {
  return [
    ['seeds', ({ seeds }) => String(seeds)],
    ['random policy', ({ randomReturn }) => score(randomReturn)],
    ['gain without delay', ({ gain }) => score(gain?.gain)],
    ['95 % interval', ({ gain }) => interval(gain && { interval: gain.gainInterval })],
    ['half lost at delay', ({ gain }) => (gain === null ? NOTHING : gain.halfGain === null ? NO_GAIN : shownDelay(gain.halfGain.delay, longest))],
    ['95 % interval', ({ gain }) => (gain?.halfGain ? halfGainInterval(gain.halfGain, longest) : NOTHING)],
    ['resamples in which it never is', ({ gain }) => (gain?.halfGain ? `${(100 * gain.halfGain.never).toFixed(1)} %` : NOTHING)],
  ];
}

/** `10 %` of the gain without delay, at the delay with this index. */
export function gainKept(gain: GainSummary | null, index: number): string {
  if (gain === null || index < 0) return NOTHING;
  return gain.kept === null ? NO_GAIN : `${(100 * gain.kept[index]).toFixed(0)} %`;
}

/** What an algorithm gains and at what delay it loses half of that, in a sentence. */
export function halfGainFinding(algorithm: string, gain: GainSummary | null, longest: number): string {
  if (gain === null) return `${algorithm}: no seed has all of its trials yet.`;
  const over = withInterval({ mean: gain.gain, interval: gain.gainInterval });
  if (gain.halfGain === null) return `${algorithm} has no gain that a delay could take: without delay it lies ${over} above the random policy, an interval that reaches down to 0.`;
  const { delay } = gain.halfGain;
  const found = delay === null ? `keeps more than half of it at every delay up to ${plural(longest, 'update')}` : `loses half of it at a delay of ${delay.toFixed(1)} updates (95 % interval ${halfGainInterval(gain.halfGain, longest)})`;
  return `${algorithm} gains ${over} over the random policy without delay, and ${found}.`;
}
