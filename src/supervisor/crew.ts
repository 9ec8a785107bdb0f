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

  function carryOut(command: (partition: Partition) => Coroutine[]): Outcome {
    let current = members[0].views;
    try {
      inTurn(members.flatMap(({ partition, views }) => command(partition).map((coroutine) => ({ coroutine, views, over: false }))), (views) => { current = views; });
      return { kind: 'done', returns: members.flatMap(({ partition }) => partition.returns()) };
    } catch (error) {
      if (error instanceof Aborted) return { kind: 'aborted' };
      const { control: { words }, partition } = current;
      return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), fault: describeFault(error) };
    }
  }

  return {
    train: () => carryOut((partition) => partition.train()),
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
      hangWhereAsked(strand.views);
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

/** A fault on purpose: the thread sleeps for ever. Whoever takes its place does not. */
function hangWhereAsked({ control: { hang }, partition }: Views): void {
  if (hang.get(partition) === 0) return;
  hang.set(partition, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Milliseconds until one of them may go on without anybody ringing. */
function shortestWake(strands: readonly Strand[]): number {
  return strands.reduce((least, { views: { schedule } }) => Math.min(least, schedule.wake()), Infinity);
}
