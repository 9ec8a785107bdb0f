import test from 'ava';
import fc from 'fast-check';

import { JournalError, OptionTypeError } from '../../src/errors.js';
import { encodeClosing, encodeHeader, type JournalHeader } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/read-journal.js';

const HEADER: JournalHeader = { ticks: 2, partitions: 2, goal: 10, settings: { seed: 1 }, digest: 'x' };

/** A journal of no command with a right checksum, whatever its header says. */
function journalOf(header: object): Uint8Array {
  const closing = encodeClosing(0, 0, { updates: [0, 0], stopped: true, weightsSha256: 'x' });
  return Buffer.concat([encodeHeader({ ...HEADER, ...header }), closing]);
}

const HEADERS: [string, object][] = [
  ['more partitions than there are', { partitions: 2 ** 53 - 1 }],
  ['no partition', { partitions: 0 }],
  ['half a partition', { partitions: 1.5 }],
  ['ticks that no settings describe', { ticks: 2 ** 40 }],
  ['negative ticks', { ticks: -1 }],
  ['a goal that is no number', { goal: null }],
  ['no digest', { digest: undefined }],
  ['settings that are nested too deep', { settings: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown }],
];

for (const [kind, header] of HEADERS) {
  test(`a forged journal with ${kind} is refused in its header`, (t) => {
    t.throws(() => readJournal(journalOf(header)), { instanceOf: JournalError, message: 'the journal breaks in its header (settings that cannot be read)' });
  });
}

test('with any header, a journal is read or refused as one', (t) => {
  t.notThrows(() => readJournal(journalOf({})));
  for (const bytes of [undefined, null, 'journal.bin', [1, 2]]) t.throws(() => readJournal(bytes as never), { instanceOf: OptionTypeError, message: /^"bytes" expected the bytes of a journal, got / });
  fc.assert(
    fc.property(fc.constantFrom('ticks', 'partitions', 'goal', 'settings', 'digest', 'halts', '__proto__'), fc.oneof(fc.jsonValue(), fc.integer(), fc.double()), (key, value) => {
      let fault: unknown;
      try {
        readJournal(journalOf(Object.fromEntries([[key, value]])));
      } catch (error) {
        fault = error;
      }
      t.true(fault === undefined || fault instanceof JournalError, String(fault));
    }),
    { numRuns: 500, seed: 1 },
  );
});
