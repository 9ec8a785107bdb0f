import test from 'ava';

import { fuzz } from '../../bench/fuzz/campaign.js';
import type { Kind } from '../../bench/fuzz/case.js';

/** Of each kind: a few in the tests, thousands by `npm run study:fuzz`. */
const CASES = 6;

/** A busy machine takes its time; what limits a case is its processor time. */
const PATIENCE = 10 * 60_000;

const GROUPS: readonly (readonly Kind[])[] = [['configurations', 'graphs', 'flags'], ['checkpoints', 'journals', 'trials', 'calls']];

for (const kinds of GROUPS) {
  test.serial(`altered ${kinds.join(', ')} end with success or a one-line error`, async (t) => {
    t.timeout(PATIENCE);
    const { totals, failures } = await fuzz({ seed: 7, kinds, cases: CASES, first: 0, alone: CASES, workers: 2, keep: undefined });
    t.deepEqual(failures, []);
    t.deepEqual(totals.map(({ kind, cases, alone }) => [kind, cases, alone > 0]), kinds.map((kind) => [kind, CASES, true]));
  });
}
