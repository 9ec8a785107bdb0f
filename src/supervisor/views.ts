import { createKernels } from '../kernels/create.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Arena } from '../memory/arena.js';
import { attachControl, WORD, type Control } from '../memory/control.js';
import { attachParameter, type ParameterTable } from '../memory/parameters.js';
import { createWorkspace } from '../memory/workspace.js';
import type { Activations } from '../network/dynamic.js';
import { neuronsOf } from '../network/ownership.js';
import { attachReplay, type ReplayRing } from '../replay/ring.js';
import { createBell, type Bell } from '../schedule/bell.js';
import { createRateLimiter, createStreamLimiter, type RateLimiter } from '../schedule/rate-limiter.js';
import { DISCIPLINES, type Schedule } from '../schedule/schedule.js';
import { createWorld, type World } from '../virtual/world.js';
import { createLiveChronicle, createRecordingChronicle, type Chronicle, type ChronicleContext } from './chronicle.js';
import { attachExchange, type Exchange } from './exchange.js';
import { attachLedger, type Ledger } from './ledger.js';
import { createPatience, IMPATIENT, watchInVirtualTime, watchOnThread, type Patience } from './patience.js';
import { ALIVE, type Plan } from './plan.js';
import { createRepeatingChronicle } from './repetition.js';
import { disciplineOf } from './settings.js';
import { attachRows, type Rows } from './rows.js';
import { attachTurnClock, stampRings, type TurnClock } from './turn-times.js';
import { createNews, delayControl, type News } from './virtual-control.js';
import type { WorldState } from './world-state.js';
import { createPost, virtualExchange, virtualRows, type Post } from './virtual-exchange.js';

/** Everything one partition sees of the shared memory. */
export interface Views {
  readonly plan: Plan;
  readonly partition: number;
  /** All partitions but this one. */
  readonly peers: readonly number[];
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly control: Control;
  readonly bell: Bell;
  /** Rings it, where what all may be waiting for has changed: an observation is shown, or the run is over. */
  readonly announce: () => void;
  readonly schedule: Schedule;
  readonly patience: Patience;
  readonly limiter: RateLimiter;
  /** What the limiter counts: environment steps, whole turns of a group of environments alone; or slots stored where the rule learns from the stream. */
  readonly experienced: () => number;
  /** Lets what a partition has said in acting arrive: at once, or in a virtual world after the time that a message takes. */
  readonly convey: (arrive: () => void) => void;
  /** Seconds; never goes back within a command. */
  readonly now: () => number;
  /** Told by a host that all environments of a group have made their step. */
  readonly stepped: (group: number) => void;
  readonly replay: ReplayRing;
  readonly exchange: Exchange;
  readonly rows: Rows;
  readonly chronicle: Chronicle;
  /** Undefined where times are not measured. */
  readonly turnClock: TurnClock | undefined;
  /** Undefined where none is kept: then nothing is asked of it either. */
  readonly ledger: Ledger | undefined;
  readonly tables: Readonly<Record<string, ParameterTable>>;
  /** Acting: a lane for each environment, that all partitions share. */
  readonly inferenceActivations: Activations;
  /** Learning: this partition's own minibatch. */
  readonly learningActivations: Activations;
}

/** A virtual world, and what is under way in it: one for all partitions. */
export interface Surroundings {
  readonly world: World;
  readonly post: Post;
  readonly news: News;
}

/**
 * Undefined where partitions run on threads, in real time.
 *
 * @param begin virtual time, and what was left of the world at that time
 */
export function createSurroundings({ settings: { virtual, seed, partitions }, groups, topology }: Plan, { time, left }: { readonly time: number; readonly left?: WorldState | undefined } = { time: 0 }): Surroundings | undefined {
  if (virtual === undefined) return undefined;
  const world = createWorld(virtual, seed, partitions, groups.map(({ begin, end }) => end - begin), { time, durations: left?.durations });
  return { world, post: createPost(world, partitions, topology.ticks.length, left?.messages), news: createNews(world, partitions, groups.length, left?.messages) };
}

/** What is not as usual: a virtual world, or a log that the partition is to do again. */
interface Circumstances {
  readonly surroundings?: Surroundings | undefined;
  readonly log?: Uint8Array | undefined;
  /** The control words of the run that this is a part of; its own unless given. */
  readonly run?: Pick<Control, 'words' | 'pulse' | 'hang'> | undefined;
}

