import test from 'ava';

import { createArena } from '../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../src/memory/control.js';
import type { Exchange } from '../../src/supervisor/exchange.js';
import { createPatience } from '../../src/supervisor/patience.js';

const DEPTH = 8;

/** A partition at update 10 that asks a peer on update `peerAt`, which publishes at the `after`-th look. */
function scene(peerAt: number, after = Infinity) {
  const control = attachControl(createArena(controlBlocks(2)));
  control.version.set(1, peerAt);
  let looks = 0;
  const exchange = { settled: () => (looks += 1) >= after } as unknown as Exchange;
  const patience = createPatience(exchange, control, DEPTH);
  patience.turned(1);
  return {
    control,
    /** Looks that waiting took. */
    wait: () => {
      looks = 0;
      patience.await(1, 10, 1);
      return looks;
    },
  };
}

test('a peer on the same update or the one before is waited for until it publishes', (t) => {
  t.is(scene(10, 500).wait(), 500);
  t.is(scene(9, 500).wait(), 500);
});

test('what is there already is not waited for', (t) => {
  t.is(scene(10, 1).wait(), 1);
});

test('a peer that is a few updates behind is left alone, and one that is about to lose the thread is given a turn', (t) => {
  t.is(scene(8).wait(), 1);
  t.is(scene(10 - DEPTH / 2).wait(), 1);
  t.true(scene(10 - DEPTH / 2 - 1).wait() > 1);
});

test('a peer that stands still is waited for once, and again only after it has moved', (t) => {
  const { control, wait } = scene(10);
  t.true(wait() > 1);
  t.is(wait(), 1);
  control.pulse.set(1, control.pulse.get(1) + 1);
  t.true(wait() > 1);
});
