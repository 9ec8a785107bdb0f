import type { Estimate } from './estimate.js';

/** Fewer seeds than this give no verdict, and a warning. */
export const FEW_SEEDS = 5;

/** Cell without a value. */
export const NOTHING = '–';

/** `12,000` */
export function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : Math.round(value).toLocaleString('en');
}

/** A return: one digit after the point, two below 10. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** `-200.0 to -120.0` */
export function interval(found: Pick<Estimate, 'interval'> | null | undefined): string {
  return found === null || found === undefined ? NOTHING : `${score(found.interval[0])} to ${score(found.interval[1])}`;
}

/** `3.57 [2.72, 4.00]`. @param digits after the point; those of a return unless given */
export function withInterval(found: Pick<Estimate, 'mean' | 'interval'> | null | undefined, digits?: number): string {
  if (found === null || found === undefined) return NOTHING;
  const show = (value: number) => (digits === undefined ? score(value) : value.toFixed(digits));
  return `${show(found.mean)} [${found.interval.map(show).join(', ')}]`;
}

/** `12.5 %` */
export function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(4))} %`;
}

/** `1 seed`, `5 seeds` */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `seed 1`, `seeds 1 to 5` */
export function seedRange(seeds: number): string {
  return seeds === 1 ? 'seed 1' : `seeds 1 to ${seeds}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
