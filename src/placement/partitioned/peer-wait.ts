import type { Control } from '../../memory/control.js';
import { spin } from '../../schedule/wait.js';
import type { Coroutine } from '../../schedule/work.js';
import type { ActivationExchange } from './activation-exchange.js';

/** A writer whose heartbeat does not change for so many of one's own longest pieces of work is not running: another thread has its core. */
const MAX_SILENT_WORK = 1.5;

/** A piece of work is taken to last at most this much longer than the last time: a thread does not compute while another has its core. */
const GROWTH = 1.1;

/** Waiting ends after so many of one's own longest pieces of work, whatever the heartbeat. */
const MAX_WAIT_WORK = 3;

/** Milliseconds that count as none: virtual time is a sum, and rounded. */
const ROUNDING_MS = 1e-6;

/** A bounded wait for a peer's activations, under schedules in which partitions do not wait for one another. */
export interface PeerWait {
  /** Called when a partition announces work, and when the work is done. @param work its number in the update */
  beginWork(): void;
  endWork(work: number): void;
  /**
   * Ends once tick `tick` of the update is published for partition `of` or lost, or its writer is found not to be running. Ends at once if the writer is more than
   * an update behind, or its heartbeat has not moved since the last wait for it failed.
   */
  await(of: number, update: number, tick: number): Coroutine;
  /** Milliseconds until the current wait ends by itself; Infinity without one. */
  wakeDelay(): number;
}

/** Where a wait reads the time, and how it polls. */
export interface WaitClock {
  /** Milliseconds; never goes back. */
  readonly now: () => number;
  /** Polls between two reads of the clock. */
  readonly polls: number;
  /** True if other tasks run only while this one yields: in virtual time. */
  readonly yields: boolean;
  /** Called with the milliseconds of each wait. */
  readonly onWaited: (milliseconds: number) => void;
}

/**
 * Reading activations is cheaper than computing them. Two partitions on cores of their own fall into step by waiting for one another, and each computes its own
 * neurons only. If one of them loses its core, the other loses a piece of work or two, and then continues alone and computes what is missing. The partition that is
 * behind finds its activations computed, and catches up.
 */
export function createPeerWait(exchange: ActivationExchange, { heartbeat, version }: Pick<Control, 'heartbeat' | 'version'>, { now, polls, yields, onWaited }: WaitClock): PeerWait {
  const lastFailedHeartbeat: number[] = [];
  const typical: number[] = []; // milliseconds of each piece of work of an update
  let [longestWork, workBegan, deadline] = [0, 0, Infinity];

  /** @returns false if the writer is not running, or takes too long */
  function* waitFor(writer: number, isPublished: () => boolean): Coroutine<boolean> {
    const begin = now();
    let [beat, lastBeat] = [heartbeat.get(writer), begin];
    const mayContinue = () => {
      const time = now();
      if (heartbeat.get(writer) !== beat) [beat, lastBeat] = [heartbeat.get(writer), time];
      deadline = Math.min(lastBeat + MAX_SILENT_WORK * longestWork, begin + MAX_WAIT_WORK * longestWork);
      return deadline - time > ROUNDING_MS;
    };
    if (yields) while (!isPublished() && mayContinue()) yield 'blocked';
    else spin(isPublished, mayContinue, polls);
    deadline = Infinity;
    onWaited(now() - begin);
    return isPublished();
  }

  return {
    beginWork() {
      workBegan = now();
    },
    endWork(work) {
      typical[work] = Math.min(now() - workBegan, GROWTH * (typical[work] ?? Infinity));
      longestWork = Math.max(...typical);
    },
    *await(of, update, tick) {
      if (exchange.isPublished(of, update, tick)) return;
      const writer = exchange.writerOf(of, update);
      if (update - version.get(writer) > 1 || heartbeat.get(writer) === lastFailedHeartbeat[writer]) return;
      if (!(yield* waitFor(writer, () => exchange.isPublished(of, update, tick)))) lastFailedHeartbeat[writer] = heartbeat.get(writer);
    },
    wakeDelay: () => (deadline === Infinity ? Infinity : Math.max(0, deadline - now())),
  };
}

const nothing = () => undefined;

/** No waiting: after barriers activations are always there, and where partitions share a core waiting would hold them back. */
export const NO_WAIT: PeerWait = {
  beginWork: nothing,
  endWork: nothing,
  *await() {
    yield* [];
  },
  wakeDelay: () => Infinity,
};

/** On a thread with a core of its own, which polls without interruption. */
export function threadClock(onWaited: (milliseconds: number) => void): WaitClock {
  return { now: () => performance.now(), polls: 64, yields: false, onWaited };
}

/** In virtual time: a task is resumed when something happens, and when its wait ends. @param seconds of virtual time */
export function virtualClock(seconds: () => number): WaitClock {
  return { now: () => 1000 * seconds(), polls: 1, yields: true, onWaited: nothing };
}
