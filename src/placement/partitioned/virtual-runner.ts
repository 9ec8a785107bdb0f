import { InternalError } from '../../errors.js';
import type { Arena } from '../../memory/arena.js';
import { WORD } from '../../memory/control.js';
import { ELEMENT_BYTES } from '../../memory/layout.js';
import type { VirtualScheduler } from '../../virtual/scheduler.js';
import { createIsolatedEvaluation } from './isolated-evaluation.js';
import { createPartition } from './partition.js';
import type { RunLayout } from './run-layout.js';
import { attempt, scheduleTasks, type PartitionRunner, type HostedPartition } from '../../runtime/cooperative.js';
import { createPartitionContext, createVirtualRuntime, type VirtualRuntime, type PartitionContext } from './partition-context.js';
import { scheduleInVirtualTime } from './virtual-tasks.js';
import { pendingMessages } from './message-exchange.js';
import type { VirtualState } from './virtual-state.js';

/** Partitions of a virtual world, and what surrounds them. */
interface VirtualPartitions {
  readonly members: readonly HostedPartition[];
  readonly surroundings: VirtualRuntime;
}

/** A command under way, perhaps paused. */
interface RunningCommand extends VirtualPartitions {
  readonly carrier: VirtualScheduler;
  /** Told before each turn whose it is. */
  resumed: (views: PartitionContext) => void;
}

/**
 * All partitions of a virtual world. A training goes on from pause to pause until the world comes to rest; an evaluation, of which nothing of
 * that takes any notice, may come between. What begins anew after a rest is built anew too, from the arena and from what was left: whether in this
 * process or another makes no difference.
 */
export function createVirtualRunner(plan: RunLayout, arena: Arena, partitions: readonly number[]): PartitionRunner {
  const time = arena.float64('virtual/time');
  let latest = inhabit();
  let going: RunningCommand | undefined;
  const evaluation = createIsolatedEvaluation(plan, arena);

  function inhabit(left?: VirtualState): VirtualPartitions {
    const virtualRuntime = createVirtualRuntime(plan, { time: time[0], left });
    if (virtualRuntime === undefined) throw new InternalError('a virtual crew without a virtual world');
    const members = partitions.map((number): HostedPartition => {
      const views = createPartitionContext(plan, arena, number, false, { virtualRuntime });
      return { views, partition: createPartition(views) };
    });
    return { surroundings: virtualRuntime, members };
  }

  function leave(): void {
    for (const { partition } of latest.members) partition.close();
  }

  /** @param left of another time: a worker has died since, and with it what the world was */
  function begin(recorded: boolean, left: VirtualState | undefined): RunningCommand {
    leave();
    clearScratch(arena);
    latest = inhabit(left?.time === time[0] ? left : undefined);
    const { members, surroundings: { world, counterMessages } } = latest;
    for (const { views: { partition, schedule, control: { version } } } of members) {
      if (left?.time === time[0]) schedule.clocks.forEach((clock, i) => { clock.restore(left.clocks[partition][i]); });
      else counterMessages.version.receive(partition, version.get(partition)); // not 0 where a worker takes another's place
    }
    const run: RunningCommand = { ...latest, carrier: scheduleInVirtualTime(scheduleTasks(members, (partition) => partition.train(recorded)), world, time, (views) => { run.resumed(views); }), resumed: () => undefined };
    return run;
  }

  function whatIsLeft({ members, surroundings: { world, transport, counterMessages } }: VirtualPartitions): VirtualState {
    const versions = members.map(({ views: { partition, control: { version } } }) => version.get(partition));
    return {
      time: world.now(),
      durations: world.state(),
      clocks: members.map(({ views: { schedule } }) => schedule.clocks.map((clock) => clock.state())),
      messages: { received: versions.map((_, partition) => counterMessages.version.get(partition)), inFlight: [...counterMessages.inFlight], ...pendingMessages(transport, Math.min(...versions)) },
    };
  }

  return {
    train(recorded, before) {
      const run = (going ??= begin(recorded, before));
      going = undefined; // where it fails
      let left: VirtualState | undefined;
      const outcome = attempt(run.members, (resumed) => {
        run.resumed = resumed;
        if (run.carrier.run()) left = whatIsLeft(run);
        else going = run;
      });
      return outcome.kind === 'done' ? { ...outcome, returns: [], ...(left && { left }) } : outcome;
    },
    evaluate: (episodeSeeds) => evaluation(episodeSeeds, latest.members[0].views),
    close: leave,
  };
}

/** Blocks that are not about what partitions do: where their memory lies, and what the supervisor watches. */
const KEPT: ReadonlySet<string> = new Set(['control', 'workspace', 'heartbeat', 'hang']);

/** Scratch becomes what another process would find. */
function clearScratch({ blocks, memory }: Arena): void {
  for (const { name, scratch, type, offset, length } of blocks) {
    if (scratch === true && !KEPT.has(name)) new Uint8Array(memory.buffer, offset, length * ELEMENT_BYTES[type]).fill(0);
    if (name === 'control') Atomics.store(new Int32Array(memory.buffer, offset, length), WORD.observationNumber, 0);
  }
}
