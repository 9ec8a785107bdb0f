import type { Estimate } from './estimate.js';

/** Fewer seeds than this give no verdict. */
const LEAST_SEEDS = 3;

/** The effect of a change on the return, by the interval of their difference. */
export type Verdict = 'helps' | 'harms' | 'no clear difference';

/** The interval lies above 0 as a whole, below it, or neither; null with fewer than three seeds. */
export function verdictOf({ interval: [low, high], values }: Estimate): Verdict | null {
  if (values.length < LEAST_SEEDS) return null;
  if (low > 0) return 'helps';
  return high < 0 ? 'harms' : 'no clear difference';
}

/** `helps in 3 of 4 networks, makes no clear difference in 1 and harms in none` */
export function countVerdicts(verdicts: readonly (Verdict | null)[], noun: string): string {
  const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length || 'none';
  return `helps in ${count('helps')} of ${verdicts.length} ${noun}, makes no clear difference in ${count('no clear difference')} and harms in ${count('harms')}`;
}
