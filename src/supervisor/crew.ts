import type { PartitionLog } from '../journal/file.js';
import { attachArena, type ArenaHandle } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import type { Coroutine } from '../schedule/turn.js';
import { describeFault, type Fault } from './fault.js';
import { createPartition, type Partition } from './partition.js';
import { createPlan } from './plan.js';
import type { Settings } from './settings.js';
import { attachViews, type Views } from './views.js';

/** What a worker thread is told as it starts: plain data and the shared memory. */
export interface CrewSpecification {
  /** The partitions that the thread carries; most often one. */
  readonly partitions: readonly number[];
  readonly settings: Settings;
  readonly arena: ArenaHandle;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
  /** Logs of the partitions, in their order, where they are to do again what these say. */
  readonly logs?: readonly Uint8Array[];
}

/** What a crew says when a command is over. */
export type Outcome =
  | { readonly kind: 'done'; readonly returns: readonly number[]; readonly logs: readonly PartitionLog[] }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly partition: number; readonly step: number; readonly fault: Fault };

/** The partitions on one thread. The commands return once all of them have done their part. */
export interface Crew {
  /** @param recorded true where the outcome is to have logs */
  train(recorded: boolean): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

/** Thrown once a partition of another crew has failed: the run is over and nobody is to blame here. */
class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** A partition at work. */
interface Member {
  readonly partition: Partition;
  readonly views: Views;
}

export function createCrew({ partitions, settings, arena: handle, spin, logs }: CrewSpecification): Crew {
  const plan = createPlan(settings);
  const arena = attachArena(handle);
  const members = partitions.map((number, i): Member => {
    const views = attachViews(plan, arena, number, spin, logs?.[i]);
    return { views, partition: createPartition(views) };
  });

  function carryOut(command: (partition: Partition) => Coroutine[]): Outcome {
    let current = members[0].views;
    try {
      inTurn(members.flatMap(({ partition, views }) => command(partition).map((coroutine) => ({ coroutine, views, over: false }))), (views) => { current = views; });
      return { kind: 'done', returns: members.flatMap(({ partition }) => partition.returns()), logs: [] };
    } catch (error) {
      if (error instanceof Aborted) return { kind: 'aborted' };
      const { control: { words }, partition } = current;
      return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), fault: describeFault(error) };
    }
  }

  return {
    train(recorded) {
      const outcome = carryOut((partition) => partition.train(recorded));
      return outcome.kind === 'done' ? { ...outcome, logs: members.flatMap(({ partition }) => partition.takeLog() ?? []) } : outcome;
    },
    evaluate: (episodeSeeds) => carryOut((partition) => partition.evaluate(episodeSeeds)),
    close() {
      for (const { partition } of members) partition.close();
    },
  };
}

/** A coroutine, and what its partition sees. */
interface Strand {
  readonly coroutine: Coroutine;
  readonly views: Views;
  over: boolean;
}

/**
 * Carries strands to their ends, one turn each in turn; sleeps on the bell where none can do anything.
 *
 * @param resumed told before each turn whose it is
 * @throws Aborted once a partition of another crew has failed; whatever a strand throws
 */
function inTurn(strands: readonly Strand[], resumed: (views: Views) => void): void {
  const { bell, control: { words, pulse } } = strands[0].views;
  let going = strands;
  while (going.length > 0) {
    const ticket = bell.ticket();
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed');
    let blocked = true;
    for (const strand of going) {
      const { partition } = strand.views;
      resumed(strand.views);
      const turn = strand.coroutine.next();
      strand.over = turn.done === true;
      if (turn.value !== 'blocked') blocked = false;
      pulse.set(partition, pulse.get(partition) + 1);
    }
    if (going.some(({ over }) => over)) going = going.filter(({ over }) => !over);
    else if (blocked) bell.wait(ticket, shortestWake(going));
  }
}

/** Milliseconds until one of them may go on without anybody ringing. */
function shortestWake(strands: readonly Strand[]): number {
  return strands.reduce((least, { views: { schedule } }) => Math.min(least, schedule.wake()), Infinity);
}
