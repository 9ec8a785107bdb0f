import { entriesOf, isMonteCarlo, type LearnerName } from './methods.js';
import { createValueTable, type ValueTable } from './value-table.js';

/** Words that threads share beside the table. */
const WORD = { steps: 0, stop: 1, arrived: 2, generation: 3, lastRound: 4, episodes: 5 } as const;
const WORDS = 6;

/** Updates of each actor in one round, in two halves that take turns: a round is written while the one before may still be read. */
export interface RoundLog {
  readonly capacity: number;
  /** [2, actors, capacity], as are the targets */
  readonly entries: Int32Array;
  readonly targets: Float64Array;
  /** [2, actors] */
  readonly lengths: Int32Array;
}

/** Memory that the threads of a run share. */
export interface SharedRun {
  readonly table: ValueTable;
  readonly control: Int32Array;
  /** Under the synchronous schedule. */
  readonly log?: RoundLog;
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes);

/** Monte Carlo learns whole episodes at once: a round may hold one that began before it. */
export function roundCapacity(method: LearnerName, rollout: number, timeLimit: number): number {
  return isMonteCarlo(method) ? rollout + timeLimit : rollout;
}

/** @param capacity of a round's log for each actor; 0 under a schedule without rounds */
export function createSharedRun(method: LearnerName, { states, actions }: { readonly states: number; readonly actions: number }, initialValue: number, actors: number, capacity: number): SharedRun {
  const control = new Int32Array(shared(4 * WORDS));
  control[WORD.lastRound] = 2 ** 31 - 1;
  const places = 2 * actors * capacity;
  return {
    table: createValueTable(entriesOf(method, states, actions), initialValue, shared),
    control,
    ...(capacity > 0 && { log: { capacity, entries: new Int32Array(shared(4 * places)), targets: new Float64Array(shared(8 * places)), lengths: new Int32Array(shared(8 * actors)) } }),
  };
}

/** Claims the next steps of the run for a thread. @returns the step that they begin at */
export const claimSteps = (control: Int32Array, count: number): number => Atomics.add(control, WORD.steps, count);

export const stepsBegun = (control: Int32Array): number => Atomics.load(control, WORD.steps);

export const episodesEnded = (control: Int32Array): number => Atomics.load(control, WORD.episodes);

export function addEpisodes(control: Int32Array, count: number): void {
  Atomics.add(control, WORD.episodes, count);
}

export function publishSteps(control: Int32Array, steps: number): void {
  Atomics.store(control, WORD.steps, steps);
}

export function stopRun(control: Int32Array): void {
  Atomics.store(control, WORD.stop, 1);
}

export const isStopped = (control: Int32Array): boolean => Atomics.load(control, WORD.stop) === 1;

/** Ends all threads after a round: called by one thread in that round, before its barrier. */
export function endAfter(control: Int32Array, round: number): void {
  Atomics.store(control, WORD.lastRound, round);
}

export const endsAfter = (control: Int32Array, round: number): boolean => round >= Atomics.load(control, WORD.lastRound);

/** Waits, asleep, until all threads have arrived. */
export function barrier(control: Int32Array, threads: number): void {
  const generation = Atomics.load(control, WORD.generation);
  if (Atomics.add(control, WORD.arrived, 1) === threads - 1) {
    Atomics.store(control, WORD.arrived, 0);
    Atomics.add(control, WORD.generation, 1);
    Atomics.notify(control, WORD.generation);
    return;
  }
  while (Atomics.load(control, WORD.generation) === generation) Atomics.wait(control, WORD.generation, generation);
}
