import test from 'ava';

import { InternalError } from '../../src/errors.js';
import { resolveSettings } from '../../src/index.js';
import { createArena } from '../../src/memory/arena.js';
import { WORD } from '../../src/memory/control.js';
import { clearExchange } from '../../src/supervisor/exchange.js';
import { ALIVE, createPlan, WEIGHTS } from '../../src/supervisor/plan.js';
import { attachViews, createSurroundings } from '../../src/supervisor/views.js';
import { enterEpoch } from '../../src/supervisor/virtual-exchange.js';

/** Two partitions of a virtual world, whose messages about learning are so many seconds under way. */
function pair(delay: number) {
  const plan = createPlan(resolveSettings({ network: { hidden: [2] }, learning: { replay: 256, batch: 4 }, partitions: 2, schedule: 'virtual', virtual: { delay } }));
  const arena = createArena(plan.blocks);
  arena.int32(ALIVE).fill(1);
  const surroundings = createSurroundings(plan);
  if (surroundings === undefined) throw new InternalError('no virtual world');
  const [mine, peers] = [0, 1].map((partition) => attachViews(plan, arena, partition, false, { surroundings }));
  const enter = () => { enterEpoch(surroundings.post, Atomics.load(arena.int32('control'), WORD.epoch)); };
  return { plan, arena, mine, peers, enter, hidden: [plan.ownership[1][1]] };
}

test('what was published on a minibatch before neurons died is not taken after it, and may be published anew', (t) => {
  const { arena, mine, peers, enter, hidden } = pair(0);
  const slots = new Int32Array(4);
  const publish = () => {
    peers.exchange.open(1, 3, slots, 4, 3);
    peers.exchange.publish(1, 3, 1, hidden, peers.learningBoard);
  };
  const take = () => mine.exchange.take(1, 3, 1, hidden, slots, mine.learningBoard);
  enter();
  publish();
  t.is(take(), 3);
  enter(); // another command
  t.is(take(), 3);
  clearExchange(arena);
  enter();
  t.is(take(), -1);
  publish();
  t.is(take(), 3);
});

test('rows put aside before neurons were born again are heard by nobody after it, however slow the messages', (t) => {
  const { arena, plan, mine, peers, enter } = pair(1);
  const weights = peers.tables[WEIGHTS];
  const own = weights.offset[plan.ownership[1][1].begin];
  const heardAfter = (version: number, value: number) => {
    weights.values[own] = value;
    peers.rows.keep(version);
    return [mine.rows.hear(1), mine.rows.heard[WEIGHTS].values[own]];
  };
  t.deepEqual(heardAfter(0, 10), [0, 10]);
  t.deepEqual(heardAfter(1, 11), [0, 10]); // still under way
  clearExchange(arena);
  enter();
  t.deepEqual(heardAfter(1, 12), [1, 12]);
  t.deepEqual(heardAfter(2, 13), [1, 12]);
});
