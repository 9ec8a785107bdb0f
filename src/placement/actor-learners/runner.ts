import { createKernels } from '../../kernels/create.js';
import { attachArena, type ArenaHandle } from '../../memory/arena.js';
import { attachControl } from '../../memory/control.js';
import { attachParameter } from '../../memory/parameters.js';
import { createWorkspace } from '../../memory/workspace.js';
import { createEventCount } from '../../schedule/event-count.js';
import { Aborted, beat, createCooperativeScheduler, type ThreadTask } from '../../runtime/cooperative.js';
import { serialiseError, type SerialisedError } from '../../runtime/serialised-error.js';
import type { WorkerApi } from '../../runtime/worker-api.js';
import type { Coroutine } from '../../schedule/work.js';
import { createActor, createWorkbench } from './actor.js';
import { attachActorCursors } from './cursors.js';
import { createHogwildPort } from './hogwild.js';
import { createLayout, weightShape } from './layout.js';
import type { ActorLearnerSettings } from './settings.js';
import { createSynchronousPort, updateRounds } from './synchronous.js';
import { createVirtualActors } from './virtual-actors.js';

/** The task of a thread, as plain data, which crosses threads. */
export interface RunnerSpec {
  readonly worker: number;
  readonly settings: ActorLearnerSettings;
  readonly arena: ArenaHandle;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
}

/** The commands of a worker that runs actors. */
export interface LearnersApi extends WorkerApi {
  /** @returns the error that ended it, if any */
  train(): SerialisedError | undefined;
}

/** The actors of one thread. */
export interface Runner {
  /** Goes on from where the actors were committed, until the step limit in the control words is reached. @returns what went wrong, if anything */
  train(): SerialisedError | undefined;
  close(): void;
}

/** The actors that a worker carries: dealt in turn, so that the first worker has the first one. */
export function actorsOf({ actors, workers }: Pick<ActorLearnerSettings, 'actors' | 'workers'>, worker: number): number[] {
  return Array.from({ length: actors }, (_, actor) => actor).filter((actor) => actor % workers === worker);
}

export function createRunner({ worker, settings, arena: handle, spin }: RunnerSpec): Runner {
  const arena = attachArena(handle);
  const layout = createLayout(settings);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, worker));
  const control = attachControl(arena);
  const eventCount = createEventCount(control.words, spin);
  const context = { kernels, arena, layout, eventCount };
  const cursors = attachActorCursors(arena, layout.cursors);
  const synchronous = settings.schedule === 'synchronous';
  const port = synchronous ? createSynchronousPort(context, cursors) : createHogwildPort(context, cursors, worker);
  const { target } = attachParameter(arena, weightShape(layout.networks));
  if (settings.time === 'virtual') return guarded(createVirtualActors({ ...context, beat: () => { beat(control, worker); } }, cursors, target));
  const bench = createWorkbench(kernels, arena, layout);
  const actors = actorsOf(settings, worker).map((actor) => createActor(actor, layout, bench, cursors, port, target));

  return guarded({
    train() {
      const tasks = actors.map((actor) => actor.run());
      if (synchronous && worker === 0) tasks.push(updateRounds(context, cursors));
      const threadTasks = tasks.map((task): ThreadTask => ({ coroutine: betweenRollouts(task), partition: worker, wakeDelay: () => Infinity }));
      createCooperativeScheduler(threadTasks, { control, eventCount }, () => undefined).run();
    },
    close() {
      for (const actor of actors) actor.close();
    },
  });
}

/** What goes wrong is an answer: it crosses to another thread. */
function guarded({ train, close }: { readonly train: () => void; readonly close: () => void }): Runner {
  return {
    train() {
      try {
        train();
        return undefined;
      } catch (error) {
        return error instanceof Aborted ? undefined : serialiseError(error);
      }
    },
    close,
  };
}

/** A task that yields only where another one of its thread may run: all share the workbench of a rollout. */
function* betweenRollouts(task: Coroutine): Coroutine {
  for (;;) {
    const { done, value } = task.next();
    if (done === true) return;
    if (value === 'pause' || value === 'blocked') yield value;
  }
}
