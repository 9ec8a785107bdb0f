import { WORD } from '../../memory/control.js';
import { attachStalenessRecorder } from '../partitioned/staleness.js';
import type { ActorCursors } from './cursors.js';
import { attachSharedWeights, createProbe, type PortContext, type UpdatePort } from './updates.js';

/** How a gradient gets to the shared weights. @param version of the weights that it was computed from; @param steps of the rollout */
export type Transport = (actor: number, gradient: Float32Array, version: number, steps: number) => void;

/** A port that applies gradients as they come. */
export interface HogwildPort extends UpdatePort {
  apply(actor: number, gradient: Float32Array, version: number): void;
  /** Gradients that have come and wait for later ones, the first to be applied first. */
  readonly waiting: readonly LateGradient[];
}

/** A gradient whose update waits for later gradients. */
export interface LateGradient {
  readonly actor: number;
  readonly gradient: Float32Array;
  /** Of the weights that it was computed from. */
  readonly version: number;
}

/**
 * Each rollout's gradient is applied at once, without locks: threads may overwrite one another's steps. Under `bounded`, an actor begins a rollout only if it has
 * committed at most k more than the slowest; then at most (2k + 1) (actors - 1) updates come between a copy of the weights and the update learned from it.
 *
 * Source: Recht et al. 2011; Mnih et al. 2016, section 4; the bound: Ho et al. 2013, stale synchronous parallel.
 *
 * @param send in place of applying a gradient at once
 * @param worker whose reads are recorded: the age of weights is the number of updates between copying them and applying what was learned with them
 */
export function createHogwildPort(context: PortContext, cursors: ActorCursors, worker: number, send?: Transport): HogwildPort {
  const { arena, kernels, eventCount, layout: { settings: { time, actors, bounded, learning: { gradientDelay } } } } = context;
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

  const waiting: LateGradient[] = []; // at most as many as the delay
  const free: Float32Array[] = [];

  /** Applies the gradient once as many later ones have come. */
  function applyLate(actor: number, gradient: Float32Array, copied: number): void {
    if (gradientDelay === 0) {
      apply(actor, gradient, copied);
      return;
    }
    const kept = free.pop() ?? kernels.numbers(gradient.length);
    kept.set(gradient);
    waiting.push({ actor, gradient: kept, version: copied });
    const due = waiting.length > gradientDelay ? waiting.shift() : undefined;
    if (due === undefined) return;
    apply(due.actor, due.gradient, due.version);
    free.push(due.gradient);
  }

  /** Rollouts of the actor that has committed the fewest. */
  function slowest(): number {
    let least = cursors.commits(0);
    for (let actor = 1; actor < actors; actor += 1) least = Math.min(least, cursors.commits(actor));
    return least;
  }

  return {
    target: shared.all.target,
    apply: applyLate,
    waiting,
    admit(actor) {
      if (time === 'real' && (Atomics.load(control, WORD.abort) !== 0 || Atomics.load(control, WORD.steps) >= Atomics.load(control, WORD.stepLimit))) return 'halt';
      return bounded === undefined || cursors.commits(actor) - slowest() <= bounded.rollouts ? 'begin' : 'wait';
    },
    steps: () => shared.steps(),
    refresh(weights) {
      const copied = version.get();
      kernels.copy(values, 0, values.length, weights, 0); // shared, racy on purpose (Hogwild)
      return copied;
    },
    contribute(actor, gradient, copied, steps, commit) {
      (send ?? applyLate)(actor, gradient, copied, steps);
      const taken = Atomics.add(control, WORD.steps, steps) + steps;
      commit(taken);
      if (bounded !== undefined) eventCount.notify();
      shared.refreshTarget(taken);
    },
  };
}
