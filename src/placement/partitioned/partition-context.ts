import { createKernels } from '../../kernels/create.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { attachControl, WORD, type Control } from '../../memory/control.js';
import { attachParameter, type ParameterTable } from '../../memory/parameters.js';
import { createWorkspace } from '../../memory/workspace.js';
import type { Activations } from '../../network/dynamic.js';
import { neuronsOf } from '../../network/ownership.js';
import { attachReplay, type ReplayRing } from '../../replay/ring.js';
import { createEventCount, type EventCount } from '../../schedule/event-count.js';
import { createRateLimiter, createStreamLimiter, type RateLimiter } from '../../schedule/rate-limiter.js';
import { SCHEDULES, type Schedule } from '../../schedule/schedule.js';
import { createWorld, type World } from '../../virtual/world.js';
import { createLiveSource, createRecordingSource, type ReadSource, type ReadSourceContext } from './read-source.js';
import { attachExchange, type ActivationExchange } from './activation-exchange.js';
import { attachStalenessRecorder, type StalenessRecorder } from '../../runtime/staleness.js';
import { createPeerWait, NO_WAIT, virtualClock, threadClock, type PeerWait } from './peer-wait.js';
import { ALIVE, type RunLayout } from './run-layout.js';
import { createRerunSource } from './rerun.js';
import { attachPeerParameters, type PeerParameters } from './peer-parameters.js';
import { attachPhaseTimer, timestampNotifications, type PhaseTimer } from '../../runtime/phase-timings.js';
import { createCounterMessages, delayControl, type CounterMessages } from './message-control.js';
import type { VirtualState } from './virtual-state.js';
import { createTransport, messageExchange, messageParameters, type Transport } from './message-exchange.js';

/** Everything one partition sees of the shared memory. */
export interface PartitionContext {
  readonly layout: RunLayout;
  readonly partition: number;
  /** All partitions but this one. */
  readonly peers: readonly number[];
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly control: Control;
  readonly eventCount: EventCount;
  /** Rings it, where what all may be waiting for has changed: an observation is shown, or the run is over. */
  readonly notifyAll: () => void;
  readonly schedule: Schedule;
  readonly peerWait: PeerWait;
  readonly limiter: RateLimiter;
  /** What the limiter counts: environment steps, whole turns of a group of environments alone; or slots stored where the rule learns from the stream. */
  readonly experienceCount: () => number;
  /** Lets what a partition has said in acting arrive: at once, or in a virtual world after the time that a message takes. */
  readonly deliver: (arrive: () => void) => void;
  /** Seconds; never goes back within a command. */
  readonly now: () => number;
  /** Told by a host that all environments of a group have made their step. */
  readonly onGroupStepped: (group: number) => void;
  readonly replay: ReplayRing;
  readonly exchange: ActivationExchange;
  readonly peerParameters: PeerParameters;
  readonly readSource: ReadSource;
  /** Undefined where times are not measured. */
  readonly phaseTimer: PhaseTimer | undefined;
  /** Undefined where none is kept: then nothing is asked of it either. */
  readonly staleness: StalenessRecorder | undefined;
  readonly tables: Readonly<Record<string, ParameterTable>>;
  /** Acting: a lane for each environment, that all partitions share. */
  readonly inferenceActivations: Activations;
  /** Learning: this partition's own minibatch. */
  readonly learningActivations: Activations;
}

/** A virtual world, and what is under way in it: one for all partitions. */
export interface VirtualRuntime {
  readonly world: World;
  readonly transport: Transport;
  readonly counterMessages: CounterMessages;
}

/**
 * Undefined where partitions run on threads, in real time.
 *
 * @param begin virtual time, and what was left of the world at that time
 */
