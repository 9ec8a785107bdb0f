import { createKernels } from '../../kernels/create.js';
import { attachArena, type ArenaHandle } from '../../memory/arena.js';
import { attachControl } from '../../memory/control.js';
import { createWorkspace } from '../../memory/workspace.js';
import { createEventCount } from '../../schedule/event-count.js';
import { Aborted, beat, createCooperativeScheduler, type ThreadTask } from '../../runtime/cooperative.js';
import { serialiseError, type SerialisedError } from '../../runtime/serialised-error.js';
import type { WorkerApi } from '../../runtime/worker-api.js';
import type { Announcement, Coroutine } from '../../schedule/work.js';
import { actorsOf, createActor } from './actor.js';
import { createWorkbench } from './workbench.js';
import { attachActorCursors } from './cursors.js';
import { createHogwildPort } from './hogwild.js';
import { attachOrder } from './order.js';
import { createOrderedPort } from './ordered.js';
import { createRerun } from './rerun.js';
import { createLayout } from './layout.js';
import type { ActorLearnerSettings } from './settings.js';
import { createSynchronousPort, updateRounds } from './synchronous.js';
import type { UpdatePort } from './updates.js';
import { createVirtualActors } from './virtual-actors.js';
import type { VirtualActorsState } from './virtual-state.js';

/** The task of a thread, as plain data, which crosses threads. */
export interface RunnerSpec {
  readonly worker: number;
  readonly settings: ActorLearnerSettings;
  readonly arena: ArenaHandle;
  /** In virtual time, where another process has stopped. */
  readonly world?: VirtualActorsState | undefined;
  /** True if one thread repeats the events of a journal. */
  readonly rerun: boolean;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
}

/** The commands of a worker that runs actors. */
export interface LearnersApi extends WorkerApi {
  /** @param events of a rerun. @returns the error that ended it, if any */
  train(events?: Int32Array): SerialisedError | undefined;
  /** In virtual time, what the arena does not hold. */
  world(): VirtualActorsState | undefined;
}

/** The actors of one thread. */
export interface Runner {
  /** Goes on from where the actors were committed, until the step limit in the control words is reached, or through the events of a rerun. @returns what went wrong, if anything */
  train(events?: Int32Array): SerialisedError | undefined;
  /** In virtual time, what the arena does not hold: see `VirtualActors`. */
  world?(): VirtualActorsState;
  close(): void;
}

export function createRunner({ worker, settings, arena: handle, spin, world, rerun }: RunnerSpec): Runner {
  const arena = attachArena(handle);
  const layout = createLayout(settings);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, worker));
  const control = attachControl(arena);
  const eventCount = createEventCount(control.words, spin);
  const context = { kernels, arena, layout, eventCount };
  const cursors = attachActorCursors(arena, layout.cursors);
  const synchronous = settings.schedule === 'synchronous';
  if (settings.time === 'virtual') return guarded(createVirtualActors({ ...context, beat: () => { beat(control, worker); } }, cursors, world));
  if (rerun) return guarded(createRerun({ ...context, beat: () => { beat(control, worker); } }, cursors));
  const port = createPort();
  const bench = createWorkbench(kernels, arena, layout);
  const actors = actorsOf(settings, worker).map((actor) => createActor(actor, layout, bench, cursors, port));

  function createPort(): UpdatePort {
    if (synchronous) return createSynchronousPort(context, cursors);
    return settings.timing.updates === 'ordered' ? createOrderedPort(context, cursors, worker, attachOrder(arena, worker)) : createHogwildPort(context, cursors, worker);
  }

  return guarded({
    train() {
      const tasks = actors.map((actor) => betweenRollouts(() => actor.advance()));
      if (synchronous && worker === 0) tasks.push(betweenRollouts(advancing(updateRounds(context, cursors))));
      const threadTasks = tasks.map((coroutine): ThreadTask => ({ coroutine, partition: worker, wakeDelay: () => Infinity }));
      createCooperativeScheduler(threadTasks, { control, eventCount }, () => undefined).run();
    },
    close() {
      for (const actor of actors) actor.close();
    },
  });
}

/** What goes wrong is an answer: it crosses to another thread. */
function guarded({ train, world, close }: { readonly train: (events?: Int32Array) => void; readonly world?: () => VirtualActorsState; readonly close: () => void }): Runner {
  return {
    train(events) {
      try {
        train(events);
        return undefined;
      } catch (error) {
        return error instanceof Aborted ? undefined : serialiseError(error);
      }
    },
    ...(world && { world }),
    close,
  };
}

/** A task that yields only where another one of its thread may run: all share the workbench of a rollout. */
function* betweenRollouts(advance: () => Announcement | undefined): Coroutine {
  for (let next = advance(); next !== undefined; next = advance()) if (next === 'pause' || next === 'blocked') yield next;
}

function advancing(task: Coroutine): () => Announcement | undefined {
  return () => {
    const { done, value } = task.next();
    return done === true ? undefined : value;
  };
}
