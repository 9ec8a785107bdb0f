import test from 'ava';

import { JournalError } from '../../src/errors.js';
import { TAKEN } from '../../src/journal/entries.js';
import type { Journal } from '../../src/journal/read-journal.js';
import { checkRepeatable } from '../../src/simulation/repeatable.js';
import { resolveSettings } from '../../src/index.js';
import { createRunLayout } from '../../src/placement/partitioned/run-layout.js';
import { VERSIONS } from '../../src/placement/partitioned/peer-parameters.js';
import { bytesOf, type Call } from '../journal/fixture.js';

const plan = createRunLayout(resolveSettings({ partitions: 2, network: { hidden: [4] }, learning: { batch: 1, replay: 256, warmup: 2 } }));
const SHAPE = { ticks: 2, peers: 1 };

const end: Call = { kind: 'end' };
const acts = (count: number): Call[] => new Array<Call>(count).fill({ kind: 'act' });
const update = (sources: number[], steps = 3): Call => ({ kind: 'update', stored: steps, steps, sources });
const times = <Item>(count: number, item: Item): Item[] => new Array<Item>(count).fill(item);

/** All acting ticks that the run has before its first update. */
const WARM = acts(6);
const BOTH_TAKEN = update([TAKEN, TAKEN]);

function journalOf(programs: readonly Call[][], rest: Partial<Journal> = {}): Journal {
  const logs = programs.map((calls) => ({ bytes: bytesOf({ shape: SHAPE, calls: [...calls, end] }), updates: calls.filter(({ kind }) => kind === 'update').length }));
  return { ticks: 2, partitions: 2, goal: 3, settings: {}, digest: 'x', shape: SHAPE, halts: [3], logs, stopped: false, weightsSha256: 'x', ...rest };
}

test('a journal that can happen is taken: voltages that were published, versions that were there, steps that were taken', (t) => {
  t.notThrows(() => { checkRepeatable(journalOf([[...WARM, BOTH_TAKEN, update([1, 1])], [...WARM, update([TAKEN, 0]), update([TAKEN, 1])]]), plan); });
});

test('a partition may be as far ahead as its kept versions for the peer allow, and no further', (t) => {
  const { exchange: { depth } } = plan;
  const ahead = (version: number) => journalOf([[...WARM, ...times(depth + 2, update([0, 0]))], [...WARM, update([version, version]), BOTH_TAKEN]]);
  t.notThrows(() => { checkRepeatable(ahead(depth + 1), plan); });
  t.throws(() => { checkRepeatable(ahead(depth + 2), plan); }, { instanceOf: JournalError, message: /of partition 0 \(waits for what never comes\)/ });
});

/** None of these ends. */
const NEVER: [string, readonly Call[][], RegExp][] = [
  ['a version that the peer never makes', [[...WARM, update([5, 5])], WARM], /^the journal breaks at update 0 of partition 0 \(waits for what never comes\)$/],
  ['voltages that the peer never publishes', [[...WARM, BOTH_TAKEN], WARM], /update 0 of partition 0 \(waits/],
  ['two updates that wait for one another', [[...WARM, update([1, 1])], [...WARM, update([1, 1])]], /update 0 of partition 0 \(waits/],
  ['a step that waits for itself', [[update([0, 0], 4), ...acts(8)], acts(8)], /update 0 of partition 0 \(waits/],
  ['an answer that waits for an update that waits for it', [[...acts(10), update([0, 0])], [...WARM, update([1, 1]), ...acts(4)]], /update 0 of partition 0 \(waits/],
  ['a version that the peer overwrites before it is read', [[...WARM, ...times(VERSIONS + 1, BOTH_TAKEN)], [...WARM, BOTH_TAKEN, update([0, VERSIONS]), ...times(VERSIONS - 1, BOTH_TAKEN)]], /\(waits/],
  ['an update in its warm-up', [[...WARM, update([0, 0], 2)], WARM], /update 0 of partition 0 \(learns before its warm-up is over\)/],
];

for (const [kind, programs, message] of NEVER) {
  test(`a journal with ${kind} is refused`, (t) => {
    t.throws(() => { checkRepeatable(journalOf(programs), plan); }, { instanceOf: JournalError, message });
  });
}

const REST: [string, Partial<Journal>, RegExp][] = [
  ['ticks of another network', { shape: { ticks: 3, peers: 1 } }, /updates of 3 ticks, in a network of 2/],
  ['a command without end', { halts: [2000], goal: 2000 }, /a command of more than 1000 steps/],
  ['a goal that it does not come to', { goal: 5 }, /a run to step 5 that ends at step 3/],
];

for (const [kind, rest, message] of REST) {
  test(`a journal with ${kind} is refused`, (t) => {
    t.throws(() => { checkRepeatable(journalOf([WARM, WARM], rest), plan); }, { instanceOf: JournalError, message });
  });
}