export function createVirtualRuntime({ settings: { schedule, virtual, seed, partitions }, groups, topology }: RunLayout, { time, left }: { readonly time: number; readonly left?: VirtualState | undefined } = { time: 0 }): VirtualRuntime | undefined {
  if (virtual === undefined) return undefined;
  const world = createWorld(virtual, seed, partitions, groups.map(({ begin, end }) => end - begin), { time, durations: left?.durations, clocks: schedule === 'poisson' });
  return { world, transport: createTransport(world, partitions, topology.ticks.length, left?.messages), counterMessages: createCounterMessages(world, partitions, groups.length, left?.messages) };
}

/** What is not as usual: a virtual world, or a log that the partition is to do again. */
interface PartitionModes {
  readonly virtualRuntime?: VirtualRuntime | undefined;
  readonly log?: Uint8Array | undefined;
  /** The control words of the run that this is a part of; its own unless given. */
  readonly run?: Pick<Control, 'words' | 'heartbeat' | 'hang'> | undefined;
}

/** @param spin false where threads outnumber cores */
export function createPartitionContext(layout: RunLayout, arena: Arena, partition: number, spin: boolean, { virtualRuntime, log, run }: PartitionModes = {}): PartitionContext {
  const { settings, topology, ownership } = layout;
  const truth = { ...attachControl(arena), ...run };
  const control = virtualRuntime ? delayControl(truth, partition, virtualRuntime.world, virtualRuntime.counterMessages, partition === 0 && settings.environments > 1) : truth;
  const silent = createEventCount(control.words, spin);
  const eventCount = settings.timing.measureDurations ? timestampNotifications(silent, arena) : silent;
  const replay = attachReplay(arena, layout.ring);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, partition));
  const peers = attachTransport(layout, arena, kernels, control, partition, virtualRuntime);
  const context = { partition, partitions: settings.partitions, ticks: topology.ticks.length, depth: layout.exchange.depth, control, replay, ...peers };
  const lanes = 2 * settings.learning.batch;
  const alive = arena.int32(ALIVE);
  const phaseTimer = settings.timing.measureDurations ? attachPhaseTimer(arena, partition) : undefined;
  const watch = virtualRuntime ? virtualClock(() => virtualRuntime.world.now()) : threadClock((milliseconds) => { phaseTimer?.countWaiting(milliseconds); });
  const patient = waitsForPeers(layout, spin, log !== undefined);
  const own = (name: string) => arena.float32(name).subarray(partition * topology.neurons * lanes, (partition + 1) * topology.neurons * lanes);
  const now = virtualRuntime ? () => virtualRuntime.world.now() : () => performance.now() / 1000;
  return {
    layout,
    partition,
    peers: ownership.map((_, peer) => peer).filter((peer) => peer !== partition),
    arena,
    kernels,
    control,
    eventCount,
    notifyAll: virtualRuntime ? () => { virtualRuntime.world.noteChange(); eventCount.notify(); } : () => { eventCount.notify(); },
    schedule: SCHEDULES[log === undefined ? settings.schedule : 'hogwild']({
      control,
      eventCount,
      partition,
      gates: topology.ticks.length + 1,
      neurons: neuronsOf(ownership, partition),
      timing: settings.timing,
      seed: settings.seed,
      now,
    }),
    peerWait: patient ? createPeerWait(peers.exchange, control, watch) : NO_WAIT,
    limiter: createLimiter(layout),
    experienceCount: layout.rule.data === 'online' ? () => replay.stored() : () => countedSteps(layout, Atomics.load(control.words, WORD.steps)),
    deliver: virtualRuntime ? deliverLater(virtualRuntime.world, partition) : (arrive) => { arrive(); },
    now,
    onGroupStepped: (group) => { virtualRuntime?.world.endStep(group); },
    replay,
    ...peers,
    readSource: log === undefined ? createReadSource(layout, context) : createRerunSource(context, arena, eventCount, log),
    phaseTimer,
    staleness: settings.timing.measureStaleness ? attachStalenessRecorder(arena, partition) : undefined,
    tables: attachTables(layout, arena),
    inferenceActivations: { lanes: settings.environments, voltages: arena.float32('voltage'), weightedInputs: arena.float32('voltage/weighted'), alive },
    learningActivations: { lanes, voltages: own('board'), weightedInputs: own('board/weighted'), alive },
  };
}

