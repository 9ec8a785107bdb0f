import { WORD } from '../../memory/control.js';
import type { Coroutine } from '../../schedule/work.js';
import type { ActorCursors } from './cursors.js';
import { BACKUP, GRADIENTS } from './layout.js';
import { attachSharedWeights, type PortContext, type UpdatePort } from './updates.js';

/**
 * All actors roll out from the same weights; then their gradients are summed in the order of the actors, and applied in one update. An actor has
 * committed as many rollouts as there have been updates, or one more where it has done its part of the round. Nothing depends on the threads.
 */
export function createSynchronousPort(context: PortContext, cursors: ActorCursors): UpdatePort {
  const { arena, kernels, eventCount, layout: { weights: size } } = context;
  const { all: { values, target }, words: { version, halt }, steps } = attachSharedWeights(context);
  const control = arena.int32('control');
  const gradients = arena.float32(GRADIENTS);
  return {
    target,
    admit(actor) {
      if (Atomics.load(control, WORD.abort) !== 0) return 'halt';
      const round = version.get();
      if (cursors.commits(actor) !== round) return 'wait';
      return halt.get() === round ? 'halt' : 'begin';
    },
    steps,
    refresh(weights) {
      kernels.copy(values, 0, size, weights, 0);
      return version.get();
    },
    contribute(actor, gradient, round, _steps, commit) {
      kernels.copy(gradient, 0, size, gradients, actor * size);
      commit(markerOf(round));
      eventCount.notify();
    },
  };
}

/** The date of an episode that has ended in a round, until the update of the round has its step. */
const markerOf = (round: number) => -1 - round;

/**
 * Makes the update of each round, on one thread. A thread that is terminated meanwhile leaves the weights as they were in a backup, from which another makes
 * the update again.
 */
export function* updateRounds(context: PortContext, cursors: ActorCursors): Coroutine {
  const { arena, kernels, eventCount, layout: { weights: size, settings: { actors, time } } } = context;
  const { changing, words, step, refreshTarget } = attachSharedWeights(context);
  const control = arena.int32('control');
  const gradients = arena.float32(GRADIENTS);
  const backup = arena.float32(BACKUP);
  const sum = kernels.numbers(size);

  /** The state before the update of a round: kept, or brought back if another thread was terminated during that update. */
  function secure(round: number): void {
    const broken = words.stage.get() === 2 * round + 1;
    let at = 0;
    for (const numbers of changing) {
      if (broken) kernels.copy(backup, at, at + numbers.length, numbers, 0);
      else kernels.copy(numbers, 0, numbers.length, backup, at);
      at += numbers.length;
    }
    const [from, to] = broken ? [words.targetsBefore, words.targets] : [words.targets, words.targetsBefore];
    to.set(from.get());
    words.stage.set(2 * round + 1);
  }

  function update(round: number): void {
    secure(round);
    kernels.copy(gradients, 0, size, sum, 0);
    for (let actor = 1; actor < actors; actor += 1) kernels.addScaled(1, gradients, actor * size, sum, size);
    let taken = 0;
    for (let actor = 0; actor < actors; actor += 1) taken += cursors.committed(actor, 'steps');
    step(sum, round + 1, 0, taken);
    for (let actor = 0; actor < actors; actor += 1) cursors.dateEpisode(actor, cursors.committed(actor, 'episodes') - 1, markerOf(round), taken);
    Atomics.store(control, WORD.steps, taken);
    refreshTarget(taken);
    if (time === 'real' && taken >= Atomics.load(control, WORD.stepLimit)) words.halt.set(round + 1);
    words.version.set(round + 1);
    eventCount.notify();
  }

  for (;;) {
    const round = words.version.get();
    if (words.halt.get() === round) return;
    let waiting = 0; // the first actor that may not have done its part
    while (waiting < actors) {
      if (Atomics.load(control, WORD.abort) !== 0) return;
      if (cursors.commits(waiting) > round) waiting += 1;
      else yield 'blocked';
    }
    yield 'learn';
    update(round);
    yield 'pause';
  }
}
