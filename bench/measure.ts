/** What the sections of the bench have in common: how times are taken and reported. */
import { loadavg } from 'node:os';

import { median, type Table } from '../src/entries/study.js';

/** The middle of the repeats, and the ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One figure, for a file that another run can be compared with. */
export interface Measurement extends Spread {
  readonly section: string;
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

export interface SectionResult {
  readonly tables: readonly { readonly title: string; readonly table: Table }[];
  readonly measurements: readonly Measurement[];
}

export interface Effort {
  readonly repeats: number;
  /** Of running, of each contender in each repeat. */
  readonly seconds: number;
}

export interface Section {
  readonly name: string;
  /** Default without flags. */
  readonly effort: Effort;
  measure(effort: Effort): Promise<SectionResult>;
}

/** Something that can be done over and over. */
export interface Contender {
  readonly name: string;
  readonly run: () => void;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** `x` times each of what was spread, or `x` over it. */
export const scaled = ({ median: middle, min, max }: Spread, x: number): Spread => ({ median: x * middle, min: x * min, max: x * max });
export const inverted = ({ median: middle, min, max }: Spread, x: number): Spread => ({ median: x / middle, min: x / max, max: x / min });

/** `1.92 [1.81, 1.95]` */
export const tell = ({ median: middle, min, max }: Spread, digits = 2): string => `${middle.toFixed(digits)} [${min.toFixed(digits)}, ${max.toFixed(digits)}]`;

/** The processes that wanted to run over the last minute, for a title: figures of a busy machine are worth less. */
export const describeLoad = (): string => `load ${loadavg()[0].toFixed(1)}`;

/** Milliseconds of running before anything is measured, so that all is compiled. */
const WARM_UP = 20;

/**
 * Runs all contenders interleaved, beginning with another one in each repeat.
 *
 * @param seconds that one turn takes, about; a contender that takes longer runs once
 * @returns seconds of one run; [contenders][repeats]
 */
export function takeTurns(contenders: readonly Contender[], { repeats, seconds }: Effort): number[][] {
  const calls = contenders.map(({ run }) => {
    const begin = performance.now();
    while (performance.now() - begin < WARM_UP) run();
    return Math.max(1, Math.round(seconds / Math.min(...[1, 2, 3, 4, 5].map(() => timed(run, 1)))));
  });
  const times = contenders.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const at = (repeat + turn) % contenders.length;
      times[at].push(timed(contenders[at].run, calls[at]));
    }
  }
  return times;
}

/** Seconds of one of `calls` calls. */
function timed(run: () => void, calls: number): number {
  const begin = performance.now();
  for (let i = 0; i < calls; i += 1) run();
  return Math.max(1e-9, (performance.now() - begin) / 1000 / calls);
}
