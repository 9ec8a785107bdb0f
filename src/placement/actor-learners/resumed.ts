import type { Environment } from '../../environment/environment.js';
import { CheckpointError, isOptionError } from '../../errors.js';
import type { Snapshot } from '../../memory/arena.js';
import type { ElementType } from '../../memory/layout.js';
import { decodeActor } from './actor-state.js';
import type { ActorCursors } from './cursors.js';
import { makeActorEnvironment, type ActorLearnersLayout } from './layout.js';
import { isVirtualActorsState, type VirtualActorsState } from './virtual-state.js';
import { VIRTUAL_TIME } from './words.js';

/** What a run continues from. */
export interface ResumedRun extends Snapshot {
  /** In virtual time, what the arena does not hold. */
  readonly world: unknown;
  readonly counters: { readonly steps: number };
  readonly numbers: (name: string, type: ElementType) => ArrayLike<number>;
}

/** @throws CheckpointError where an actor is in a state that its environment cannot be in, or not where the others of a synchronous run are */
export function checkCursors(layout: ActorLearnersLayout, cursors: ActorCursors, updates: number): void {
  const { settings: { actors, schedule, time } } = layout;
  for (let actor = 0; schedule === 'synchronous' && actor < actors; actor += 1) {
    const ahead = cursors.commits(actor) - updates;
    if (ahead !== 0 && (time === 'real' || ahead !== 1)) throw new CheckpointError('format', `actor ${actor} has ${cursors.commits(actor)} rollouts, and there are ${updates} updates`);
  }
  checkStates(layout, (environment, actor) => { if (cursors.commits(actor) !== 0) cursors.restore(actor, [environment]); });
}

/**
 * The state of a run in virtual time, besides the arena; undefined in real time, and before the first step.
 *
 * @throws CheckpointError where such a run cannot have stopped there
 */
export function worldOf(layout: ActorLearnersLayout, { world, counters: { steps }, numbers }: Omit<ResumedRun, keyof Snapshot>): VirtualActorsState | undefined {
  const { settings: { time, actors }, cursors } = layout;
  if (world === undefined && (time === 'real' || steps === 0)) return undefined;
  if (time === 'real' || !isVirtualActorsState(layout, world, numbers(VIRTUAL_TIME, 'float64')[0])) throw new CheckpointError('format', 'its rollouts under way do not fit its settings');
  const { doubles } = world;
  const width = doubles.length / actors;
  checkStates(layout, (environment, actor) => { environment.setState(decodeActor({ doubles: doubles.subarray(width * actor, width * (actor + 1)) }, cursors).state); });
  return world;
}

function checkStates({ settings }: ActorLearnersLayout, put: (environment: Environment, actor: number) => void): void {
  const environment = makeActorEnvironment(settings);
  try {
    for (let actor = 0; actor < settings.actors; actor += 1) put(environment, actor);
  } catch (error) {
    if (!isOptionError(error)) throw error;
    throw new CheckpointError('format', `an actor is in a state that ${settings.environment} cannot be in: ${error.message}`);
  } finally {
    environment.close();
  }
}
