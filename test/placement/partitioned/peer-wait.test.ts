import test from 'ava';

import { createArena } from '../../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../../src/memory/control.js';
import type { ActivationExchange } from '../../../src/placement/partitioned/activation-exchange.js';
import { createPeerWait } from '../../../src/placement/partitioned/peer-wait.js';

/** Its turns have taken a millisecond each; every look takes a tenth. */
const [TURN, LOOK] = [1, 0.1];

interface Scene {
  /** The update that the publisher is at; the partition itself is at 10. */
  readonly publisherAt: number;
  /** The look at which the voltages are there. */
  readonly after?: number;
  /** Whether the publisher's pulse moves at every look. */
  readonly alive?: boolean;
  /** Who publishes: partition 1 itself, or 2 in its place. */
  readonly publisher?: number;
}

/** A partition that asks for the voltages of partition 1. */
function scene({ publisherAt, after = Infinity, alive = false, publisher = 1 }: Scene) {
  const control = attachControl(createArena(controlBlocks(3)));
  control.version.set(publisher, publisherAt);
  let [looks, time, waited] = [0, 0, 0];
  const beat = () => { control.heartbeat.set(publisher, control.heartbeat.get(publisher) + 1); };
  const settled = () => {
    looks += 1;
    time += LOOK;
    if (alive) beat();
    return looks >= after;
  };
  const exchange = { isPublished: settled, writerOf: () => publisher } as unknown as ActivationExchange;
  const patience = createPeerWait(exchange, control, { now: () => time, polls: 1, yields: true, onWaited: (milliseconds) => { waited += milliseconds; } });
  patience.beginWork();
  time += TURN;
  patience.endWork(0);
  return {
    beat,
    patience,
    pass: (milliseconds: number) => { time += milliseconds; },
    waited: () => waited,
    /** Looks that waiting took. */
    wait: () => {
      looks = 0;
      const waiting = patience.await(1, 10, 1);
      while (waiting.next().done !== true);
      return looks;
    },
  };
}

test('a publisher on the same update or the one before is waited for until the voltages are there', (t) => {
  t.is(scene({ publisherAt: 10, after: 5 }).wait(), 6); // and once more, to say that they are
  t.is(scene({ publisherAt: 9, after: 5 }).wait(), 6);
});

test('activations that are already published need no wait', (t) => {
  t.is(scene({ publisherAt: 10, after: 1 }).wait(), 1);
});

test('a publisher that is more than an update behind is not waited for', (t) => {
  t.is(scene({ publisherAt: 8, alive: true }).wait(), 1);
});

test('waiting ends after one and a half turns of silence, and after three where the pulse moves', (t) => {
  const silent = scene({ publisherAt: 10 });
  silent.wait();
  t.true(Math.abs(silent.waited() - 1.5 * TURN) <= 3 * LOOK, `${silent.waited()} ms`);
  const busy = scene({ publisherAt: 10, alive: true });
  busy.wait();
  t.true(Math.abs(busy.waited() - 3 * TURN) <= 3 * LOOK, `${busy.waited()} ms`);
});

test('a stalled publisher is waited for once, and again only after it has moved', (t) => {
  const { beat, wait } = scene({ publisherAt: 10 });
  t.true(wait() > 1);
  t.is(wait(), 1);
  beat();
  t.true(wait() > 1);
});

test('where another publishes in a partition\'s place, that one is waited for', (t) => {
  t.true(scene({ publisherAt: 10, publisher: 2 }).wait() > 1);
  t.is(scene({ publisherAt: 8, publisher: 2 }).wait(), 1);
});

test('while waiting it has a deadline, and otherwise none', (t) => {
  const { patience } = scene({ publisherAt: 10 });
  t.is(patience.wakeDelay(), Infinity);
  const waiting = patience.await(1, 10, 1);
  waiting.next();
  t.true(Math.abs(patience.wakeDelay() - 1.5 * TURN) <= 3 * LOOK);
  while (waiting.next().done !== true);
  t.is(patience.wakeDelay(), Infinity);
});

test('a turn in which something else had the core does not make waiting longer', (t) => {
  const { patience, pass } = scene({ publisherAt: 10 });
  patience.beginWork();
  pass(50);
  patience.endWork(0);
  patience.await(1, 10, 1).next();
  t.true(patience.wakeDelay() < 1.7 * TURN);
});
