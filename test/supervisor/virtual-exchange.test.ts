import test from 'ava';

import { InternalError } from '../../src/errors.js';
import { resolveSettings } from '../../src/index.js';
import { createArena } from '../../src/memory/arena.js';
import { ALIVE, createPlan, WEIGHTS } from '../../src/supervisor/plan.js';
import { attachViews, createSurroundings } from '../../src/supervisor/views.js';
import { leftOf } from '../../src/supervisor/virtual-exchange.js';
import { withoutMessages, type WorldState } from '../../src/supervisor/world-state.js';

/** Two partitions of a virtual world, whose messages about learning are so many seconds under way. */
function pair(delay: number) {
  const plan = createPlan(resolveSettings({ network: { hidden: [2] }, learning: { replay: 256, batch: 4 }, partitions: 2, schedule: 'virtual', virtual: { delay } }));
  const arena = createArena(plan.blocks);
  arena.int32(ALIVE).fill(1);
  const [, hidden] = plan.ownership[1];

  /** They begin, perhaps with what was left of a world before. */
  function begin(left?: WorldState) {
    const surroundings = createSurroundings(plan, { time: 0, left });
    if (surroundings === undefined) throw new InternalError('no virtual world');
    const [mine, peers] = [0, 1].map((partition) => attachViews(plan, arena, partition, false, { surroundings }));
    const weights = peers.tables[WEIGHTS];
    const slots = new Int32Array(4);
    return {
      publish() {
        peers.exchange.open(1, 3, slots, 4, 3);
        peers.exchange.publish(1, 3, 1, [hidden], peers.learningActivations);
      },
      take: () => mine.exchange.take(1, 3, 1, [hidden], slots, mine.learningActivations),
      keep(version: number, weight: number) {
        weights.values[weights.offset[hidden.begin]] = weight;
        for (const { rows } of [mine, peers]) rows.keep(version);
      },
      hear: () => [mine.rows.hear(1), mine.rows.heard[WEIGHTS].values[weights.offset[hidden.begin]]],
      left: (): WorldState => structuredClone({ time: 0, durations: surroundings.world.state(), clocks: [[], []], messages: { heard: [0, 0], announced: [], ...leftOf(surroundings.post, 0) } }),
    };
  }
  return { begin };
}

test('what was published on a minibatch is there after a rest, unless it was taken back, and may be published anew', (t) => {
  const { begin } = pair(0);
  const before = begin();
  before.keep(0, 10);
  before.publish();
  t.is(before.take(), 3);
  t.is(begin(before.left()).take(), 3);
  const after = begin(withoutMessages(before.left()));
  t.is(after.take(), -1);
  after.publish();
  t.is(after.take(), 3);
});

test('rows that are under way as the world comes to rest still are after it; once taken back they are heard by nobody, however slow the messages', (t) => {
  const { begin } = pair(1);
  const before = begin();
  before.keep(0, 10);
  before.keep(1, 11);
  t.deepEqual(before.hear(), [0, 10]); // still under way
  const again = begin(before.left());
  again.keep(1, 11); // as a command begins
  t.deepEqual(again.hear(), [0, 10]);
  const after = begin(withoutMessages(before.left()));
  after.keep(1, 12);
  t.deepEqual(after.hear(), [1, 12]);
  after.keep(2, 13);
  t.deepEqual(after.hear(), [1, 12]);
});