/** Whether a partition waits a little for voltages: not behind barriers, where they are there, nor where a journal says what to wait for. */
function waitsForPeers({ settings }: RunLayout, spin: boolean, repeats: boolean): boolean {
  if (settings.schedule === 'synchronous' || repeats) return false;
  return settings.virtual?.peerWait ?? spin;
}

function deliverLater(world: World, partition: number): PartitionContext['deliver'] {
  return (arrive) => {
    world.after(world.broadcastDelay(partition, 'acting'), () => {
      arrive();
      world.noteChange();
    });
  };
}

/** Environment steps without those of a turn that is not whole: where one group has all environments, a halt in the middle of its turn changes nothing. */
export function wholeRounds({ groups }: RunLayout, steps: number): number {
  return groups.length > 1 ? steps : steps - (steps % groups[0].end);
}

/** Environment steps that are learned from: those of whole turns, and at the last step of the run as it was planned all of them. */
function countedSteps(plan: RunLayout, steps: number): number {
  const { settings: { steps: planned } } = plan;
  return Math.max(wholeRounds(plan, steps), steps < planned ? 0 : planned);
}

/** What peers say: through the shared memory, or in messages. */
function attachTransport(plan: RunLayout, arena: Arena, kernels: Kernels, control: Control, partition: number, surroundings: VirtualRuntime | undefined): Pick<PartitionContext, 'peerParameters' | 'exchange'> {
  const { settings, exchange, peerParameters: shape, ownership } = plan;
  if (surroundings === undefined) {
    const peerParameters = attachPeerParameters(arena, kernels, control, shape, ownership, partition);
    return { peerParameters, exchange: attachExchange(arena, kernels, exchange, ownership, partition, peerParameters) };
  }
  const peerParameters = messageParameters(arena, kernels, shape, ownership, partition, surroundings.transport);
  return { peerParameters, exchange: messageExchange(arena, exchange, ownership, partition, peerParameters, surroundings.transport, settings.schedule === 'synchronous') };
}

/** The tables of all parameters, by name. */
export function attachTables(plan: RunLayout, arena: Arena): Record<string, ParameterTable> {
  return Object.fromEntries(plan.parameters.map((shape) => [shape.name, attachParameter(arena, shape)]));
}

/** Only whole versions can be told from one another, and so be recorded. */
function createReadSource({ settings: { timing, virtual } }: RunLayout, context: ReadSourceContext): ReadSource {
  return timing.reads === 'versioned' && virtual === undefined ? createRecordingSource(context) : createLiveSource(context);
}

function createLimiter(plan: RunLayout): RateLimiter {
  const { settings: { learning }, rule } = plan;
  const window = limiterWindow(plan);
  if (rule.data === 'replay') return allowUnsettled(plan, createRateLimiter({ ...learning, window }));
  return createStreamLimiter(Math.min(window, Math.floor(learning.replay / 4))); // the stream must not be overwritten unread
}

/** Updates that every partition has made where all stand still after so many steps, and slots stored: no fewer and no more than these. */
export function settledUpdates(plan: RunLayout, steps: number, stored: number): { readonly least: number; readonly most: number } {
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
function allowUnsettled({ settings }: RunLayout, limiter: RateLimiter): RateLimiter {
  return settings.timing.inference === 'sampled' && settings.schedule !== 'synchronous' ? { ...limiter, isSettled: () => true } : limiter;
}

/** The synchronous schedule alternates acting and learning strictly: otherwise a run could not be repeated. */
export function limiterWindow({ settings }: RunLayout): number {
  const { updateWindow } = settings;
  if (settings.schedule === 'synchronous') return 0;
  return updateWindow === 'off' ? Infinity : updateWindow;
}
