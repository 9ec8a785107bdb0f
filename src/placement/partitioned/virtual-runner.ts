import { InternalError } from '../../errors.js';
import type { Arena } from '../../memory/arena.js';
import { WORD } from '../../memory/control.js';
import { ELEMENT_BYTES } from '../../memory/layout.js';
import type { Scheduler } from '../../schedule/work.js';
import { createIsolatedEvaluation } from './isolated-evaluation.js';
import { pendingMessages } from './message-exchange.js';
import { createPartitionContext, createVirtualRuntime, type VirtualRuntime } from './partition-context.js';
import { attempt, hostPartition, tasksOf, type HostedPartition, type PartitionRunner } from './hosted-partition.js';
import type { RunLayout } from './run-layout.js';
import { scheduleInVirtualTime, type OnResume } from './tasks.js';
import type { VirtualState } from './virtual-state.js';

/** Partitions in virtual time. */
interface VirtualPartitions {
  readonly hosted: readonly HostedPartition[];
  readonly runtime: VirtualRuntime;
}

/** A command that is running or paused. */
interface RunningCommand extends VirtualPartitions {
  readonly scheduler: Scheduler;
  onResume: OnResume;
}

/**
 * All partitions of a run in virtual time. A training continues from pause to pause until virtual time comes to rest; an evaluation may run in between, and changes
 * nothing. After a rest, all is built anew from the arena and the state left there, so that another process continues the same way.
 */
export function createVirtualRunner(layout: RunLayout, arena: Arena, partitions: readonly number[]): PartitionRunner {
  const time = arena.float64('virtual/time');
  let latest = build();
  let running: RunningCommand | undefined;
  const evaluation = createIsolatedEvaluation(layout, arena);

  function build(state?: VirtualState): VirtualPartitions {
    const runtime = createVirtualRuntime(layout, { time: time[0], state });
    if (runtime === undefined) throw new InternalError('a virtual runner without virtual settings');
    return { runtime, hosted: partitions.map((number) => hostPartition(createPartitionContext(layout, arena, number, false, { virtualRuntime: runtime }))) };
  }

  function closeLatest(): void {
    for (const { partition } of latest.hosted) partition.close();
  }

  /** @param state of another time if a worker has exited since: the state is lost then */
  function begin(recorded: boolean, state: VirtualState | undefined): RunningCommand {
    closeLatest();
    clearScratch(arena);
    latest = build(state?.time === time[0] ? state : undefined);
    const { hosted, runtime: { world, counterMessages } } = latest;
    for (const { context: { partition, schedule, control: { version } } } of hosted) {
      if (state?.time === time[0]) schedule.clocks.forEach((clock, i) => { clock.restore(state.clocks[partition][i]); });
      else counterMessages.version.receive(partition, version.get(partition)); // not 0 after a restart
    }
    const command: RunningCommand = {
      ...latest,
      scheduler: scheduleInVirtualTime(tasksOf(hosted, (partition) => partition.train(recorded)), world, time, (context) => { command.onResume(context); }),
      onResume: () => undefined,
    };
    return command;
  }

  function stateOf({ hosted, runtime: { world, transport, counterMessages } }: VirtualPartitions): VirtualState {
    const versions = hosted.map(({ context: { partition, control: { version } } }) => version.get(partition));
    return {
      time: world.now(),
      durations: world.state(),
      clocks: hosted.map(({ context: { schedule } }) => schedule.clocks.map((clock) => clock.state())),
      messages: { received: versions.map((_, partition) => counterMessages.version.get(partition)), inFlight: [...counterMessages.inFlight], ...pendingMessages(transport, Math.min(...versions)) },
    };
  }

  return {
    train(recorded, before) {
      const command = (running ??= begin(recorded, before));
      running = undefined; // if it fails
      let virtualState: VirtualState | undefined;
      const outcome = attempt(command.hosted, (onResume) => {
        command.onResume = onResume;
        if (command.scheduler.run()) virtualState = stateOf(command);
        else running = command;
      });
      return outcome.kind === 'done' ? { ...outcome, returns: [], ...(virtualState && { virtualState }) } : outcome;
    },
    evaluate: (episodeSeeds) => evaluation(episodeSeeds, latest.hosted[0].context),
    close: closeLatest,
  };
}

/** Scratch blocks of threads, not of partitions: where their workspaces lie, and what the supervisor monitors. */
const KEPT: ReadonlySet<string> = new Set(['control', 'workspace', 'heartbeat', 'hang']);

/** Clears scratch, as another process would find it. */
function clearScratch({ blocks, memory }: Arena): void {
  for (const { name, scratch, type, offset, length } of blocks) {
    if (scratch === true && !KEPT.has(name)) new Uint8Array(memory.buffer, offset, length * ELEMENT_BYTES[type]).fill(0);
    if (name === 'control') Atomics.store(new Int32Array(memory.buffer, offset, length), WORD.observationNumber, 0);
  }
}
