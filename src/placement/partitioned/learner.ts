import { longestGroup, longestPart } from '../../memory/parameters.js';
import { createNeuronBlocks, learnAll } from '../../rule/neuron-blocks.js';
import { createOptimiser } from '../../optimise/registry.js';
import { rateFraction } from '../../optimise/update.js';
import type { Batch } from '../../objective/batch.js';
import type { Coroutine } from '../../schedule/work.js';
import { createBatchLoader } from './batch-loader.js';
import { WEIGHTS } from './run-layout.js';
import type { PartitionContext } from './partition-context.js';

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
export function createLearner(views: PartitionContext): Learner {
  const { layout, partition, kernels, peers, control, eventCount, schedule, peerWait, exchange, readSource, peerParameters, staleness, replay, phaseTimer, tables } = views;
  const { settings, topology, ownership } = layout;
  const loader = createBatchLoader(views);
  const { batch: ownBatch, slots } = loader;
  const sharedBatches = exchange.sharedVoltages.map((voltages): Batch => ({ ...ownBatch, activations: { ...ownBatch.activations, voltages } }));
  let batch = ownBatch; // where the update at hand is worked on
  const rates = { ...settings.rule }; // falls as the run goes on
  const together = layout.rule.batching;
  const program = layout.rule.create({
    kernels,
    topology,
    peers: peerParameters.tables,
    rates,
    optimiser: createOptimiser(settings.rule.optimiser, kernels),
    batchSize: ownBatch.size,
    discount: settings.learning.discount,
    traceDecay: settings.rule.traceDecay,
    exploration: settings.exploration,
    weights: peerParameters.tables[WEIGHTS].values,
    longest: together !== undefined ? longestGroup(layout.parameters, ownership[partition]) : longestPart(layout.parameters),
  });
  const groups = ownership[partition].flatMap((range) => createNeuronBlocks(topology, range, tables[WEIGHTS].of, tables, together));
  const takesPart = (neuron: number) => schedule.learns(neuron);
  const rangesAt = topology.ticks.map((populations) => ownership.map((ranges) => populations.map((p) => ranges[p])));

  const inputNumbers = topology.inputs.end * ownBatch.activations.lanes;

  /** Goes to the activations that all share who have drawn the same transitions, if there is one: all write the same input voltages there. */
  function useSharedBoard(update: number): void {
    const place = exchange.sharedBoard(update, slots);
    batch = place < 0 ? ownBatch : sharedBatches[place];
    if (batch !== ownBatch) kernels.copy(ownBatch.activations.voltages, 0, inputNumbers, batch.activations.voltages, 0);
  }

  /** Goes on with what there is on a board of its own, before it computes what is another's to write. */
  function useOwnBoard(): void {
    if (batch !== ownBatch) kernels.copy(batch.activations.voltages, 0, batch.activations.voltages.length, ownBatch.activations.voltages, 0);
    batch = ownBatch;
  }

  const helped = new Map<number, number>(); // peers in whose place it publishes the update at hand, and the versions it has heard of them

  /** Puts the own voltages of one tick in the activations, and publishes them; or takes them from whoever publishes them in its place. */
  function* compute(update: number, tickIndex: number, publishes: boolean): Coroutine {
    const ranges = rangesAt[tickIndex][partition];
    if (!publishes && (yield* readPublished(partition, update, tickIndex))) return;
    if (!publishes) useOwnBoard();
    peerWait.beginWork();
    yield 'compute';
    loader.computeRows(tickIndex, ranges, batch.activations);
    peerWait.endWork(tickIndex);
    if (publishes) exchange.publish(partition, update, tickIndex + 1, ranges, batch.activations);
  }

  /** Takes what is published of a partition, which may be about to be. @returns false where there is nothing to be had */
  function* readPublished(of: number, update: number, tickIndex: number): Coroutine<boolean> {
    if (peers.length === 0) return false;
    yield* peerWait.await(of, update, tickIndex + 1);
    const version = readSource.read(of, update, tickIndex + 1, rangesAt[tickIndex][of], slots, batch.activations);
    if (version >= 0) staleness?.voltages(control.version.get(of) - version);
    return version >= 0;
  }

  /** Puts a peer's voltages of one tick in the activations: as published, or else computed here from the peer's weights, and perhaps published in its place. */
  function* collect(peer: number, update: number, tickIndex: number, drawn: number): Coroutine {
    while (!readSource.mayCollect(peer, update, tickIndex)) yield 'blocked';
    if (!helped.has(peer) && (yield* readPublished(peer, update, tickIndex))) return;
    const heard = helped.get(peer) ?? (yield* refresh(peer, tickIndex));
    if (layout.exchange.helping && tickIndex === 0 && exchange.beginEntry(peer, update, slots, drawn, heard)) helped.set(peer, heard);
    if (!helped.has(peer)) useOwnBoard();
    const ranges = rangesAt[tickIndex][peer];
    loader.computeRows(tickIndex, ranges, batch.activations);
    if (helped.has(peer)) exchange.publish(peer, update, tickIndex + 1, ranges, batch.activations);
    staleness?.weights(control.version.get(peer) - heard);
  }

  /** Hears a peer's rows. @returns their version */
  function* refresh(peer: number, tickIndex: number): Coroutine<number> {
    for (;;) {
      const version = readSource.refresh(peer, tickIndex);
      if (version >= 0) return version;
      yield 'blocked';
    }
  }

  /** η ← η (1 - (1 - finalRateFraction) · step / steps); past the last step the rates stay where they are. Called behind a gate, as `readSource.steps` asks for. */
  function decayRates(): void {
    const share = rateFraction(settings.rule.finalRateFraction, readSource.steps(), settings.steps);
    rates.criticRate = share * settings.rule.criticRate;
    rates.outputRate = share * settings.rule.outputRate;
    rates.hiddenRate = share * settings.rule.hiddenRate;
  }

  /** Slots stored when the experience of an update was new: the stream's was once its successor was there. */
  function storedFor(update: number, drawn: number): number {
    return layout.rule.data === 'online' ? update + 2 : drawn;
  }

  /** The phases of an update, with the schedule's gates between them. @param drawn slots that its minibatch was drawn from */
  function* learn(update: number, drawn: number): Coroutine {
    while (!readSource.mayBeginEntry(update)) yield 'blocked';
    const publishes = peers.length > 0 && exchange.beginEntry(partition, update, slots, drawn, control.version.get(partition));
    if (peers.length > 0) useSharedBoard(update);
    helped.clear();
    for (let tickIndex = 0; tickIndex < topology.ticks.length; tickIndex += 1) {
      yield* compute(update, tickIndex, publishes);
      readSource.onPublished();
      schedule.arrive();
      while (!schedule.isGateOpen()) yield 'blocked';
      for (const peer of peers) yield* collect(peer, update, tickIndex, drawn);
    }
    peerWait.beginWork();
    yield 'learn';
    decayRates();
    program.broadcast?.(batch);
    schedule.arrive();
    while (!schedule.isGateOpen()) yield 'blocked';
    learnAll(program, groups, batch, update + 1, takesPart);
    peerWait.endWork(topology.ticks.length);
  }

  return {
    *update() {
      const update = control.version.get(partition);
      while (!readSource.mayBegin(update)) yield 'blocked';
      phaseTimer?.beginUpdate();
      schedule.begin(update);
      const drawn = readSource.begin(update);
      if (loader.load(update, drawn)) {
        yield* learn(update, drawn);
        staleness?.reward(replay.stored() - storedFor(update, drawn));
      }
      while (!readSource.maySnapshot(update + 1)) yield 'blocked';
      peerParameters.snapshot(update + 1);
      control.version.set(partition, update + 1);
      eventCount.notify();
    },
  };
}
