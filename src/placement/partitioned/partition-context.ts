import { createKernels } from '../../kernels/create.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { attachControl, WORD, type Control } from '../../memory/control.js';
import { attachParameter, type ParameterTable } from '../../memory/parameters.js';
import { createWorkspace } from '../../memory/workspace.js';
import type { Activations } from '../../network/activations.js';
import { neuronsOf } from '../../network/ownership.js';
import { attachReplay, type ReplayRing } from '../../replay/ring.js';
import { createEventCount, type EventCount } from '../../schedule/event-count.js';
import { createRateLimiter, createStreamLimiter, type RateLimiter } from '../../schedule/rate-limiter.js';
import { SCHEDULES, type Schedule } from '../../schedule/schedule.js';
import { createWorld, type World } from '../../virtual/world.js';
import { createLiveSource, createRecordingSource, type ReadSource, type ReadSourceContext } from './read-source.js';
import { attachExchange, type ActivationExchange } from './activation-exchange.js';
import { attachStalenessRecorder, type StalenessRecorder } from './staleness.js';
import { createPeerWait, NO_WAIT, virtualClock, threadClock, type PeerWait } from './peer-wait.js';
import { ALIVE, replicaName, type RunLayout } from './run-layout.js';
import { createRerunSource } from './rerun.js';
import { attachPeerParameters, type PeerParameters } from './peer-parameters.js';
import { attachPhaseTimer, timestampNotifications, type PhaseTimer } from '../../runtime/phase-timings.js';
import { createCounterMessages, delayControl, type CounterMessages } from './message-control.js';
import type { VirtualState } from './virtual-state.js';
import { createTransport, messageExchange, messageParameters, type Transport } from './message-exchange.js';

/** Everything that a partition is built from. */
export interface PartitionContext {
  readonly layout: RunLayout;
  readonly partition: number;
  /** All partitions but this one. */
  readonly peers: readonly number[];
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly control: Control;
  readonly eventCount: EventCount;
  /** Notifies after a change that all may wait for: an observation is submitted, or the run is over. */
  readonly notifyAll: () => void;
  readonly schedule: Schedule;
  readonly peerWait: PeerWait;
  readonly limiter: RateLimiter;
  /** What the limiter counts: environment steps, of whole rounds of a lone group only; or slots stored, under an online rule. */
  readonly experienceCount: () => number;
  /** Delivers what inference publishes: at once, or in virtual time after the delay of a message. */
  readonly deliver: (arrive: () => void) => void;
  /** Seconds; never goes back within a command. */
  readonly now: () => number;
  /** Called when all environments of a group have made their step. */
  readonly onGroupStepped: (group: number) => void;
  readonly replay: ReplayRing;
  readonly exchange: ActivationExchange;
  readonly peerParameters: PeerParameters;
  readonly readSource: ReadSource;
  /** Undefined if timings are not measured. */
  readonly phaseTimer: PhaseTimer | undefined;
  /** Undefined if staleness is not measured; then nothing is computed for it either. */
  readonly staleness: StalenessRecorder | undefined;
  readonly tables: Readonly<Record<string, ParameterTable>>;
  /** Of inference: a lane for each environment, shared by all partitions. */
  readonly inferenceActivations: Activations;
  /** Of learning: this partition's own minibatch. */
  readonly learningActivations: Activations;
}

/** The world of a virtual run and the messages in it: one for all partitions. */
export interface VirtualRuntime {
  readonly world: World;
  readonly transport: Transport;
  readonly counterMessages: CounterMessages;
}

/**
 * Undefined in real time.
 *
 * @param begin the virtual time, and the state that was left then
 */
export function createVirtualRuntime({ settings: { schedule, virtual, seed, partitions, timing }, groups, topology }: RunLayout, { time, state }: { readonly time: number; readonly state?: VirtualState | undefined } = { time: 0 }): VirtualRuntime | undefined {
  if (virtual === undefined) return undefined;
  const world = createWorld(virtual, seed, partitions, groups.map(({ begin, end }) => end - begin), { time, durations: state?.durations, clocks: schedule === 'poisson' });
  return { world, transport: createTransport(world, partitions, topology.ticks.length, timing.reads === 'aligned', state?.messages), counterMessages: createCounterMessages(world, partitions, groups.length, state?.messages) };
}

/** How a partition's context differs from that of a live run in real time. */
interface PartitionModes {
  readonly virtualRuntime?: VirtualRuntime | undefined;
  readonly log?: Uint8Array | undefined;
  /** The control words of the run that is evaluated; the arena's own unless given. */
  readonly run?: Pick<Control, 'words' | 'heartbeat' | 'hang'> | undefined;
}

