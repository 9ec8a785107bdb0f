import { InternalError } from '../../errors.js';
import type { Announcement } from '../../schedule/work.js';
import { actorsOf, createActor, type Actor } from './actor.js';
import { createWorkbench } from './workbench.js';
import type { ActorCursors } from './cursors.js';
import { GIVEN_ORDER } from './order.js';
import { createOrderedPort } from './ordered.js';
import type { PortContext } from './updates.js';

/** The actors of all workers on one thread, which go through the events of a journal in their order. */
export interface Rerun {
  readonly train: (events?: Int32Array) => void;
  readonly close: () => void;
}

/** @param context `beat` is called at every event */
export function createRerun(context: PortContext & { readonly beat: () => void }, cursors: ActorCursors): Rerun {
  const { kernels, arena, layout } = context;
  const { actors: count, workers } = layout.settings;
  const actors: Actor[] = [];
  for (let worker = 0; worker < workers; worker += 1) {
    const bench = createWorkbench(kernels, arena, layout); // rollouts of different workers overlap
    const port = { ...createOrderedPort(context, cursors, worker, GIVEN_ORDER), admit: () => 'begin' as const };
    for (const actor of actorsOf(layout.settings, worker)) actors[actor] = createActor(actor, layout, bench, cursors, port);
  }
  const tasks = actors.map((actor) => actor.run());

  /** Advances an actor to the next of its announcements of a kind. */
  function advance(actor: number, to: Announcement): void {
    for (;;) {
      const { done, value } = tasks[actor].next();
      if (done === true) throw new InternalError(`actor ${actor} has ended`);
      if (value === to) return;
    }
  }

  return {
    train(events = new Int32Array(0)) {
      for (const event of events) {
        const actor = event >> 1;
        if (actor >= count) throw new InternalError(`the journal names actor ${actor} of ${count}`);
        context.beat();
        advance(actor, (event & 1) === 0 ? 'act' : 'pause');
      }
    },
    close() {
      for (const actor of actors) actor.close();
    },
  };
}
