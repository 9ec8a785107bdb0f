import test from 'ava';
import fc from 'fast-check';

import { countOrder, decodeOrder, encodeOrder } from '../../src/journal/order.js';

test('the order of a command is one varint for each event, and a zero at its end', (t) => {
  t.deepEqual([...encodeOrder([0, 2, 3, 1])], [1, 3, 4, 2, 0]);
  t.deepEqual([...encodeOrder([400, 401])], [0x91, 0x03, 0x92, 0x03, 0]);
  t.deepEqual([...encodeOrder([])], [0]);
});

/** Rollouts of drawn actors, which overlap. */
const orders = fc.array(fc.integer({ min: 0, max: 4095 }), { maxLength: 60 }).map((drawn) => {
  const begun = new Set<number>();
  const events = drawn.map((actor) => {
    const ends = begun.delete(actor);
    if (!ends) begun.add(actor);
    return 2 * actor + (ends ? 1 : 0);
  });
  return [...events, ...[...begun].map((actor) => 2 * actor + 1)];
});

test('commands that were encoded are decoded to the same events', (t) => {
  fc.assert(fc.property(fc.array(orders, { maxLength: 4 }), (commands) => {
    const bytes = Uint8Array.from(commands.flatMap((events) => [...encodeOrder(events)]));
    t.deepEqual(decodeOrder(bytes)?.map((events) => [...events]), commands);
    if (commands.length === 1) t.deepEqual(countOrder(bytes), { updates: commands[0].length / 2, ended: true });
  }));
});

const BROKEN: readonly (readonly [string, readonly number[]])[] = [
  ['that ends before it begins', [2, 0]],
  ['that begins twice', [1, 1, 0]],
  ['that does not end', [1, 0]],
  ['without the end of its command', [1, 2]],
  ['whose last number is cut', [1, 2, 0, 0x91]],
  ['with a number of more than four bytes', [0x81, 0x81, 0x81, 0x81, 0x01, 0]],
];

for (const [kind, bytes] of BROKEN) {
  test(`a rollout ${kind} is no order`, (t) => {
    t.is(decodeOrder(Uint8Array.from(bytes)), undefined);
    t.false(countOrder(Uint8Array.from(bytes)).ended);
  });
}
