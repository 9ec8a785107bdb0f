import { WORD } from '../../memory/control.js';
import { createVirtualScheduler, type VirtualScheduler, type VirtualTask } from '../../virtual/scheduler.js';
import type { VirtualSettings } from '../../virtual/settings.js';
import { createWorld, type World } from '../../virtual/world.js';
import { createActor, type Actor } from './actor.js';
import type { ActorState } from './actor-state.js';
import type { ActorCursors } from './cursors.js';
import { createHogwildPort, type HogwildPort } from './hogwild.js';
import type { ActorLearnerSettings } from './settings.js';
import { createSynchronousPort, updateRounds } from './synchronous.js';
import type { PortContext, UpdatePort } from './updates.js';
import { createMail, type GradientMessage, type Mail } from './virtual-messages.js';
import { EVENT, MESSAGE, type VirtualActorsState } from './virtual-state.js';
import { attachStarted, attachVirtualTime } from './words.js';
import { createWorkbench } from './workbench.js';

/** One actor's messages to the shared weights and back. */
interface Station {
  /** Sent so far: each has a delay of its own. */
  messages: number;
  /** Seconds until the requested weights arrive; the next work waits for them. */
  awaited: number;
  /** True while a gradient is on its way that others wait for. */
  sending: boolean;
}

/**
 * Actors in virtual time, all on the calling thread. They do what they do on threads, and their work takes the durations of the settings. Weights come to an
 * actor, and its gradient goes from it, by a message each, with the delay of a message about learning. A halt stops the clock where it is: it changes nothing of what follows.
 */
export interface VirtualActors {
  /** Continues until the step limit in the control words is reached. */
  readonly train: () => void;
  /** Between commands, what the arena does not hold: rollouts and messages under way, and the event queue. */
  readonly world: () => VirtualActorsState;
  readonly close: () => void;
}

/**
 * @param context `beat` is called at every turn
 * @param begin where a run in another process stopped, if this one continues it
 * @throws Error in place of a worker that died: rollouts under way died with it
 */
export function createVirtualActors(context: PortContext & { readonly beat: () => void }, cursors: ActorCursors, begin?: VirtualActorsState): VirtualActors {
  const { kernels, arena, layout: { settings }, layout, eventCount } = context;
  if (Atomics.exchange(attachStarted(arena), 0, 1) !== 0) throw new Error('its worker died in virtual time, and rollouts under way with it; continue from the last checkpoint');
  const control = arena.int32('control');
  const time = attachVirtualTime(arena);
  const world = createWorld(worldSettings(settings), settings.seed, settings.actors, new Array<number>(settings.actors).fill(1), { time: time[0], durations: begin?.durations });
  const stations = Array.from({ length: settings.actors }, (): Station => ({ messages: 0, awaited: 0, sending: false }));
  const synchronous = settings.schedule === 'synchronous';
  const actors: Actor[] = [];
  const { port, mail, late } = synchronous ? synchronousOver(world, stations, context, cursors, actors) : hogwildOver(world, stations, context, cursors);
  for (const actor of stations.keys()) actors.push(createActor(actor, layout, createWorkbench(kernels, arena, layout), cursors, port));
  const isHeld = () => Atomics.load(control, WORD.abort) !== 0 || Atomics.load(control, WORD.steps) >= Atomics.load(control, WORD.stepLimit);
  const common = { isHeld, wakeDelay: () => Infinity, wakeLatency: () => 0 };
  const tasks = actors.map((actor, index): VirtualTask => ({ ...common, coroutine: actor.run(), thread: index, duration: durationOf(world, index, stations[index]) }));
  const rounds = updateRounds(context, cursors);
  if (synchronous) tasks.push({ ...common, coroutine: rounds, thread: settings.actors, duration: () => 0 });
  const scheduler = createVirtualScheduler(tasks, world, () => {
    time[0] = world.now();
    context.beat();
  }, () => eventCount.prepare());
  const parts = { world, stations, actors, scheduler, mail, late };
  if (begin !== undefined) restore(begin, parts);
  if (begin?.events.includes(settings.actors) === true) rounds.next(); // announces the update whose time is under way

  return {
    train() {
      scheduler.run();
      time[0] = world.now();
    },
    world: () => stateOf(parts),
    close() {
      for (const actor of actors) actor.close();
    },
  };
}

interface Parts {
  readonly world: World;
  readonly stations: readonly Station[];
  readonly actors: readonly Actor[];
  readonly scheduler: VirtualScheduler;
  readonly mail: Mail;
  /** Gradients that wait for later ones, and a way to put such back. */
  readonly late: Pick<HogwildPort, 'waiting' | 'apply'>;
}

function stateOf({ world, stations, actors, scheduler, mail, late }: Parts): VirtualActorsState {
  const pending = world.queue.pending();
  const messages = [...pending.map(({ event }) => mail.deliveredBy(event)).filter((message) => message !== undefined), ...late.waiting.map((each) => ({ ...each, steps: 0 }))];
  const states = actors.map((actor) => actor.state());
  const describe = (event: (typeof pending)[number]['event']) => {
    const task = scheduler.describe(event);
    return task === 'interrupted' ? EVENT.interrupted : task ?? EVENT.message;
  };
  return {
    durations: world.state(),
    scheduler: scheduler.state(),
    times: Float64Array.from(pending, ({ time }) => time),
    events: Int32Array.from(pending, ({ event }) => describe(event)),
    messages: Int32Array.from(messages.flatMap(({ actor, version, steps }) => [actor, version, steps])),
    gradients: joined(messages.map(({ gradient }) => gradient), (length) => new Float32Array(length)),
    sent: Int32Array.from(stations.flatMap(({ messages: sent, sending }) => [sent, sending ? 1 : 0])),
    awaited: Float64Array.from(stations, ({ awaited }) => awaited),
    doubles: joined(states.map(({ doubles }) => doubles), (length) => new Float64Array(length)),
    floats: joined(states.map(({ floats }) => floats), (length) => new Float32Array(length)),
  };
}

