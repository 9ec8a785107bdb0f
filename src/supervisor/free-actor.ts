import { tick, type Activations } from '../network/dynamic.js';
import type { NeuronRange } from '../network/ownership.js';
import type { EnvironmentGroup } from '../replay/bookmarks.js';
import type { Actor } from './actor.js';
import type { Explorer } from './explorer.js';
import { WEIGHTS } from './plan.js';
import type { Views } from './views.js';
import { readsOf, type Said, type Wave } from './wave.js';

/** What a partition acts with when nobody waits for it. */
export interface FreeActing {
  /** Its own: with its own voltages, and others' as it has heard them. */
  readonly activations: Activations;
  readonly explorer: Explorer;
  readonly wave: Wave;
}

/**
 * One partition's part in acting where nobody waits: in a turn it computes its neurons' voltages from everybody's as it finds them,
 *
 *   v_{n+1} = D(v_n) + ξ
 *
 * all ticks at once, so that an observation comes through the network in ℓ turns, and another may be behind it. There is a turn to take
 * as long as something that its neurons read has changed since they read it: the observation, a voltage, or their own weights. A
 * feed-forward network so comes to rest, and then stands where an awaited one would.
 *
 * Source: Bertsekas & Tsitsiklis 1989, chapter 6, totally asynchronous iterations, of which the voltage dynamic is here one.
 *
 * @param groups lanes of each; their numbers are those of clocks
 */
