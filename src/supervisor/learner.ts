import { longestGroup, longestPart } from '../memory/parameters.js';
import { createNeuronBlocks, learnAll } from '../rule/neuron-blocks.js';
import { createOptimiser, rateFraction } from '../optimise/optimiser.js';
import type { Batch } from '../objective/batch.js';
import type { Coroutine } from '../schedule/turn.js';
import { createExperience } from './experience.js';
import { WEIGHTS } from './plan.js';
import type { Views } from './views.js';

/** One partition's learning: its own experience, its own neurons' voltages on them, its own rows. */
export interface Learner {
  /** One update of every own neuron. @throws DivergenceError */
  update(): Coroutine;
}

/**
 * An update is: load its transitions; tick by tick compute the own neurons' voltages on them and publish these, taking the
 * peers' as they have published them; read what is broadcast; write the own rows. The schedule's gates stand between
 * phases that write what peers read and phases that read it.
 */
export function createLearner(views: Views): Learner {
  const { plan, partition, kernels, peers, control, bell, schedule, patience, exchange, chronicle, rows, ledger, replay, turnClock, tables } = views;
  const { settings, topology, ownership } = plan;
  const experience = createExperience(views);
  const { batch: ownBatch, slots } = experience;
  const sharedBatches = exchange.sharedVoltages.map((voltages): Batch => ({ ...ownBatch, activations: { ...ownBatch.activations, voltages } }));
  let batch = ownBatch; // where the update at hand is worked on
  const rates = { ...settings.rule }; // falls as the run goes on
  const together = plan.rule.batching;
  const program = plan.rule.create({
    kernels,
    topology,
    peers: rows.heard,
    rates,
    optimiser: createOptimiser(settings.rule.optimiser, kernels),
    batchSize: ownBatch.size,
    discount: settings.learning.discount,
    traceDecay: settings.rule.traceDecay,
    exploration: settings.exploration,
    weights: rows.heard[WEIGHTS].values,
    longest: together !== undefined ? longestGroup(plan.parameters, ownership[partition]) : longestPart(plan.parameters),
  });
  const groups = ownership[partition].flatMap((range) => createNeuronBlocks(topology, range, tables[WEIGHTS].of, tables, together));
  const takesPart = (neuron: number) => schedule.learns(neuron);
  const rangesAt = topology.ticks.map((populations) => ownership.map((ranges) => populations.map((p) => ranges[p])));

  const inputNumbers = topology.inputs.end * ownBatch.activations.lanes;

  /** Goes to the activations that all share who have drawn the same transitions, if there is one: all write the same input voltages there. */
  function workInPlace(update: number): void {
    const place = exchange.place(update, slots);
    batch = place < 0 ? ownBatch : sharedBatches[place];
    if (batch !== ownBatch) kernels.copy(ownBatch.activations.voltages, 0, inputNumbers, batch.activations.voltages, 0);
  }

  /** Goes on with what there is on a board of its own, before it computes what is another's to write. */
  function workApart(): void {
    if (batch !== ownBatch) kernels.copy(batch.activations.voltages, 0, batch.activations.voltages.length, ownBatch.activations.voltages, 0);
    batch = ownBatch;
  }

  const standsIn = new Map<number, number>(); // peers in whose place it publishes the update at hand, and the versions it has heard of them

  /** Puts the own voltages of one tick in the activations, and publishes them; or takes them from whoever publishes them in its place. */
  function* compute(update: number, tickIndex: number, publishes: boolean): Coroutine {
    const ranges = rangesAt[tickIndex][partition];
    if (!publishes && (yield* takes(partition, update, tickIndex))) return;
    if (!publishes) workApart();
    patience.announced();
    yield 'compute';
    experience.computeRows(tickIndex, ranges, batch.activations);
    patience.done(tickIndex);
    if (publishes) exchange.publish(partition, update, tickIndex + 1, ranges, batch.activations);
  }

  /** Takes what is published of a partition, which may be about to be. @returns false where there is nothing to be had */
  function* takes(of: number, update: number, tickIndex: number): Coroutine<boolean> {
    if (peers.length === 0) return false;
    yield* patience.await(of, update, tickIndex + 1);
    const version = chronicle.take(of, update, tickIndex + 1, rangesAt[tickIndex][of], slots, batch.activations);
    if (version >= 0) ledger?.voltages(control.version.get(of) - version);
    return version >= 0;
  }

  /** Puts a peer's voltages of one tick in the activations: as published, or else computed here from the peer's weights, and perhaps published in its place. */
  function* collect(peer: number, update: number, tickIndex: number, drawn: number): Coroutine {
    while (!chronicle.mayCollect(peer, update, tickIndex)) yield 'blocked';
    if (!standsIn.has(peer) && (yield* takes(peer, update, tickIndex))) return;
    const heard = standsIn.get(peer) ?? (yield* hear(peer, tickIndex));
    if (plan.exchange.standIns && tickIndex === 0 && exchange.open(peer, update, slots, drawn, heard)) standsIn.set(peer, heard);
    if (!standsIn.has(peer)) workApart();
    const ranges = rangesAt[tickIndex][peer];
    experience.computeRows(tickIndex, ranges, batch.activations);
    if (standsIn.has(peer)) exchange.publish(peer, update, tickIndex + 1, ranges, batch.activations);
    ledger?.weights(control.version.get(peer) - heard);
  }

  /** Hears a peer's rows. @returns their version */
  function* hear(peer: number, tickIndex: number): Coroutine<number> {
    for (;;) {
      const version = chronicle.hear(peer, tickIndex);
      if (version >= 0) return version;
      yield 'blocked';
    }
  }

  /** η ← η (1 - (1 - finalRate) · step / steps); past the last step the rates stay where they are. Called behind a gate, as `chronicle.steps` asks for. */
  function decayRates(): void {
    const share = rateFraction(settings.rule.finalRate, chronicle.steps(), settings.steps);
    rates.criticRate = share * settings.rule.criticRate;
    rates.outputRate = share * settings.rule.outputRate;
    rates.hiddenRate = share * settings.rule.hiddenRate;
  }

  /** Slots stored when the experience of an update was new: the stream's was once its successor was there. */
  function storedFor(update: number, drawn: number): number {
    return plan.rule.data === 'online' ? update + 2 : drawn;
  }

  /** The phases of an update, with the schedule's gates between them. @param drawn slots that its minibatch was drawn from */
  function* learn(update: number, drawn: number): Coroutine {
    while (!chronicle.mayOpen(update)) yield 'blocked';
    const publishes = peers.length > 0 && exchange.open(partition, update, slots, drawn, control.version.get(partition));
    if (peers.length > 0) workInPlace(update);
    standsIn.clear();
    for (let tickIndex = 0; tickIndex < topology.ticks.length; tickIndex += 1) {
      yield* compute(update, tickIndex, publishes);
      chronicle.published();
      schedule.arrive();
      while (!schedule.open()) yield 'blocked';
      for (const peer of peers) yield* collect(peer, update, tickIndex, drawn);
    }
    patience.announced();
    yield 'learn';
    decayRates();
    program.broadcast?.(batch);
    schedule.arrive();
    while (!schedule.open()) yield 'blocked';
    learnAll(program, groups, batch, update + 1, takesPart);
    patience.done(topology.ticks.length);
  }

  return {
    *update() {
      const update = control.version.get(partition);
      while (!chronicle.mayBegin(update)) yield 'blocked';
      turnClock?.beginUpdate();
      schedule.begin(update);
      const drawn = chronicle.begin(update);
      if (experience.load(update, drawn)) {
        yield* learn(update, drawn);
        ledger?.reward(replay.stored() - storedFor(update, drawn));
      }
      while (!chronicle.mayKeep(update + 1)) yield 'blocked';
      rows.keep(update + 1);
      control.version.set(partition, update + 1);
      bell.ring();
    },
  };
}
