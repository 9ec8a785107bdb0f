import type { Activations } from '../../network/activations.js';
import { tick } from '../../network/dynamic.js';
import type { NeuronRange } from '../../network/ownership.js';
import type { EnvironmentGroup } from '../../environment/cursor.js';
import type { PartitionInference } from './inference.js';
import type { PartitionNoise } from './exploration-noise.js';
import { WEIGHTS } from './run-layout.js';
import type { PartitionContext } from './partition-context.js';
import { tickSources, type LayerVersions, type ActivationVersions } from './activation-versions.js';

/** The state of a partition's asynchronous inference. */
export interface AsynchronousState {
  /** Private: its own voltages, and copies of others'. */
  readonly activations: Activations;
  readonly noise: PartitionNoise;
  readonly versions: ActivationVersions;
}

/**
 * One partition's inference without synchronisation: a tick computes its neurons' voltages from all voltages as they are,
 *
 *   v_{n+1} = D(v_n) + ξ
 *
 * all layers at once, so that an observation reaches the outputs after ℓ ticks, and the next may follow it. A partition ticks
 * as long as something that its neurons read has changed since they read it: the observation, a voltage, or their own weights. A
 * feed-forward network so settles, at the voltages that synchronised inference would have.
 *
 * Source: Bertsekas & Tsitsiklis 1989, chapter 6, totally asynchronous iterations, of which the voltage dynamic is one.
 *
 * @param groups lanes of each; their numbers are those of observations
 */
