import type { Table } from '../report/table.js';
import type { AsyncStudySettings } from './async-settings.js';
import type { AsyncRow, DelayRow, Reach } from './async-summary.js';
import type { HalfGain } from './half-gain.js';
import { interval, NOTHING, numeric, score, whole } from './tables.js';

/** A table of a study of delays, and what it is about. */
export interface AsyncFindings {
  readonly title: string;
  readonly table: Table;
}

/** Half-gain delays, returns and times. */
export function asyncFindings(settings: AsyncStudySettings, rows: readonly AsyncRow[]): AsyncFindings[] {
  if (rows.length === 0) return [];
  return [
    { title: 'Delay at which half of the gain is lost', table: halfGainTable(settings, rows) },
    { title: 'Return against delay', table: returnTable(rows) },
    { title: 'Virtual time, asynchronous and with barriers', table: timeTable(rows) },
  ];
}

function halfGainTable({ delays }: AsyncStudySettings, rows: readonly AsyncRow[]): Table {
  const longest = delays[delays.length - 1];
  return {
    columns: [{ name: 'algorithm' }, ...['seeds', 'random policy', 'gain without delay', '95 % interval', 'half lost at delay', '95 % interval', 'resamples in which it never is'].map(numeric)],
    rows: rows.map(({ algorithm, randomReturn, reference, gain }) => [
      algorithm,
      String(reference.seeds),
      score(randomReturn),
      score(gain?.gain ?? null),
      interval(gain?.gainInterval ?? null),
      ...(gain === null ? [NOTHING, NOTHING, NOTHING] : describeHalfGain(gain.halfGain, longest)),
    ]),
  };
}

const NO_GAIN = 'no gain to lose';

function describeHalfGain(half: HalfGain | null, longest: number): string[] {
  if (half === null) return [NO_GAIN, NOTHING, NOTHING];
  const [low, high] = half.interval;
  return [shownDelay(half.delay, longest), `${shownDelay(low, longest)} to ${shownDelay(high, longest)}`, `${(100 * half.never).toFixed(1)} %`];
}

/** `12.3`, or `> 256` beyond the longest delay that was tried. */
function shownDelay(delay: number | null, longest: number): string {
  return delay === null ? `> ${longest}` : delay.toFixed(1);
}

function returnTable(rows: readonly AsyncRow[]): Table {
  return {
    columns: [{ name: 'algorithm' }, ...['delay', 'seeds', 'diverged', 'return at the end', '95 % interval', 'gain kept', 'steps half way', 'steps to threshold'].map(numeric)],
    rows: rows.flatMap(({ algorithm, reference, delays, gain }) => [reference, ...delays].map((row, i) => [
      algorithm,
      shortDelay(row),
      String(row.seeds),
      String(row.diverged),
      score(row.meanReturn),
      interval(row.interval),
      i === 0 || gain === null ? NOTHING : describeKept(gain.kept?.[i - 1]),
      describeSteps(row.halfWay, row),
      describeSteps(row.threshold, row),
    ])),
  };
}

function describeKept(kept: number | undefined): string {
  return kept === undefined ? NO_GAIN : `${(100 * kept).toFixed(0)} %`;
}

function timeTable(rows: readonly AsyncRow[]): Table {
  return {
    columns: [{ name: 'algorithm' }, ...['delay', 'whole run', 'with barriers', 'half way', 'with barriers', 'to threshold', 'with barriers'].map(numeric)],
    rows: rows.flatMap(({ algorithm, delays }) => delays.map((row) => [
      algorithm,
      shortDelay(row),
      whole(row.time),
      whole(row.barrierTime),
      ...[row.halfWay, row.threshold].flatMap((reach) => [whole(reach?.time ?? null), whole(reach?.barrierTime ?? null)]),
    ])),
  };
}

function shortDelay({ delay }: DelayRow): string {
  return delay === null ? 'barriers' : whole(delay);
}

/** `12,000 (3 of 5)` */
function describeSteps(reach: Reach | null, { seeds }: DelayRow): string {
  if (reach === null) return NOTHING;
  return reach.steps === null ? 'none' : `${whole(reach.steps)} (${reach.reached} of ${seeds})`;
}
