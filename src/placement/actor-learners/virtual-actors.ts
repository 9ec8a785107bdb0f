import { WORD } from '../../memory/control.js';
import { createVirtualScheduler, type VirtualTask } from '../../virtual/scheduler.js';
import type { VirtualSettings } from '../../virtual/settings.js';
import { createWorld, type World } from '../../virtual/world.js';
import { createActor, createWorkbench } from './actor.js';
import type { ActorCursors } from './cursors.js';
import { createHogwildPort } from './hogwild.js';
import type { ActorLearnerSettings } from './settings.js';
import { createSynchronousPort, updateRounds } from './synchronous.js';
import type { PortContext, UpdatePort } from './updates.js';
import { attachVirtualTime } from './words.js';

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
  readonly close: () => void;
}

/** @param context `beat` is called at every turn */
export function createVirtualActors(context: PortContext & { readonly beat: () => void }, cursors: ActorCursors): VirtualActors {
  const { kernels, arena, layout, eventCount } = context;
  const { settings } = layout;
  const control = arena.int32('control');
  const time = attachVirtualTime(arena);
  const world = createWorld(worldSettings(settings), settings.seed, settings.actors, new Array<number>(settings.actors).fill(1), { time: time[0] });
  const stations = Array.from({ length: settings.actors }, (): Station => ({ messages: 0, awaited: 0, sending: false }));
  const port = settings.schedule === 'synchronous' ? synchronousOver(world, stations, createSynchronousPort(context, cursors)) : hogwildOver(world, stations, context, cursors);
  const actors = stations.map((_, actor) => createActor(actor, layout, createWorkbench(kernels, arena, layout), cursors, port));
  const isHeld = () => Atomics.load(control, WORD.abort) !== 0 || Atomics.load(control, WORD.steps) >= Atomics.load(control, WORD.stepLimit);
  const common = { isHeld, wakeDelay: () => Infinity, wakeLatency: () => 0 };
  const tasks = actors.map((actor, index): VirtualTask => ({ ...common, coroutine: actor.run(), thread: index, duration: durationOf(world, index, stations[index]) }));
  if (settings.schedule === 'synchronous') tasks.push({ ...common, coroutine: updateRounds(context, cursors), thread: settings.actors, duration: () => 0 });
  const scheduler = createVirtualScheduler(tasks, world, () => {
    time[0] = world.now();
    context.beat();
  }, () => eventCount.prepare());

  return {
    train() {
      scheduler.run();
      time[0] = world.now();
    },
    close() {
      for (const actor of actors) actor.close();
    },
  };
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

/** Gradients are applied as they arrive; the actor continues meanwhile. */
function hogwildOver(world: World, stations: readonly Station[], context: PortContext, cursors: ActorCursors): UpdatePort {
  const { kernels } = context;
  const free: Float32Array[] = []; // room for gradients on their way
  const port = createHogwildPort(context, cursors, 0, (actor, gradient, apply) => {
    const delay = delayOf(world, actor, stations[actor]);
    if (delay === 0) {
      apply(gradient);
      return;
    }
    const message = free.pop() ?? kernels.numbers(gradient.length);
    kernels.copy(gradient, 0, gradient.length, message, 0);
    world.after(delay, () => {
      apply(message);
      free.push(message);
    });
  });
  return withAwaitedWeights(world, stations, port);
}

/** A rollout counts once its gradient has arrived; the actor waits for the update anyway. */
function synchronousOver(world: World, stations: readonly Station[], port: UpdatePort): UpdatePort {
  return withAwaitedWeights(world, stations, {
    ...port,
    admit: (actor) => (stations[actor].sending ? 'wait' : port.admit(actor)),
    contribute(actor, gradient, version, steps, commit) {
      const station = stations[actor];
      station.sending = true;
      world.after(delayOf(world, actor, station), () => {
        station.sending = false;
        port.contribute(actor, gradient, version, steps, commit);
      });
    },
  });
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
