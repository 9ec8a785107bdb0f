import test from 'ava';

import { JournalError } from '../../src/errors.js';
import { TAKEN } from '../../src/journal/entries.js';
import type { Journal } from '../../src/journal/read-journal.js';
import { checkRepeatable } from '../../src/simulation/repeatable.js';
import { resolveSettings } from '../../src/index.js';
import { createPlan } from '../../src/supervisor/plan.js';
import { bytesOf, type Call } from '../journal/fixture.js';

const plan = createPlan(resolveSettings({ partitions: 2, network: { hidden: [4] } }));
const SHAPE = { ticks: 2, peers: 1 };

const act: Call = { kind: 'act' };
const end: Call = { kind: 'end' };
const update = (sources: number[], steps = 0): Call => ({ kind: 'update', stored: 0, steps, sources });

function journalOf(programs: readonly Call[][], rest: Partial<Journal> = {}): Journal {
  const logs = programs.map((calls) => ({ bytes: bytesOf({ shape: SHAPE, calls: [...calls, end] }), updates: calls.filter(({ kind }) => kind === 'update').length }));
  return { ticks: 2, partitions: 2, goal: 1, settings: {}, digest: 'x', shape: SHAPE, halts: [1], logs, stopped: false, weightsSha256: 'x', ...rest };
}

test('a journal that can happen is taken: voltages that were published, versions that were there, steps that were taken', (t) => {
  t.notThrows(() => { checkRepeatable(journalOf([[act, act, update([TAKEN, TAKEN], 1), update([1, 1], 1)], [act, act, update([TAKEN, 0]), update([TAKEN, 1])]]), plan); });
});

/** None of these ends. */
const NEVER: [string, readonly Call[][], RegExp][] = [
  ['a version that the peer never makes', [[act, act, update([5, 5])], [act, act]], /^the journal breaks at update 0 of partition 0 \(waits for what never comes\)$/],
  ['voltages that the peer never publishes', [[act, act, update([TAKEN, TAKEN])], [act, act]], /update 0 of partition 0 \(waits/],
  ['two updates that wait for one another', [[act, act, update([1, 1])], [act, act, update([1, 1])]], /update 0 of partition 0 \(waits/],
  ['a step that waits for itself', [[update([0, 0], 1), act, act], [act, act]], /update 0 of partition 0 \(waits/],
];

for (const [kind, programs, message] of NEVER) {
  test(`a journal with ${kind} is refused`, (t) => {
    t.throws(() => { checkRepeatable(journalOf(programs), plan); }, { instanceOf: JournalError, message });
  });
}

const REST: [string, Partial<Journal>, RegExp][] = [
  ['ticks of another network', { shape: { ticks: 3, peers: 1 } }, /updates of 3 ticks, in a network of 2/],
  ['a command without end', { halts: [2000], goal: 2000 }, /a command of more than 1000 steps/],
  ['a goal that it does not come to', { goal: 5 }, /a run to step 5 that ends at step 1/],
];

for (const [kind, rest, message] of REST) {
  test(`a journal with ${kind} is refused`, (t) => {
    t.throws(() => { checkRepeatable(journalOf([[act, act], [act, act]], rest), plan); }, { instanceOf: JournalError, message });
  });
}