/** @param spin false where threads outnumber cores */
export function attachViews(plan: Plan, arena: Arena, partition: number, spin: boolean, { surroundings, log, run }: Circumstances = {}): Views {
  const { settings, topology, ownership } = plan;
  const truth = { ...attachControl(arena), ...run };
  const control = surroundings ? delayControl(truth, partition, surroundings.world, surroundings.news, partition === 0 && settings.environments > 1) : truth;
  const silent = createBell(control.words, spin);
  const bell = settings.timing.measure ? stampRings(silent, arena) : silent;
  const replay = attachReplay(arena, plan.ring);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, partition));
  const peers = attachPeers(plan, arena, kernels, control, partition, surroundings);
  const context = { partition, partitions: settings.partitions, ticks: topology.ticks.length, depth: plan.exchange.depth, control, replay, ...peers };
  const lanes = 2 * settings.learning.batch;
  const alive = arena.int32(ALIVE);
  const turnClock = settings.timing.measure ? attachTurnClock(arena, partition) : undefined;
  const watch = surroundings ? watchInVirtualTime(() => surroundings.world.now()) : watchOnThread((milliseconds) => { turnClock?.waited(milliseconds); });
  const patient = isPatient(plan, spin, log !== undefined);
  const own = (name: string) => arena.float32(name).subarray(partition * topology.neurons * lanes, (partition + 1) * topology.neurons * lanes);
  const now = surroundings ? () => surroundings.world.now() : () => performance.now() / 1000;
  return {
    plan,
    partition,
    peers: ownership.map((_, peer) => peer).filter((peer) => peer !== partition),
    arena,
    kernels,
    control,
    bell,
    announce: surroundings ? () => { surroundings.world.change(); bell.ring(); } : () => { bell.ring(); },
    schedule: DISCIPLINES[log === undefined ? disciplineOf(settings) : 'hogwild']({
      control,
      bell,
      partition,
      gates: topology.ticks.length + 1,
      neurons: neuronsOf(ownership, partition),
      timing: settings.timing,
      seed: settings.seed,
      now,
    }),
    patience: patient ? createPatience(peers.exchange, control, watch) : IMPATIENT,
    limiter: createLimiter(plan),
    experienced: plan.rule.data === 'online' ? () => replay.stored() : () => countedSteps(plan, Atomics.load(control.words, WORD.steps)),
    convey: surroundings ? conveyLater(surroundings.world, partition) : (arrive) => { arrive(); },
    now,
    stepped: (group) => { surroundings?.world.stepped(group); },
    replay,
    ...peers,
    chronicle: log === undefined ? createChronicle(plan, context) : createRepeatingChronicle(context, arena, bell, log),
    turnClock,
    ledger: settings.timing.ledger ? attachLedger(arena, partition) : undefined,
    tables: attachTables(plan, arena),
    inferenceActivations: { lanes: settings.environments, voltages: arena.float32('voltage'), weightedInputs: arena.float32('voltage/weighted'), alive },
    learningActivations: { lanes, voltages: own('board'), weightedInputs: own('board/weighted'), alive },
  };
}

/** Whether a partition waits a little for voltages: not behind barriers, where they are there, nor where a journal says what to wait for. */
function isPatient({ settings }: Plan, spin: boolean, repeats: boolean): boolean {
  if (disciplineOf(settings) === 'synchronous' || repeats) return false;
  return settings.virtual?.waits ?? spin;
}

function conveyLater(world: World, partition: number): Views['convey'] {
  return (arrive) => {
    world.after(world.broadcastDelay(partition, 'acting'), () => {
      arrive();
      world.change();
    });
  };
}

/** Environment steps without those of a turn that is not whole: where one group has all environments, a halt in the middle of its turn changes nothing. */
export function wholeTurns({ groups }: Plan, steps: number): number {
  return groups.length > 1 ? steps : steps - (steps % groups[0].end);
}

/** Environment steps that are learned from: those of whole turns, and at the last step of the run as it was planned all of them. */
function countedSteps(plan: Plan, steps: number): number {
  const { settings: { steps: planned } } = plan;
  return Math.max(wholeTurns(plan, steps), steps < planned ? 0 : planned);
}

/** What peers say: through the shared memory, or in messages. */
function attachPeers(plan: Plan, arena: Arena, kernels: Kernels, control: Control, partition: number, surroundings: Surroundings | undefined): Pick<Views, 'rows' | 'exchange'> {
  const { settings, exchange, rows: shape, ownership } = plan;
  if (surroundings === undefined) {
    const rows = attachRows(arena, kernels, control, shape, ownership, partition);
    return { rows, exchange: attachExchange(arena, kernels, exchange, ownership, partition, rows) };
  }
  const rows = virtualRows(arena, kernels, shape, ownership, partition, surroundings.post);
  return { rows, exchange: virtualExchange(arena, exchange, ownership, partition, rows, surroundings.post, disciplineOf(settings) === 'synchronous') };
}

/** The tables of all parameters, by name. */
export function attachTables(plan: Plan, arena: Arena): Record<string, ParameterTable> {
  return Object.fromEntries(plan.parameters.map((shape) => [shape.name, attachParameter(arena, shape)]));
}

/** Only whole versions can be told from one another, and so be recorded. */
function createChronicle({ settings: { timing, virtual } }: Plan, context: ChronicleContext): Chronicle {
  return timing.reads === 'versioned' && virtual === undefined ? createRecordingChronicle(context) : createLiveChronicle(context);
}

function createLimiter(plan: Plan): RateLimiter {
  const { settings: { learning }, rule } = plan;
  const window = limiterWindow(plan);
  if (rule.data === 'replay') return lagging(plan, createRateLimiter({ ...learning, window }));
  return createStreamLimiter(Math.min(window, Math.floor(learning.replay / 4))); // the stream must not be overwritten unread
}

/** Updates that every partition has made where all stand still after so many steps, and slots stored: no fewer and no more than these. */
export function settledUpdates(plan: Plan, steps: number, stored: number): { readonly least: number; readonly most: number } {
  const { settings: { learning }, rule } = plan;
  const window = limiterWindow(plan);
  if (rule.data === 'online') {
    const due = createStreamLimiter(window).due(stored);
    return { least: due, most: due };
  }
  const limiter = createRateLimiter({ ...learning, window });
  return { least: window === 0 ? limiter.due(countedSteps(plan, steps)) : 0, most: limiter.due(steps) + window };
}

/** Where nobody waits, what is owed as acting ends stays owed. Behind barriers all partitions must end with the same update: with what is owed. */
function lagging({ settings }: Plan, limiter: RateLimiter): RateLimiter {
  return settings.timing.acting === 'free' && disciplineOf(settings) !== 'synchronous' ? { ...limiter, settled: () => true } : limiter;
}

/** The synchronous schedule alternates acting and learning strictly: otherwise a run could not be repeated. */
export function limiterWindow({ settings }: Plan): number {
  const { rateLimit } = settings;
  if (disciplineOf(settings) === 'synchronous') return 0;
  return rateLimit === 'off' ? Infinity : rateLimit;
}