/** @param spins false if threads outnumber cores */
export function createPartitionContext(layout: RunLayout, arena: Arena, partition: number, spin: boolean, { virtualRuntime, log, run }: PartitionModes = {}): PartitionContext {
  const { settings, topology, ownership } = layout;
  const truth = { ...attachControl(arena), ...run };
  const control = virtualRuntime ? delayControl(truth, partition, virtualRuntime.world, virtualRuntime.counterMessages, partition === 0 && settings.environments > 1) : truth;
  const silent = createEventCount(control.words, spin);
  const eventCount = settings.timing.measureDurations ? timestampNotifications(silent, arena) : silent;
  const replay = attachReplay(arena, layout.ring);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, partition));
  const peers = attachTransport(layout, arena, kernels, control, partition, virtualRuntime);
  const readContext = { partition, partitions: settings.partitions, ticks: topology.ticks.length, depth: layout.exchange.depth, control, replay, ...peers };
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
    readSource: log === undefined ? createReadSource(layout, readContext) : createRerunSource(readContext, arena, eventCount, log),
    phaseTimer,
    staleness: settings.timing.measureStaleness ? attachStalenessRecorder(arena, partition) : undefined,
    tables: attachTables(layout, arena, partition),
    inferenceActivations: { lanes: settings.environments, voltages: arena.float32('voltage'), weightedInputs: arena.float32('voltage/weighted'), alive },
    learningActivations: { lanes, voltages: own('activations'), weightedInputs: own('activations/weighted'), alive },
  };
}

/** Whether a partition waits for peers' activations: not with barriers, where they are always there, nor in a rerun, where the journal decides. */
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

/** Environment steps without those of an incomplete round: if one group has all environments, a step limit within its round changes nothing. */
export function wholeRounds({ groups }: RunLayout, steps: number): number {
  return groups.length > 1 ? steps : steps - (steps % groups[0].end);
}

/** Environment steps that are learned from: those of whole rounds, and at the last planned step all of them. */
function countedSteps(plan: RunLayout, steps: number): number {
  const { settings: { steps: planned } } = plan;
  return Math.max(wholeRounds(plan, steps), steps < planned ? 0 : planned);
}

/** How peers exchange data: through shared memory, or in messages. */
function attachTransport(plan: RunLayout, arena: Arena, kernels: Kernels, control: Control, partition: number, surroundings: VirtualRuntime | undefined): Pick<PartitionContext, 'peerParameters' | 'exchange'> {
  const { settings, exchange, peerParameters: shape, ownership } = plan;
  if (surroundings === undefined) {
    const peerParameters = attachPeerParameters(arena, kernels, control, shape, ownership, partition);
    return { peerParameters, exchange: attachExchange(arena, kernels, exchange, ownership, partition, peerParameters) };
  }
  const peerParameters = messageParameters(arena, kernels, shape, ownership, partition, surroundings.transport);
  return { peerParameters, exchange: messageExchange(arena, exchange, ownership, partition, peerParameters, surroundings.transport, settings.schedule === 'synchronous') };
}

/** The tables of all parameters, by name. @param partition whose replicas, where parameters are replicated */
export function attachTables({ parameters, replicated }: RunLayout, arena: Arena, partition = 0): Record<string, ParameterTable> {
  return Object.fromEntries(parameters.map((shape) => [shape.name, attachParameter(arena, replicated.includes(shape.name) ? { ...shape, name: replicaName(shape.name, partition) } : shape)]));
}

/** Only whole versions can be identified, and so recorded. */
function createReadSource({ settings: { timing, virtual } }: RunLayout, context: ReadSourceContext): ReadSource {
  return timing.reads === 'versioned' && virtual === undefined ? createRecordingSource(context) : createLiveSource(context);
}

function createLimiter(plan: RunLayout): RateLimiter {
  const { settings: { learning }, rule } = plan;
  const window = limiterWindow(plan);
  if (rule.data === 'replay') return allowUnsettled(plan, createRateLimiter({ ...learning, window }));
  return createStreamLimiter(Math.min(window, Math.floor(learning.replay / 4))); // no slot may be overwritten unread
}

/** Bounds on the updates of every partition when all are quiescent after so many steps and slots stored. */
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

/** Under sampled inference, updates that are due when acting ends may stay due. With barriers all partitions must end with the same update. */
function allowUnsettled({ settings }: RunLayout, limiter: RateLimiter): RateLimiter {
  return settings.timing.inference === 'sampled' && settings.schedule !== 'synchronous' ? { ...limiter, isSettled: () => true } : limiter;
}

/** The synchronous schedule alternates acting and learning strictly: otherwise a run could not be repeated. */
export function limiterWindow({ settings }: RunLayout): number {
  const { updateWindow } = settings;
  if (settings.schedule === 'synchronous') return 0;
  return updateWindow === 'off' ? Infinity : updateWindow;
}
