import { isRecord } from '../src/entries/internals.js';
import type { Table } from '../src/entries/study.js';
import { tell, type Measurement } from './measure.js';

/** What a run of the bench leaves in its file. */
export interface BenchFile {
  readonly node: string;
  readonly cores: number;
  readonly measurements: readonly Measurement[];
}

/** @throws TypeError naming the file */
export function readBenchFile(path: string, text: string): BenchFile {
  const file: unknown = JSON.parse(text);
  if (!isBenchFile(file)) throw new TypeError(`"${path}" expected a file that \`npm run bench -- --json\` wrote`);
  return file;
}

function isBenchFile(file: unknown): file is BenchFile {
  return isRecord(file) && Array.isArray(file.measurements) && file.measurements.every((each) => isRecord(each) && typeof each.name === 'string' && typeof each.median === 'number');
}

/** How a figure changed from one run to another. */
export interface Change {
  readonly name: string;
  readonly before: Measurement;
  readonly after: Measurement;
  /** Above 1 where it became better. */
  readonly gain: number;
  readonly verdict: 'slower' | 'faster' | 'same';
}

/** Figures that both runs have. One has changed where no repeat of one run reached any of the other's: within that it is the same. */
export function compareRuns(before: BenchFile, after: BenchFile): Change[] {
  const old = new Map(before.measurements.map((each) => [`${each.section}: ${each.name}`, each]));
  return after.measurements.flatMap((now): Change[] => {
    const name = `${now.section}: ${now.name}`;
    const then = old.get(name);
    return then === undefined ? [] : [{ name, before: then, after: now, ...judge(then, now) }];
  });
}

function judge(then: Measurement, now: Measurement): Pick<Change, 'gain' | 'verdict'> {
  const more = now.better === 'more';
  const gain = more ? now.median / then.median : then.median / now.median;
  const apart = now.min > then.max || now.max < then.min;
  if (!apart) return { gain, verdict: 'same' };
  return { gain, verdict: gain < 1 ? 'slower' : 'faster' };
}

/** What got slower, or faster, beyond the spread; the worst first. */
export function changesTable(changes: readonly Change[]): Table {
  const rows = changes
    .filter(({ verdict }) => verdict !== 'same')
    .toSorted((a, b) => a.gain - b.gain)
    .map(({ name, before, after, gain, verdict }) => [name, tell(before), tell(after), after.unit, gain.toFixed(2), verdict]);
  return { columns: [{ name: '' }, ...['before', 'after'].map((name) => ({ name, numeric: true })), { name: '' }, { name: 'gain', numeric: true }, { name: '' }], rows };
}
