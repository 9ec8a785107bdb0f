import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';

const EXACT = 64; // ages below this have a bin each
const BINS_PER_OCTAVE = 32; // above, bins are at most 1/32 of the age wide
const BINS = EXACT + (31 - 6) * BINS_PER_OCTAVE;
const MAXIMUM = BINS; // the row's last words: the exact maximum, and the rows a partition computed for a peer
const HELPED = BINS + 1;
const ROW = BINS + 2;

/** The staleness ledger: for each partition, how old in versions the voltages were that it read from its peers. */
export function ledgerBlocks(partitions: number): BlockRequest[] {
  return [{ name: 'ledger', type: 'uint32', shape: [partitions, ROW], owner: 'each partition its own row' }];
}

/** What one partition has read so far. */
export interface Staleness {
  /** Reads of a peer's published voltages. */
  readonly reads: number;
  /** Half of the reads were at most this many versions behind; above 63 to within 1/32; 0 where nothing was read. */
  readonly median: number;
  /** Versions behind, exact. */
  readonly max: number;
  /** Times a peer's voltages were not there yet and were computed here from the peer's weights instead. */
  readonly helped: number;
  /** The ages of these reads. */
  readonly voltages: { readonly histogram: readonly AgeBin[] };
}

/** The lowest age of a bin, and how many reads are in it. Exact below 64 versions, above to within 1/32. */
export type AgeBin = readonly [age: number, count: number];

function binOf(age: number): number {
  if (age < EXACT) return age;
  const octave = 31 - Math.clz32(age);
  return EXACT + (octave - 6) * BINS_PER_OCTAVE + (age >>> (octave - 5)) - BINS_PER_OCTAVE;
}

function lowestAge(bin: number): number {
  if (bin < EXACT) return bin;
  const octave = Math.floor((bin - EXACT) / BINS_PER_OCTAVE) + 6;
  return (((bin - EXACT) % BINS_PER_OCTAVE) + BINS_PER_OCTAVE) * 2 ** (octave - 5);
}

export interface Ledger {
  /** Records a read of voltages `age` versions old; a peer that is ahead counts as 0. */
  read(age: number): void;
  /** Records that a peer's voltages were computed here. */
  help(): void;
}

/** The ledger of one partition, for writing. */
export function attachLedger(arena: Arena, partition: number): Ledger {
  const row = arena.uint32('ledger').subarray(partition * ROW, (partition + 1) * ROW);
  return {
    read(age) {
      const behind = Math.max(0, age);
      row[binOf(behind)] += 1;
      if (behind > row[MAXIMUM]) row[MAXIMUM] = behind;
    },
    help() {
      row[HELPED] += 1;
    },
  };
}

/** Reads what a partition has recorded. */
export function readLedger(arena: Arena, partition: number): Staleness {
  const row = arena.uint32('ledger').subarray(partition * ROW, (partition + 1) * ROW);
  return { ...summarise(row.subarray(0, BINS)), max: row[MAXIMUM], helped: row[HELPED] };
}

/** The staleness of all partitions together. */
export function readWholeLedger(arena: Arena, partitions: number): Staleness {
  const all = new Uint32Array(BINS);
  let max = 0;
  let helped = 0;
  const ledger = arena.uint32('ledger');
  for (let partition = 0; partition < partitions; partition += 1) {
    const row = ledger.subarray(partition * ROW, (partition + 1) * ROW);
    for (let bin = 0; bin < BINS; bin += 1) all[bin] += row[bin];
    max = Math.max(max, row[MAXIMUM]);
    helped += row[HELPED];
  }
  return { ...summarise(all), max, helped };
}

function summarise(bins: Uint32Array): Pick<Staleness, 'reads' | 'median' | 'voltages'> {
  const reads = bins.reduce((sum, count) => sum + count, 0);
  const voltages = { histogram: [...bins.keys()].filter((bin) => bins[bin] > 0).map((bin): AgeBin => [lowestAge(bin), bins[bin]]) };
  let seen = 0;
  for (let bin = 0; bin < bins.length; bin += 1) {
    seen += bins[bin];
    if (reads > 0 && seen * 2 >= reads) return { reads, median: lowestAge(bin), voltages };
  }
  return { reads, median: 0, voltages };
}
