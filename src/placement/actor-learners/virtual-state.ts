import { isCount, isRecord } from '../../check.js';
import type { SchedulerState } from '../../virtual/scheduler.js';
import type { DurationState } from '../../virtual/world.js';
import { decodeActor, doublesOf, type Phase } from './actor-state.js';
import type { ActorLearnersLayout } from './layout.js';

/** In place of a task: the event ends work that was interrupted, or delivers a message. */
export const EVENT = { interrupted: -1, message: -2 } as const;

/** Actors in virtual time at a pause, besides the arena: plain data. The last task makes the updates of synchronous rounds. */
export interface VirtualActorsState {
  readonly durations: DurationState;
  readonly scheduler: SchedulerState;
  /** The event queue, the next first: times, and the task whose work ends then, or one of `EVENT`. */
  readonly times: Float64Array;
  readonly events: Int32Array;
  /** Messages that events deliver, in the order of these, then gradients that wait for later ones: actor, version and steps each, and gradients one after another. */
  readonly messages: Int32Array;
  readonly gradients: Float32Array;
  /** Of each actor: messages sent so far, 1 while one of them is awaited by others; and seconds until requested weights arrive. */
  readonly sent: Int32Array;
  readonly awaited: Float64Array;
  /** States of the actors, one after another: see `ActorState`. */
  readonly doubles: Float64Array;
  readonly floats: Float32Array;
}

/** Numbers of a message in `messages`. */
export const MESSAGE = 3;

/** Floats of a rollout under way. */
function floatsOf({ networks, weights, outputs, heads, cursors: { components }, settings: { rollout: { steps: size } } }: ActorLearnersLayout): number {
  const states = networks.reduce((sum, { topology: { neurons } }) => sum + (size + 2) * neurons, 0);
  return weights + states + 2 * heads * outputs * size + components * (size + 1) + 2 * size;
}

/** True if a run of such a layout can have left this state: every length, number and index. @param time seconds of virtual time */
export function isVirtualActorsState(layout: ActorLearnersLayout, value: unknown, time: number): value is VirtualActorsState {
  const { settings: { actors, schedule, learning }, cursors, weights } = layout;
  if (!isRecord(value)) return false;
  const { durations, scheduler, times, events, messages, gradients, sent, awaited, doubles, floats } = value;
  if (!(times instanceof Float64Array && awaited instanceof Float64Array && doubles instanceof Float64Array && gradients instanceof Float32Array && floats instanceof Float32Array)) return false;
  if (!(events instanceof Int32Array && messages instanceof Int32Array && sent instanceof Int32Array)) return false;
  const tasks = actors + (schedule === 'synchronous' ? 1 : 0);
  const width = doublesOf(cursors);
  const count = messages.length / MESSAGE;
  const late = count - events.filter((event) => event === EVENT.message).length;
  const lengths = times.length === events.length && isCount(late) && late <= learning.gradientDelay && gradients.length === weights * count && sent.length === 2 * actors
    && awaited.length === actors && doubles.length === width * actors && floats.length === floatsOf(layout) * actors;
  return lengths && isDurations(durations, actors) && times.every((each, i) => Number.isFinite(each) && each >= (i === 0 ? time : times[i - 1]))
    && awaited.every((each) => Number.isFinite(each) && each >= 0) && sent.every((each) => each >= 0) && messages.every((each, i) => each >= 0 && (i % MESSAGE !== 0 || each < actors))
    && everyTaskOnce(scheduler, events, tasks)
    && Array.from({ length: actors }, (_, actor) => isPlace(layout, doubles.subarray(width * actor, width * (actor + 1)), [...scheduler.pausing, ...scheduler.blocked].includes(actor))).every(Boolean);
}

function isDurations(value: unknown, actors: number): boolean {
  return isRecord(value) && isRecord(value.draws) && Object.values(value.draws).every(isCount) && Array.isArray(value.stepEnds) && value.stepEnds.length === actors && value.stepEnds.every((end) => Number.isFinite(end))
    && (value.updates === undefined || (Array.isArray(value.updates) && value.updates.length === actors && value.updates.every((each: unknown) => isPair(each) && each[0] >= 0 && isCount(each[1]) && each[1] <= 2)));
}

const isPair = (value: unknown): value is readonly [number, unknown] => Array.isArray(value) && value.length === 2 && Number.isFinite(value[0]);

/** Every task is at a pause, blocked, at work or waiting for a core: otherwise a run would stand still. */
function everyTaskOnce(scheduler: unknown, events: Int32Array, tasks: number): scheduler is SchedulerState {
  if (!isRecord(scheduler) || !isRecord(scheduler.cores)) return false;
  const { pausing, blocked, cores: { running, held } } = scheduler;
  if (!Array.isArray(pausing) || !Array.isArray(blocked) || !Array.isArray(running) || !Array.isArray(held)) return false;
  if (!held.every((each: unknown) => isPair(each) && Number.isFinite(each[1]) && Number(each[1]) >= 0)) return false;
  if (!running.every((thread) => isCount(thread) && thread < tasks) || new Set(running).size !== running.length) return false;
  const working = [...events].filter((event) => event >= 0);
  const resting: readonly unknown[][] = [pausing, blocked];
  const all = [...resting.flat(), ...working, ...held.map((each: unknown[]) => each[0])];
  return events.every((event) => event >= EVENT.message) && all.length === tasks && new Set(all).size === tasks && all.every((task) => isCount(task) && task < tasks);
}

/** @param rests true between two rollouts */
function isPlace(layout: ActorLearnersLayout, doubles: Float64Array, rests: boolean): boolean {
  const { phase, t, version, step, cursor, behaviour } = decodeActor({ doubles }, layout.cursors);
  const counts = [t, version, step, cursor.steps, cursor.episodes, cursor.length, behaviour[0]];
  if ((phase as Phase | undefined) === undefined || rests !== (phase === 'begin') || !counts.every(isCount)) return false;
  const { rollout: { steps } } = layout.settings;
  return phase === 'act' || phase === 'step' ? t < steps : t <= steps && (rests || t > 0);
}