export function createFreeActor(views: Views, groups: readonly EnvironmentGroup[], { activations, explorer, wave }: FreeActing): Actor {
  const { plan, partition, peers, kernels, control, bell, ledger, tables, inferenceActivations, convey, schedule: { acting: turns } } = views;
  const { topology, ownership, settings } = plan;
  const { lanes } = activations;
  const ticks = topology.ticks.length;
  const reads = readsOf(topology);
  const owned = topology.ticks.map((_, index) => wave.owners[index].includes(partition));
  const rowsOf = (partitions: readonly number[]) => partitions.flatMap((each) => ownership[each]).filter(({ begin, end }) => begin < end && begin >= topology.inputs.end);
  const [own, others] = [rowsOf([partition]), [topology.inputs, ...rowsOf(peers)]];
  const said: Said = { editions: new Int32Array(plan.groups.length * ticks), answered: new Int32Array(plan.groups.length * ticks) };
  const cells = groups.length * ticks; // of each group and tick
  const read = new Float64Array(cells).fill(-1); // what neurons were computed from last, by its number
  const heard = new Int32Array(cells); // the oldest observation in it
  const due = new Uint8Array(cells); // 1 where they are to be computed in the turn at hand
  let listening = false;

  const editionOf = (owner: number, group: number, index: number) => (owner === partition ? said.editions[group * ticks + index] : wave.edition(owner, group, index));
  const answeredBy = (owner: number, group: number, index: number) => (owner === partition ? said.answered[group * ticks + index] : wave.answered(owner, group, index));

  /** Everything that neurons of a tick read, as one number that grows with any change of it. */
  function numberOf(group: number, index: number): number {
    const learned = control.version.get(partition);
    const { inputs, ticks: heardOf } = reads[index];
    const shown = inputs ? control.groups[group].clock.get() : 0;
    return heardOf.reduce((sum, tick) => wave.owners[tick].reduce((all, owner) => all + editionOf(owner, group, tick), sum), learned + shown);
  }

  function oldestOf(group: number, index: number): number {
    const { inputs, ticks: heardOf } = reads[index];
    const shown = inputs || heardOf.length === 0 ? control.groups[group].clock.get() : Infinity;
    return heardOf.reduce((least, tick) => wave.owners[tick].reduce((oldest, owner) => Math.min(oldest, answeredBy(owner, group, tick)), least), shown);
  }

  const isNew = (group: number, index: number) => owned[index] && numberOf(group, index) !== read[group * ticks + index];

  function anythingNew(): boolean {
    for (let group = 0; group < groups.length; group += 1) {
      for (let index = 0; index < ticks; index += 1) if (isNew(group, index)) return true;
    }
    return false;
  }

  const leastTurns = () => peers.reduce((least, peer) => Math.min(least, wave.turns(peer)), Infinity);
  const isBehind = () => peers.some((peer) => wave.turns(peer) > wave.taken(partition));

  /** Numbers are taken down before the answers, and these before the voltages: what is read is never older than it is taken for. */
  function listen(): void {
    if (listening) return;
    listening = true;
    turns.take();
    for (let cell = 0; cell < cells; cell += 1) {
      const [group, index] = [Math.floor(cell / ticks), cell % ticks];
      due[cell] = isNew(group, index) ? 1 : 0;
      if (due[cell] === 0) continue;
      read[cell] = numberOf(group, index);
      heard[cell] = oldestOf(group, index);
    }
    copy(others, inferenceActivations.voltages, activations.voltages); // shared, racy on purpose
    groups.forEach((group, number) => { explorer.countSteps(number, group); });
  }

  function copy(ranges: readonly NeuronRange[], from: Float32Array, to: Float32Array): void {
    for (const { begin, end } of ranges) to.set(from.subarray(begin * lanes, end * lanes), begin * lanes);
  }

  function computeTick(index: number, { begin: laneBegin, end: laneEnd }: EnvironmentGroup, explore: boolean): void {
    for (const population of topology.ticks[index]) {
      const { begin, end } = ownership[partition][population];
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, { begin, end, laneBegin, laneEnd });
      if (explore) explorer.explore(begin, end, { begin: laneBegin, end: laneEnd });
    }
  }

  /** Groups that are neighbours, and have something new in the same tick, are computed in one. */
  function stretches(index: number): EnvironmentGroup[] {
    const found: EnvironmentGroup[] = [];
    groups.forEach(({ begin, end }, group) => {
      if (due[group * ticks + index] === 0) return;
      const before = found.at(-1);
      if (before?.end === begin) found[found.length - 1] = { begin: before.begin, end };
      else found.push({ begin, end });
    });
    return found;
  }

  /** What a message has still to bring must stay as it is said. */
  function say(): void {
    const turn = wave.taken(partition);
    const { voltages, weightedInputs } = settings.virtual === undefined ? activations : { voltages: activations.voltages.slice(), weightedInputs: activations.weightedInputs.slice() };
    const { editions, answered } = settings.virtual === undefined ? said : { editions: said.editions.slice(), answered: said.answered.slice() };
    convey(() => {
      if (turn <= wave.turns(partition)) return; // overtaken
      copy(own, weightedInputs, inferenceActivations.weightedInputs);
      copy(own, voltages, inferenceActivations.voltages);
      wave.tell(partition, turn, { editions, answered });
    });
  }

  /** Finds what has been said before, and takes for said what is still under way. */
  function begin(): void {
    turns.take();
    listening = false;
    read.fill(-1);
    said.editions.forEach((_, cell) => { said.editions[cell] = wave.edition(partition, Math.floor(cell / ticks), cell % ticks); });
    copy(own, inferenceActivations.voltages, activations.voltages);
    wave.tell(partition, wave.taken(partition), said);
  }

  return {
    begin,
    ready: () => (anythingNew() || (turns.together && isBehind())) && turns.mayTake(wave.taken(partition), leastTurns()),
    listen,
    advance(explore) {
      listen();
      for (let index = ticks - 1; index >= 0; index -= 1) for (const stretch of stretches(index)) computeTick(index, stretch, explore); // the last first: no neuron hears what is said in this very turn
      for (let cell = 0; cell < cells; cell += 1) {
        if (due[cell] === 0) continue;
        said.editions[cell] += 1;
        said.answered[cell] = heard[cell];
        if (cell % ticks > 0) for (const peer of peers) ledger?.voltages(control.version.get(peer) - control.actedVersion.get(peer));
      }
      control.actedVersion.set(partition, control.version.get(partition));
      listening = false;
      wave.take(partition);
      say();
      bell.ring();
    },
  };
}
