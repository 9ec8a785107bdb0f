import { DivergenceError } from '../errors.js';
import { WORD } from '../memory/control.js';
import { tick } from '../network/dynamic.js';
import { attachExplorationState, createExploration } from '../network/exploration.js';
import { neuronsOf } from '../network/ownership.js';
import { neuronName } from '../network/topology.js';
import { WEIGHTS } from './plan.js';
import type { Views } from './views.js';

/** One partition's part in acting: its own neurons' voltages for the observation at hand, tick after tick. */
export interface Actor {
  /**
   * True where the peers' voltages allow the next tick.
   *
   * @param clock number of the observation to answer
   */
  ready(clock: number): boolean;
  /**
   * Computes and publishes that tick.
   *
   * @param explore false in evaluation
   */
  advance(explore: boolean): void;
}

/**
 * An action waits until its observation has reached the outputs, so that the policy acted is the policy stored: tick d
 * starts once every partition has published tick d - 1.
 */
export function createActor(views: Views): Actor {
  const { plan, partition, kernels, peers, arena, control, bell, ledger, tables, actingBoard: board } = views;
  const { topology, ownership, settings, firstExplorer } = plan;
  const ticks = topology.ticks.length;
  const exploration = createExploration(topology, settings.seed, settings.exploration, neuronsOf(ownership, partition), attachExplorationState(arena));

  function computeTick(index: number, explore: boolean): void {
    const steps = Atomics.load(control.words, WORD.steps);
    for (const population of topology.ticks[index]) {
      const { begin, end } = ownership[partition][population];
      const range = { begin, end, laneBegin: 0, laneEnd: 1 };
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, board, range);
      if (!explore) continue;
      const warmingUp = steps < settings.learning.warmup;
      for (let neuron = Math.max(begin, firstExplorer); neuron < end; neuron += 1) {
        if (board.alive?.[neuron] === 0) continue; // the silenced do not explore
        const voltage = exploration.explore(neuron, board.voltages[neuron], steps, warmingUp);
        board.voltages[neuron] = voltage;
        if (!Number.isFinite(board.voltages[neuron])) throw new DivergenceError(neuronName(topology, neuron), 'voltage', voltage);
      }
    }
  }

  return {
    ready(clock) {
      const done = control.progress.get(partition);
      return done < clock * ticks && (done % ticks === 0 || control.progress.least() >= done);
    },
    advance(explore) {
      const done = control.progress.get(partition);
      const index = done % ticks;
      if (index > 0) for (const peer of peers) ledger?.voltages(control.version.get(peer) - control.actedVersion.get(peer));
      computeTick(index, explore);
      control.actedVersion.set(partition, control.version.get(partition));
      control.progress.set(partition, done + 1);
      bell.ring();
    },
  };
}
