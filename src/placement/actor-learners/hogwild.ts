import { WORD } from '../../memory/control.js';
import { attachStalenessRecorder } from '../partitioned/staleness.js';
import { attachSharedWeights, createProbe, type PortContext, type UpdatePort } from './updates.js';

/** How a gradient gets to the shared weights: at once, or by a message. */
export type Transport = (actor: number, gradient: Float32Array, apply: (gradient: Float32Array) => void) => void;

/**
 * Each rollout's gradient is applied at once, without locks: threads may overwrite one another's steps.
 *
 * Source: Recht et al. 2011; Mnih et al. 2016, section 4.
 *
 * @param worker whose reads are recorded: the age of weights is the number of updates between copying them and applying what was learned with them
 */
export function createHogwildPort(context: PortContext, worker: number, send: Transport = (_actor, gradient, apply) => { apply(gradient); }): UpdatePort {
  const { arena, kernels, layout: { settings: { time } } } = context;
  const shared = attachSharedWeights(context);
  const { all: { values }, words: { version } } = shared;
  const control = arena.int32('control');
  const recorder = attachStalenessRecorder(arena, worker);
  const probe = createProbe(kernels, arena);

  function apply(actor: number, gradient: Float32Array, copied: number): void {
    const before = version.add(1);
    recorder.weights(before - copied);
    shared.step(gradient, before + 1, actor, shared.steps());
    probe();
  }

  return {
    admit: () => (time === 'virtual' || (Atomics.load(control, WORD.abort) === 0 && Atomics.load(control, WORD.steps) < Atomics.load(control, WORD.stepLimit)) ? 'begin' : 'halt'),
    steps: () => shared.steps(),
    refresh(weights) {
      const copied = version.get();
      kernels.copy(values, 0, values.length, weights, 0); // shared, racy on purpose (Hogwild)
      return copied;
    },
    contribute(actor, gradient, copied, steps, commit) {
      send(actor, gradient, (arrived) => { apply(actor, arrived, copied); });
      const taken = Atomics.add(control, WORD.steps, steps) + steps;
      commit(taken);
      shared.refreshTarget(taken);
    },
  };
}
