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
}

/** What a crew says when a command is over. */
export type Outcome =
  | { readonly kind: 'done'; readonly returns: readonly number[] }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly partition: number; readonly step: number; readonly fault: Fault };

/** The partitions on one thread. The commands return once all of them have done their part. */
export interface Crew {
  train(): Outcome;
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

export function createCrew({ partitions, settings, arena: handle, spin }: CrewSpecification): Crew {
  const plan = createPlan(settings);
  const arena = attachArena(handle);
  const members = partitions.map((number): Member => {
    const views = attachViews(plan, arena, number, spin);
    return { views, partition: createPartition(views) };
  });

  function carryOut<Result>(command: (partition: Partition) => Coroutine<Result>, conclude: (results: readonly Result[]) => Outcome): Outcome {
    let current = members[0];
    try {
      return conclude(inTurn(members, command, (member) => { current = member; }));
    } catch (error) {
      if (error instanceof Aborted) return { kind: 'aborted' };
      const { control: { words }, partition } = current.views;
      return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), fault: describeFault(error) };
    }
  }

  return {
    train: () => carryOut((partition) => partition.train(), () => ({ kind: 'done', returns: [] })),
    evaluate: (episodeSeeds) => carryOut((partition) => partition.evaluate(episodeSeeds), (returns) => ({ kind: 'done', returns: returns.flat() })),
    close() {
      for (const { partition } of members) partition.close();
    },
  };
}

/**
 * Carries the members through a command, one turn each in turn; sleeps on the bell where none can do anything.
 *
 * @param resumed told before each turn whose it is
 * @throws Aborted once a partition of another crew has failed; whatever a member throws
 */
function inTurn<Result>(members: readonly Member[], command: (partition: Partition) => Coroutine<Result>, resumed: (member: Member) => void): Result[] {
  const { bell, control: { words, pulse } } = members[0].views;
  const coroutines = members.map(({ partition }) => command(partition));
  const results = new Map<Coroutine<Result>, Result>();
  while (results.size < coroutines.length) {
    const ticket = bell.ticket();
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed');
    let blocked = true;
    for (let i = 0; i < members.length; i += 1) {
      if (results.has(coroutines[i])) continue;
      resumed(members[i]);
      const turn = coroutines[i].next();
      if (turn.done === true) results.set(coroutines[i], turn.value);
      if (turn.done === true || turn.value !== 'blocked') blocked = false;
      const { partition } = members[i].views;
      pulse.set(partition, pulse.get(partition) + 1);
    }
    if (blocked) bell.wait(ticket, members.reduce((least, { views: { schedule } }) => Math.min(least, schedule.wake()), Infinity));
  }
  return coroutines.flatMap((coroutine) => results.get(coroutine) ?? []);
}
