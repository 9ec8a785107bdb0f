import test from 'ava';

import { InternalError } from '../../../src/errors.js';
import { resolveSettings } from '../../../src/index.js';
import { createArena } from '../../../src/memory/arena.js';
import { ALIVE, createRunLayout, WEIGHTS } from '../../../src/placement/partitioned/run-layout.js';
import { createPartitionContext, createVirtualRuntime } from '../../../src/placement/partitioned/partition-context.js';
import { pendingMessages } from '../../../src/placement/partitioned/message-exchange.js';
import { withoutMessages, type VirtualState } from '../../../src/placement/partitioned/virtual-state.js';

/** Two partitions of a virtual world, whose messages about learning are so many seconds under way. */
function pair(delay: number, reads: 'latest' | 'aligned' = 'latest') {
  const plan = createRunLayout(resolveSettings({ network: { hidden: [2] }, learning: { replay: 256, batch: 4 }, partitions: 2, time: 'virtual', timing: { reads }, virtual: { learningMessageDelay: delay } }));
  const arena = createArena(plan.blocks);
  arena.int32(ALIVE).fill(1);
  const [, hidden] = plan.ownership[1];

  /** They begin, perhaps with what was left of a world before. */
  function begin(state?: VirtualState) {
    const virtualRuntime = createVirtualRuntime(plan, { time: 0, state });
    if (virtualRuntime === undefined) throw new InternalError('no virtual world');
    const [mine, peers] = [0, 1].map((partition) => createPartitionContext(plan, arena, partition, false, { virtualRuntime }));
    const weights = peers.tables[WEIGHTS];
    const slots = new Int32Array(4);
    return {
      publish() {
        peers.exchange.beginEntry(1, 3, slots, 4, 3);
        peers.exchange.publish(1, 3, 1, [hidden], peers.learningActivations);
      },
      take: () => mine.exchange.read(1, 3, 1, [hidden], slots, mine.learningActivations),
      keep(version: number, weight: number) {
        weights.values[weights.offset[hidden.begin]] = weight;
        for (const { peerParameters } of [mine, peers]) peerParameters.snapshot(version);
      },
      hear: () => [mine.peerParameters.refresh(1), mine.peerParameters.tables[WEIGHTS].values[weights.offset[hidden.begin]]],
      tell(version: number, weights: readonly [number, number], own: number) {
        [mine, peers].forEach(({ tables, peerParameters }, partition) => {
          tables[WEIGHTS].values[tables[WEIGHTS].offset[plan.ownership[partition][1].begin]] = weights[partition];
          if (partition === 1 || version <= own) peerParameters.snapshot(version);
        });
      },
      align: () => [mine.peerParameters.align?.(), ...plan.ownership.map((ranges) => mine.peerParameters.tables[WEIGHTS].values[weights.offset[ranges[1].begin]])],
      left: (): VirtualState => structuredClone({ time: 0, durations: virtualRuntime.world.state(), clocks: [[], []], messages: { received: [0, 0], inFlight: [], ...pendingMessages(virtualRuntime.transport, 0) } }),
    };
  }
  return { begin };
}

test('activations of a minibatch survive a pause unless they were withdrawn, and may be published again', (t) => {
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

test('rows that are under way at a rest stay under way after it; once withdrawn they do not arrive, however slow the messages', (t) => {
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

test('aligned rows are of the newest version that has come of all neurons, own rows included', (t) => {
  const ahead = pair(0, 'aligned').begin();
  ahead.tell(0, [10, 20], 5);
  ahead.tell(1, [11, 21], 5);
  t.deepEqual(ahead.align(), [1, 11, 21]);
  const delayed = pair(1, 'aligned').begin();
  delayed.tell(0, [10, 20], 5);
  delayed.tell(1, [11, 21], 5); // the peer's is under way
  t.deepEqual(delayed.align(), [0, 10, 20]);
  const behind = pair(0, 'aligned').begin();
  behind.tell(0, [10, 20], 0);
  behind.tell(1, [10, 21], 0); // the partition itself has not made this update
  t.deepEqual(behind.align(), [0, 10, 20]);
});
