import type { PartitionLog } from '../journal/file.js';
import { attachArena, type ArenaHandle } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import type { Turn } from '../schedule/turn.js';
import { describeFault, type Fault } from './fault.js';
import { createPartition, type Line, type Partition } from './partition.js';
import { createPlan } from './plan.js';
import type { Settings } from './settings.js';
import { attachViews, createSurroundings, type Views } from './views.js';
import { enterEpoch } from './virtual-exchange.js';
import { carryInVirtualTime, type VirtualStrand } from '../virtual/carry.js';
import type { World } from '../virtual/world.js';

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
  const surroundings = createSurroundings(plan);
  const members = partitions.map((number, i): Member => {
    const views = attachViews(plan, arena, number, spin, { surroundings, log: logs?.[i] });
    return { views, partition: createPartition(views) };
  });

  function carryOut(command: (partition: Partition) => Line[], carry: Carry): Outcome {
    let current = members[0].views;
    try {
      carry(members.flatMap(({ partition, views }) => command(partition).map((line): Strand => ({ line, views, turn: 'blocked', over: false }))), (views) => { current = views; });
      return { kind: 'done', returns: members.flatMap(({ partition }) => partition.returns()), logs: [] };
    } catch (error) {
      if (error instanceof Aborted) return { kind: 'aborted' };
      const { control: { words }, partition } = current;
      return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), fault: describeFault(error) };
    }
  }

  const world = surroundings?.world;
  const [throughTime, outOfTime] = world === undefined ? [inTurn, inTurn] : [inVirtualTime(world, arena.float64('virtual/time')), settings.timing.acting === 'free' ? aside(world) : standingStill(world)];
  return {
    train(recorded) {
      if (surroundings) enterEpoch(surroundings.post, Atomics.load(members[0].views.control.words, WORD.epoch));
      const outcome = carryOut((partition) => partition.train(recorded), throughTime);
      return outcome.kind === 'done' ? { ...outcome, logs: members.flatMap(({ partition }) => partition.takeLog() ?? []) } : outcome;
    },
    evaluate: (episodeSeeds) => carryOut((partition) => partition.evaluate(episodeSeeds), outOfTime),
    close() {
      for (const { partition } of members) partition.close();
    },
  };
}

/** A coroutine, and what its partition sees. */
interface Strand {
  readonly line: Line;
  readonly views: Views;
  /** What it is about to do. */
  turn: Turn;
  over: boolean;
}

/** Brings strands to their ends. @param resumed told before each turn whose it is */
type Carry = (strands: readonly Strand[], resumed: (views: Views) => void) => void;

/**
 * @param time where it is written
 * @throws Aborted once the simulation is closed
 */
function inVirtualTime(world: World, time: Float64Array): Carry {
  return (strands, resumed) => {
    const { control: { words, pulse } } = strands[0].views;
    carryInVirtualTime(strands.map((strand) => virtualStrand(strand, world)), world, ({ views }) => {
      if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('the simulation is closed');
      hangWhereAsked(views);
      time[0] = world.now();
      pulse.set(views.partition, pulse.get(views.partition) + 1);
      resumed(views);
    }, () => strands[0].views.bell.ticket(), world.attentive ? () => world.changes() : undefined);
  };
}

function standingStill(world: World): Carry {
  return (strands, resumed) => { world.outOfTime(() => { inTurn(strands, resumed); }); };
}

/** Where acting waits for nobody, an evaluation takes its time as well. */
function aside(world: World): Carry {
  return (strands, resumed) => { world.aside(() => { inVirtualTime(world, new Float64Array(1))(strands, resumed); }); };
}

/** One environment is on the thread of the partition that hosts it, where it waits for its actions; of several, every group has a thread of its own. */
function virtualStrand({ line: { coroutine, hosts, begin, wake }, views }: Strand, world: World): VirtualStrand & { readonly views: Views } {
  const { topology, settings: { partitions, environments } } = views.plan;
  const apart = hosts !== undefined && (environments > 1 || wake !== undefined);
  const thread = apart ? partitions + hosts : views.partition;
  const { words, progress, groups } = views.control;
  const unanswered = (group: number) => progress[group].least() < groups[group].clock.get() * topology.ticks.length;
  return {
    coroutine,
    views,
    thread,
    duration: (turn) => (turn === 'step' ? world.stepDuration(hosts ?? 0) : world.duration(views.partition, turn, topology.ticks.length)),
    wake: wake ?? (() => (apart ? Infinity : Math.min(views.schedule.wake(), views.patience.wake()) / 1000)),
    rouse: () => world.rouse(thread),
    ...(begin && { begin }),
    ...(apart && wake === undefined && world.attentive && { idle: () => unanswered(hosts) && Atomics.load(words, WORD.finished) === 0 }),
  };
}

/**
 * Carries strands to their ends, one turn each in turn; sleeps on the bell where none can do anything.
 *
 * @param resumed told before each turn whose it is
 * @throws Aborted once a partition of another crew has failed; whatever a strand throws
 */
function inTurn(strands: readonly Strand[], resumed: (views: Views) => void): void {
  if (strands.length === 0) return;
  const { bell, turnClock, control: { words, pulse } } = strands[0].views;
  let going = strands;
  while (going.length > 0) {
    const ticket = bell.ticket();
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed');
    let blocked = true;
    for (const strand of going) {
      const { partition } = strand.views;
      hangWhereAsked(strand.views);
      resumed(strand.views);
      takeTurn(strand);
      if (strand.over || strand.turn !== 'blocked') blocked = false;
      pulse.set(partition, pulse.get(partition) + 1);
    }
    if (going.some(({ over }) => over)) going = going.filter(({ over }) => !over);
    else if (blocked) {
      turnClock?.sleep();
      bell.wait(ticket, shortestWake(going));
      turnClock?.rise();
    }
  }
}

/** Lets a strand do what it is about to do. */
function takeTurn(strand: Strand): void {
  const { turnClock } = strand.views;
  const begin = turnClock ? performance.now() : 0;
  const { done, value } = strand.line.coroutine.next();
  if (turnClock) turnClock.measure(strand.turn, begin);
  if (done === true) strand.over = true;
  else strand.turn = value;
}

/** A fault on purpose: the thread sleeps for ever. Whoever takes its place does not. */
function hangWhereAsked({ control: { hang }, partition }: Views): void {
  if (hang.get(partition) === 0) return;
  hang.set(partition, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Milliseconds until one of them may go on without anybody ringing. */
function shortestWake(strands: readonly Strand[]): number {
  return strands.reduce((least, { line: { wake }, views: { schedule } }) => Math.min(least, wake ? 1000 * wake() : schedule.wake()), Infinity);
}
