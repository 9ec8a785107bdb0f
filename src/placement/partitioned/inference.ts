import { tick } from '../../network/dynamic.js';
import type { NeuronRange } from '../../network/ownership.js';
import type { EnvironmentGroup } from '../../environment/cursor.js';
import { createPartitionNoise } from './exploration-noise.js';
import { WEIGHTS } from './run-layout.js';
import type { PartitionContext } from './partition-context.js';

/** A partition's inference: its own neurons' voltages for the submitted observations, tick after tick. */
export interface PartitionInference {
  /** Starts a command: what was read before does not count. Undefined if nothing is read ahead. */
  begin?(): void;
  /** True if observations, and the peers' voltages, allow the next tick of some groups of environments. */
  isReady(): boolean;
  /** Reads the tick's inputs as its work begins; otherwise `tick` does. Undefined if they cannot change during the tick. */
  snapshotInputs?(): void;
  /**
   * Computes and publishes these ticks.
   *
   * @param explore false in evaluation
   */
  tick(explore: boolean): void;
}

/** The partitions that compute the voltages for an observation. */
export interface InferenceScope {
  /** The neurons that this partition computes; one range in each population. */
  readonly ranges: readonly NeuronRange[];
  /** Ticks that all of them have done in a group of environments: as many for each observation as the network has. */
  readonly ticksDone: (group: number) => number;
  /** True if no other partition computes any. */
  readonly alone: boolean;
}

/** Every partition computes its own neurons. */
export function allPartitions({ layout: { ownership }, partition, control }: Pick<PartitionContext, 'layout' | 'partition' | 'control'>): InferenceScope {
  return { ranges: ownership[partition], ticksDone: (group) => control.ticksDone[group].least(), alone: false };
}

/** Lanes that are at the same tick. */
interface LaneGroup {
  readonly index: number;
  readonly begin: number;
  end: number;
}

/**
 * An action waits until its observation has reached the outputs, so that the policy that acts is the policy that is stored: tick d
 * starts once all partitions have published tick d - 1. All groups of environments that wait are computed together.
 *
 * @param groups lanes of each; their numbers are those of observations and ticks
 */
export function createInference(context: PartitionContext, groups: readonly EnvironmentGroup[], { ranges, ticksDone, alone }: InferenceScope = allPartitions(context)): PartitionInference {
  const { layout, partition, kernels, peers, control, eventCount, staleness, tables, inferenceActivations: activations } = context;
  const { topology } = layout;
  const ticks = topology.ticks.length;
  const explorer = createPartitionNoise(context, activations, ranges);
  const versionsRead = new Int32Array(layout.ownership.length); // versions of peers' weights
  let due: number[] = [];

  function computeTick(stretch: LaneGroup, explore: boolean): void {
    for (const population of topology.ticks[stretch.index]) {
      const { begin, end } = ranges[population];
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, { begin, end, laneBegin: stretch.begin, laneEnd: stretch.end });
      if (explore) explorer.explore(begin, end, stretch);
    }
  }

  /** Neighbouring lanes at the same tick are computed in one. */
  function laneGroups(): LaneGroup[] {
    const found: LaneGroup[] = [];
    for (const group of due) {
      const { begin, end } = groups[group];
      const index = control.ticksDone[group].get(partition) % ticks;
      const before = found.at(-1);
      if (before?.end === begin && before.index === index) before.end = end;
      else found.push({ index, begin, end });
    }
    return found;
  }

  function isDue(group: number): boolean {
    const done = control.ticksDone[group].get(partition);
    return done < control.groups[group].observationNumber.get() * ticks && (done % ticks === 0 || ticksDone(group) >= done);
  }

  function isReady(): boolean {
    due = [];
    for (let group = 0; group < groups.length; group += 1) if (isDue(group)) due.push(group);
    return due.length > 0;
  }

  /** One tick of the groups that are due. */
  function advance(explore: boolean): void {
    for (const group of due) explorer.countSteps(group, groups[group]);
    for (const stretch of laneGroups()) computeTick(stretch, explore);
    control.inferenceVersion.set(partition, control.version.get(partition));
    for (const group of due) {
      const progress = control.ticksDone[group];
      progress.set(partition, progress.get(partition) + 1);
    }
  }

  /** Records the age of the peers' voltages that the current tick reads. */
  function recordStaleness(): void {
    for (const group of due) {
      if (control.ticksDone[group].get(partition) % ticks > 0) for (const peer of peers) staleness?.voltages(control.version.get(peer) - control.inferenceVersion.get(peer));
    }
  }

  function tickToOutputs(explore: boolean): void {
    for (const peer of peers) versionsRead[peer] = control.version.get(peer);
    do advance(explore);
    while (isReady());
    for (const peer of peers) staleness?.acting(control.version.get(peer) - versionsRead[peer]);
    eventCount.notify(); // the environment task is on this very thread, but was resumed before
  }

  function tickOnce(explore: boolean): void {
    recordStaleness();
    advance(explore);
    eventCount.notify();
  }

  return { isReady, tick: alone ? tickToOutputs : tickOnce };
}