function joined<Numbers extends Float32Array | Float64Array>(parts: readonly Numbers[], create: (length: number) => Numbers): Numbers {
  const all = create(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function restore({ scheduler: places, times, events, messages, gradients, sent, awaited, doubles, floats }: VirtualActorsState, { stations, actors, scheduler, mail, late }: Parts): void {
  stations.forEach((station, i) => { Object.assign(station, { messages: sent[2 * i], sending: sent[2 * i + 1] === 1, awaited: awaited[i] }); });
  const partOf = <Numbers extends Float32Array | Float64Array>(all: Numbers, index: number, count: number) => all.subarray((index * all.length) / count, ((index + 1) * all.length) / count) as Numbers;
  actors.forEach((actor, i) => { actor.restore({ doubles: partOf(doubles, i, actors.length), floats: partOf(floats, i, actors.length) } satisfies ActorState); });
  scheduler.restore(places);
  const sentMessages = Array.from({ length: messages.length / MESSAGE }, (_, i): GradientMessage => {
    const [actor, version, steps] = messages.subarray(MESSAGE * i, MESSAGE * (i + 1));
    return { actor, version, steps, gradient: partOf(gradients, i, messages.length / MESSAGE) };
  });
  let delivered = 0;
  events.forEach((event, i) => {
    if (event !== EVENT.message) {
      scheduler.push(times[i], event === EVENT.interrupted ? 'interrupted' : event);
      return;
    }
    mail.put(times[i], sentMessages[delivered]);
    delivered += 1;
  });
  for (const { actor, gradient, version } of sentMessages.slice(delivered)) late.apply(actor, gradient, version);
}

/** Of the settings of a world, those that actors have. */
function worldSettings({ virtual }: ActorLearnerSettings): VirtualSettings {
  const nothing = { name: 'constant', value: 0 } as const;
  const common = { forward: null, actingMessageDelay: nothing, wake: nothing, peerWait: false, messageLoss: 0 };
  return { ...common, compute: nothing, act: nothing, step: nothing, learningMessageDelay: nothing, cores: null, stragglers: 0, slowdown: 1, ...virtual };
}

/** Seconds that the work of an actor takes; the first of a rollout also waits for the weights. */
function durationOf(world: World, actor: number, station: Station): VirtualTask['duration'] {
  return (work) => {
    if (work === 'step') return world.stepDuration(actor);
    world.endStep(actor);
    const { awaited } = station;
    station.awaited = 0;
    return awaited + world.duration(actor, work, 1);
  };
}

/** Seconds that the next message of an actor takes. */
function delayOf(world: World, actor: number, station: Station): number {
  const sent = world.now();
  station.messages += 1;
  return world.arrival(actor, actor, station.messages, sent) - sent;
}

/** A port whose gradients are messages. */
type Transported = Pick<Parts, 'mail' | 'late'> & { readonly port: UpdatePort };

/** Gradients are applied as they arrive; the actor continues meanwhile. */
function hogwildOver(world: World, stations: readonly Station[], context: PortContext, cursors: ActorCursors): Transported {
  const port = createHogwildPort(context, cursors, 0, (actor, gradient, version, steps) => { mail.send(delayOf(world, actor, stations[actor]), { actor, version, steps, gradient }); });
  const mail = createMail(world, context.kernels, ({ actor, gradient, version }) => { port.apply(actor, gradient, version); });
  return { port: withAwaitedWeights(world, stations, port), mail, late: port };
}

/** A rollout counts once its gradient has arrived; the actor waits for the update anyway. */
function synchronousOver(world: World, stations: readonly Station[], context: PortContext, cursors: ActorCursors, actors: readonly Actor[]): Transported {
  const port = createSynchronousPort(context, cursors);
  const mail = createMail(world, context.kernels, ({ actor, gradient, version, steps }) => {
    stations[actor].sending = false;
    port.contribute(actor, gradient, version, steps, (marker) => { actors[actor].commit(marker); });
  });
  return {
    mail,
    late: { waiting: [], apply: () => undefined },
    port: withAwaitedWeights(world, stations, {
      ...port,
      admit: (actor) => (stations[actor].sending ? 'wait' : port.admit(actor)),
      contribute(actor, gradient, version, steps) {
        stations[actor].sending = true;
        mail.send(delayOf(world, actor, stations[actor]), { actor, version, steps, gradient });
      },
    }),
  };
}

function withAwaitedWeights(world: World, stations: readonly Station[], port: UpdatePort): UpdatePort {
  return {
    ...port,
    refresh(weights, actor) {
      stations[actor].awaited = delayOf(world, actor, stations[actor]);
      return port.refresh(weights, actor);
    },
  };
}
