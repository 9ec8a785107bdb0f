import { createActor, createReader, type Actor, type Learning } from './actor.js';
import { createPolicy, type PolicySettings } from './policy.js';
import { errorOf, type Reference, type ValueError } from './reference.js';
import { addEpisodes, barrier, claimSteps, endAfter, endsAfter, isStopped, publishSteps, type RoundLog, type SharedRun } from './shared-run.js';
import { createValueTable, updateEntry, type ValueTable } from './value-table.js';

/** The error at an environment step, or sweep. */
export interface ErrorPoint extends ValueError {
  readonly step: number;
}

/** The task of a thread: plain data and shared memory. */
export interface ThreadTask {
  readonly learning: Omit<Learning, 'policy'>;
  readonly policy: PolicySettings;
  readonly initialValue: number;
  readonly steps: number;
  readonly threads: number;
  readonly actors: number;
  /** Steps of an actor in a round of the synchronous schedule. */
  readonly rollout: number;
  readonly reference: Reference;
  /** Points of the error's curve. */
  readonly points: number;
  readonly shared: SharedRun;
  /** Number of the thread. Its actors are those whose number leaves it as the remainder by `threads`. */
  readonly thread: number;
}

/** What a thread did. */
export interface ThreadReport {
  readonly steps: number;
  readonly updates: number;
  readonly episodes: number;
  readonly errors: readonly ErrorPoint[];
}

/** Most steps that a thread claims at a time. */
const BLOCK = 256;

/** Runs a thread's actors until the steps of the run are done, or it is stopped. */
export function runActors(task: ThreadTask): ThreadReport {
  const learning: Learning = { ...task.learning, policy: createPolicy(task.policy) };
  const own = Array.from({ length: task.actors }, (_, actor) => actor).filter((actor) => actor % task.threads === task.thread);
  const { log } = task.shared;
  return log === undefined ? runFreely(task, learning, own) : runInRounds(task, learning, own, log);
}

/** Notes the error where a point of its curve lies among steps. */
interface Meter {
  readonly errors: readonly ErrorPoint[];
  note(begin: number, end: number): void;
}

function createMeter({ steps, points, reference }: ThreadTask, learning: Learning, table: ValueTable): Meter {
  const errors: ErrorPoint[] = [];
  const read = createReader(learning, table);
  const pointsUntil = (step: number) => Math.floor((step * points) / steps);
  return {
    errors,
    note(begin, end) {
      if (pointsUntil(begin) !== pointsUntil(end)) errors.push({ step: end, ...errorOf(read().values, reference) });
    },
  };
}

const episodesOf = (actors: readonly Actor[]) => actors.reduce((sum, { episodes }) => sum + episodes, 0);

const reportOf = (actors: readonly Actor[], steps: number, { errors }: Meter): ThreadReport => ({
  steps,
  updates: actors.reduce((sum, { updates }) => sum + updates, 0),
  episodes: episodesOf(actors),
  errors,
});

/** Hogwild: all threads read and write one table without locks. With one thread the run repeats itself. */
function runFreely(task: ThreadTask, learning: Learning, own: readonly number[]): ThreadReport {
  const { steps, points, shared: { table, control } } = task;
  const meter = createMeter(task, learning, table);
  const actors = own.map((number) => createActor(learning, table, number));
  const block = Math.max(1, Math.min(BLOCK, Math.floor(steps / points)));
  let done = 0;
  barrier(control, task.threads); // threads start at different times; none takes its first step alone
  while (!isStopped(control)) {
    const begin = claimSteps(control, block);
    const end = Math.min(steps, begin + block);
    if (begin >= steps) break;
    const before = episodesOf(actors);
    for (let step = begin; step < end; step += 1, done += 1) actors[done % actors.length].step();
    addEpisodes(control, episodesOf(actors) - before);
    meter.note(begin, end);
  }
  return reportOf(actors, done, meter);
}

/**
 * Synchronous: in a round each actor takes `rollout` steps with a copy of the table of its own; then every thread applies the updates of all actors, in the
 * order of their numbers, to its copy of the common table. So a run is the same bit for bit on any number of threads, and with one actor the same as without rounds.
 */
function runInRounds(task: ThreadTask, learning: Learning, own: readonly number[], log: RoundLog): ThreadReport {
  const { steps, actors: count, rollout, threads, thread, shared: { table, control } } = task;
  const common = createValueTable(table.values.length, task.initialValue);
  const meter = createMeter(task, learning, common);
  const actors = own.map((number) => createRoundActor(learning, number, common, count, log));
  let [begin, done] = [0, 0];
  for (let round = 0; ; round += 1) {
    const end = Math.min(steps, begin + rollout * count);
    const half = round % 2;
    const before = episodesOf(actors.map(({ actor }) => actor));
    for (const actor of actors) done += actor.run(stepsOf(actor.number, end - begin, count), half);
    addEpisodes(control, episodesOf(actors.map(({ actor }) => actor)) - before);
    if (thread === 0 && (end === steps || isStopped(control))) endAfter(control, round);
    if (threads > 1) barrier(control, threads);
    applyRound(log, half, count, common, learning);
    if (thread === 0) {
      meter.note(begin, end);
      publishSteps(control, end);
    }
    begin = end;
    if (endsAfter(control, round)) break;
  }
  if (thread === 0) {
    table.values.set(common.values);
    table.counts.set(common.counts);
  }
  return reportOf(actors.map(({ actor }) => actor), done, meter);
}

/** Steps of an actor where so many are left for all. */
const stepsOf = (actor: number, steps: number, actors: number) => Math.floor((steps + actors - 1 - actor) / actors);

function createRoundActor(learning: Learning, number: number, common: ValueTable, actors: number, { capacity, entries, targets, lengths }: RoundLog) {
  const copy = createValueTable(common.values.length, 0);
  let [at, length] = [0, 0];
  const actor = createActor(learning, copy, number, (entry, target) => {
    entries[at + length] = entry;
    targets[at + length] = target;
    length += 1;
  });
  return {
    number,
    actor,
    run(steps: number, half: number): number {
      copy.values.set(common.values);
      copy.counts.set(common.counts);
      at = (half * actors + number) * capacity;
      length = 0;
      for (let step = 0; step < steps; step += 1) actor.step();
      lengths[half * actors + number] = length; // read after the barrier
      return steps;
    },
  };
}

function applyRound({ capacity, entries, targets, lengths }: RoundLog, half: number, actors: number, common: ValueTable, { stepSize }: Learning): void {
  for (let actor = half * actors; actor < (half + 1) * actors; actor += 1) {
    for (let i = actor * capacity; i < actor * capacity + lengths[actor]; i += 1) updateEntry(common, entries[i], targets[i], stepSize);
  }
}
