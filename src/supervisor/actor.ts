import { tick } from '../network/dynamic.js';
import type { NeuronRange } from '../network/ownership.js';
import type { EnvironmentGroup } from '../replay/bookmarks.js';
import { createExplorer } from './explorer.js';
import { WEIGHTS } from './plan.js';
import type { Views } from './views.js';

/** One partition's part in acting: its own neurons' voltages for the observations at hand, tick after tick. */
export interface Actor {
  /** A command begins: nothing that was read before it counts. Absent where nothing was. */
  begin?(): void;
  /** True where there is a turn to take: observations, and the peers' voltages, allow the next tick of some groups of environments. */
  ready(): boolean;
  /** Takes down what the turn reads of others, as it begins; `advance` does where nobody has. Absent where nothing of it changes during the turn. */
  listen?(): void;
  /**
   * Computes and publishes these ticks.
   *
   * @param explore false in evaluation
   */
  advance(explore: boolean): void;
}

/** Who has to answer an observation, of all neurons. */
export interface Answering {
  /** The neurons that this partition computes; one range in each population. */
  readonly ranges: readonly NeuronRange[];
  /** Turns that all who answer have taken in a group of environments: as many as there are ticks for each observation. */
  readonly turns: (group: number) => number;
  /** True where no other partition answers. */
  readonly alone: boolean;
}

/** Every partition answers for its own neurons. */
export function together({ plan: { ownership }, partition, control }: Views): Answering {
  return { ranges: ownership[partition], turns: (group) => control.progress[group].least(), alone: false };
}

/** Lanes that are at the same tick. */
interface Stretch {
  readonly index: number;
  readonly begin: number;
  end: number;
}

/**
 * An action waits until its observation has reached the outputs, so that the policy acted is the policy stored: tick d
 * starts once all who answer have published tick d - 1. All groups of environments that wait are answered together.
 *
 * @param groups lanes of each; their numbers are those of clocks and progress
 */
export function createActor(views: Views, groups: readonly EnvironmentGroup[], { ranges, turns, alone }: Answering = together(views)): Actor {
  const { plan, partition, kernels, peers, control, bell, ledger, tables, inferenceActivations: activations } = views;
  const { topology } = plan;
  const ticks = topology.ticks.length;
  const explorer = createExplorer(views, activations, ranges);
  const heard = new Int32Array(plan.ownership.length); // versions of peers' weights
  let due: number[] = [];

  function computeTick(stretch: Stretch, explore: boolean): void {
    for (const population of topology.ticks[stretch.index]) {
      const { begin, end } = ranges[population];
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, { begin, end, laneBegin: stretch.begin, laneEnd: stretch.end });
      if (explore) explorer.explore(begin, end, stretch);
    }
  }

  /** Neighbouring lanes at the same tick are computed in one. */
  function stretches(): Stretch[] {
    const found: Stretch[] = [];
    for (const group of due) {
      const { begin, end } = groups[group];
      const index = control.progress[group].get(partition) % ticks;
      const before = found.at(-1);
      if (before?.end === begin && before.index === index) before.end = end;
      else found.push({ index, begin, end });
    }
    return found;
  }

  function isDue(group: number): boolean {
    const done = control.progress[group].get(partition);
    return done < control.groups[group].clock.get() * ticks && (done % ticks === 0 || turns(group) >= done);
  }

  function ready(): boolean {
    due = [];
    for (let group = 0; group < groups.length; group += 1) if (isDue(group)) due.push(group);
    return due.length > 0;
  }

  /** One tick of the groups that are due. */
  function advance(explore: boolean): void {
    for (const group of due) explorer.countSteps(group, groups[group]);
    for (const stretch of stretches()) computeTick(stretch, explore);
    control.actedVersion.set(partition, control.version.get(partition));
    for (const group of due) {
      const progress = control.progress[group];
      progress.set(partition, progress.get(partition) + 1);
    }
  }

  /** Takes note of how old the peers' voltages are that the groups at hand are to hear. */
  function noteVoltages(): void {
    for (const group of due) {
      if (control.progress[group].get(partition) % ticks > 0) for (const peer of peers) ledger?.voltages(control.version.get(peer) - control.actedVersion.get(peer));
    }
  }

  function advanceAlone(explore: boolean): void {
    for (const peer of peers) heard[peer] = control.version.get(peer);
    do advance(explore);
    while (ready());
    for (const peer of peers) ledger?.acting(control.version.get(peer) - heard[peer]);
    bell.ring(); // the host is on this very thread, but has had its turn
  }

  function advanceTogether(explore: boolean): void {
    noteVoltages();
    advance(explore);
    bell.ring();
  }

  return { ready, advance: alone ? advanceAlone : advanceTogether };
}