export function createAsynchronousInference(context: PartitionContext, groups: readonly EnvironmentGroup[], { activations, noise, versions }: AsynchronousState): PartitionInference {
  const { layout, partition, peers, kernels, control, eventCount, staleness, tables, inferenceActivations, deliver, schedule: { inferenceTicks: schedule } } = context;
  const { topology, ownership, settings } = layout;
  const { lanes } = activations;
  const ticks = topology.ticks.length;
  const reads = tickSources(topology);
  const owned = topology.ticks.map((_, index) => versions.owners[index].includes(partition));
  const rowsOf = (partitions: readonly number[]) => partitions.flatMap((each) => ownership[each]).filter(({ begin, end }) => begin < end && begin >= topology.inputs.end);
  const [ownRows, otherRows] = [rowsOf([partition]), [topology.inputs, ...rowsOf(peers)]];
  const own: LayerVersions = { versions: new Int32Array(layout.groups.length * ticks), observations: new Int32Array(layout.groups.length * ticks) };
  const cells = groups.length * ticks; // of each group and layer
  const read = new Float64Array(cells).fill(-1); // what neurons were computed from last, as one number
  const observationsRead = new Int32Array(cells); // the oldest observation in it
  const due = new Uint8Array(cells); // 1 if they are to be computed in the current tick
  let hasSnapshot = false;

  const versionOf = (owner: number, group: number, index: number) => (owner === partition ? own.versions[group * ticks + index] : versions.version(owner, group, index));
  const observationOf = (owner: number, group: number, index: number) => (owner === partition ? own.observations[group * ticks + index] : versions.observation(owner, group, index));

  /** The inputs of a layer as one number, which grows with any change. */
  function numberOf(group: number, index: number): number {
    const learned = control.version.get(partition);
    const { inputs, ticks: earlier } = reads[index];
    const latest = inputs ? control.groups[group].observationNumber.get() : 0;
    return earlier.reduce((sum, tick) => versions.owners[tick].reduce((all, owner) => all + versionOf(owner, group, tick), sum), learned + latest);
  }

  function oldestOf(group: number, index: number): number {
    const { inputs, ticks: earlier } = reads[index];
    const latest = inputs || earlier.length === 0 ? control.groups[group].observationNumber.get() : Infinity;
    return earlier.reduce((least, tick) => versions.owners[tick].reduce((oldest, owner) => Math.min(oldest, observationOf(owner, group, tick)), least), latest);
  }

  const isNew = (group: number, index: number) => owned[index] && numberOf(group, index) !== read[group * ticks + index];

  function anythingNew(): boolean {
    for (let group = 0; group < groups.length; group += 1) {
      for (let index = 0; index < ticks; index += 1) if (isNew(group, index)) return true;
    }
    return false;
  }

  const leastTicks = () => peers.reduce((least, peer) => Math.min(least, versions.ticksPublished(peer)), Infinity);
  const isBehind = () => peers.some((peer) => versions.ticksPublished(peer) > versions.ticksTaken(partition));

  /** Numbers are read before observations, and these before voltages: inputs are never older than recorded. */
  function snapshotInputs(): void {
    if (hasSnapshot) return;
    hasSnapshot = true;
    schedule.begin();
    for (let cell = 0; cell < cells; cell += 1) {
      const [group, index] = [Math.floor(cell / ticks), cell % ticks];
      due[cell] = isNew(group, index) ? 1 : 0;
      if (due[cell] === 0) continue;
      read[cell] = numberOf(group, index);
      observationsRead[cell] = oldestOf(group, index);
    }
    copy(otherRows, inferenceActivations.voltages, activations.voltages); // shared, racy on purpose
    groups.forEach((group, number) => { noise.countSteps(number, group); });
  }

  function copy(ranges: readonly NeuronRange[], from: Float32Array, to: Float32Array): void {
    for (const { begin, end } of ranges) to.set(from.subarray(begin * lanes, end * lanes), begin * lanes);
  }

  function computeTick(index: number, { begin: laneBegin, end: laneEnd }: EnvironmentGroup, explore: boolean): void {
    for (const population of topology.ticks[index]) {
      const { begin, end } = ownership[partition][population];
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, { begin, end, laneBegin, laneEnd });
      if (explore) noise.explore(begin, end, { begin: laneBegin, end: laneEnd });
    }
  }

  /** Neighbouring groups with new inputs in the same layer are computed in one. */
  function laneGroups(index: number): EnvironmentGroup[] {
    const found: EnvironmentGroup[] = [];
    groups.forEach(({ begin, end }, group) => {
      if (due[group * ticks + index] === 0) return;
      const before = found.at(-1);
      if (before?.end === begin) found[found.length - 1] = { begin: before.begin, end };
      else found.push({ begin, end });
    });
    return found;
  }

  /** A message carries the values of the time it is sent. */
  function publish(): void {
    const tick = versions.ticksTaken(partition);
    const { voltages, weightedInputs } = settings.virtual === undefined ? activations : { voltages: activations.voltages.slice(), weightedInputs: activations.weightedInputs.slice() };
    const sent = settings.virtual === undefined ? own : { versions: own.versions.slice(), observations: own.observations.slice() };
    deliver(() => {
      if (tick <= versions.ticksPublished(partition)) return; // overtaken by a later message
      copy(ownRows, weightedInputs, inferenceActivations.weightedInputs);
      copy(ownRows, voltages, inferenceActivations.voltages);
      versions.publish(partition, tick, sent);
    });
  }

  /** Continues from what was published before; messages under way count as published. */
  function begin(): void {
    schedule.begin();
    hasSnapshot = false;
    read.fill(-1);
    own.versions.forEach((_, cell) => { own.versions[cell] = versions.version(partition, Math.floor(cell / ticks), cell % ticks); });
    copy(ownRows, inferenceActivations.voltages, activations.voltages);
    versions.publish(partition, versions.ticksTaken(partition), own);
  }

  return {
    begin,
    isReady: () => (anythingNew() || (schedule.lockstep && isBehind())) && schedule.mayBegin(versions.ticksTaken(partition), leastTicks()),
    snapshotInputs,
    tick(explore) {
      snapshotInputs();
      for (let index = ticks - 1; index >= 0; index -= 1) for (const lanesDue of laneGroups(index)) computeTick(index, lanesDue, explore); // the last layer first: no neuron reads what this tick computes
      for (let cell = 0; cell < cells; cell += 1) {
        if (due[cell] === 0) continue;
        own.versions[cell] += 1;
        own.observations[cell] = observationsRead[cell];
        if (cell % ticks > 0) for (const peer of peers) staleness?.voltages(control.version.get(peer) - control.inferenceVersion.get(peer));
      }
      control.inferenceVersion.set(partition, control.version.get(partition));
      hasSnapshot = false;
      versions.countTick(partition);
      publish();
      eventCount.notify();
    },
  };
}
