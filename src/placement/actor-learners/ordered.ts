import { creditShapes } from '../../credit/trained-network.js';
import type { ActorCursors } from './cursors.js';
import { createHogwildPort } from './hogwild.js';
import { beginOf, endOf, type Order } from './order.js';
import { attachSharedWeights, type PortContext, type UpdatePort } from './updates.js';

/**
 * Hogwild whose copies of the weights and updates come one after another. Each rollout then depends only on its actor's own state and on the updates before
 * its copy, so that a run can be repeated from their order. A rollout also keeps the target copy and the step count of its start. Under a credit
 * that learns, the gradient is computed in its turn as well, for it reads what updates change.
 */
export function createOrderedPort(context: PortContext, cursors: ActorCursors, worker: number, order: Order): UpdatePort {
  const { kernels, layout: { weights: size, networks, credit } } = context;
  const port = createHogwildPort(context, cursors, worker);
  const { words: { targets }, steps: countSteps } = attachSharedWeights(context);
  const learns = networks.some(({ name, topology }) => Object.values(creditShapes(name, topology, credit)).some(({ learned }) => learned));
  const target = kernels.numbers(size);
  let copies = -1; // made to the target copy at hand
  let steps = 0; // at the start of the rollout at hand
  return {
    ...port,
    target,
    steps: () => steps,
    refresh(weights, actor) {
      order.enter(beginOf(actor));
      const version = port.refresh(weights, actor);
      steps = countSteps();
      if (copies !== targets.get()) kernels.copy(port.target, 0, size, target, 0);
      copies = targets.get();
      order.leave();
      return version;
    },
    ...(learns && { beginGradient: (actor: number) => { order.enter(endOf(actor)); } }),
    contribute(actor, ...rollout) {
      if (!learns) order.enter(endOf(actor));
      port.contribute(actor, ...rollout);
      order.leave();
    },
  };
}
