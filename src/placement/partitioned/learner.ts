import { longestGroup, longestPart } from '../../memory/parameters.js';
import { createNeuronBlocks, learnAll, type NeuronBlock } from '../../rule/neuron-blocks.js';
import type { RuleProgram } from '../../rule/rule.js';
import { createOptimiser } from '../../optimise/registry.js';
import { rateFraction } from '../../optimise/update.js';
import type { Batch } from '../../objective/batch.js';
import type { Coroutine } from '../../schedule/work.js';
import { createBatchLoader } from './batch-loader.js';
import { WEIGHTS } from './run-layout.js';
import type { PartitionContext } from './partition-context.js';

/** One partition's learning: its own batch, its own neurons' voltages on it, its own rows. */
export interface Learner {
  /** One update of every own neuron. @throws DivergenceError */
  update(): Coroutine;
}

/** The parts of peers' neurons in a critic that the partition keeps for itself: their step. */
function createReplica(program: RuleProgram, blocks: readonly NeuronBlock[]): { learn(batch: Batch, update: number): void } {
  const others = blocks.filter(({ whole: { kind } }) => kind !== 'output');
  const learner: Pick<RuleProgram, 'learn'> = { learn: (neuron, batch, update) => program.learnPart?.(neuron, batch, update) };
  return { learn: (batch, update) => { learnAll(learner, others, batch, update); } };
}

/**
 * An update loads its transitions; tick by tick computes and publishes the own neurons' voltages on them, and reads the
 * peers'; reads what is broadcast; writes the own rows. The schedule's gates separate
 * phases that write what peers read from phases that read it.
 */
export function createLearner(context: PartitionContext): Learner {
  const { layout, partition, kernels, peers, control, eventCount, schedule, peerWait, exchange, readSource, peerParameters, staleness, replay, phaseTimer, tables } = context;
  const { settings, topology, ownership } = layout;
  const loader = createBatchLoader(context);
  const { batch: ownBatch, slots } = loader;
  const sharedBatches = exchange.sharedVoltages.map((voltages): Batch => ({ ...ownBatch, activations: { ...ownBatch.activations, voltages } }));
  let batch = ownBatch; // the activations of the current update
  const rates = { ...settings.rule }; // falls during the run
  const together = layout.rule.batching;
  const program = layout.rule.create({
    kernels,
    topology,
    peers: { ...peerParameters.tables, ...Object.fromEntries(layout.replicated.map((name) => [name, tables[name]])) },
    rates,
    optimiser: createOptimiser(settings.rule.optimiser, kernels),
    batchSize: ownBatch.size,
    discount: settings.learning.discount,
    traceDecay: settings.rule.traceDecay,
    exploration: settings.exploration,
    weights: peerParameters.tables[WEIGHTS].values,
    longest: together !== undefined ? longestGroup(layout.parameters, layout.replicated.length > 0 ? ownership.flat() : ownership[partition]) : longestPart(layout.parameters),
  });
  const blocksOf = (owner: number) => ownership[owner].flatMap((range) => createNeuronBlocks(topology, range, tables[WEIGHTS].of, tables, together));
  const groups = blocksOf(partition);
  const replica = createReplica(program, layout.replicated.length > 0 ? peers.flatMap(blocksOf) : []);
  const takesPart = (neuron: number) => schedule.learns(neuron);
  const rangesAt = topology.ticks.map((populations) => ownership.map((ranges) => populations.map((p) => ranges[p])));

  const inputNumbers = topology.inputs.end * ownBatch.activations.lanes;

  /** Uses the activations that all partitions with the same transitions share, if there are any: all write the same input voltages there. */
  function useSharedActivations(update: number): void {
    const place = exchange.entryOf(update, slots);
    batch = place < 0 ? ownBatch : sharedBatches[place];
    if (batch !== ownBatch) kernels.copy(ownBatch.activations.voltages, 0, inputNumbers, batch.activations.voltages, 0);
  }

  /** Continues on own activations, before it computes what another partition is to write. */
  function useOwnActivations(): void {
    if (batch !== ownBatch) kernels.copy(batch.activations.voltages, 0, batch.activations.voltages.length, ownBatch.activations.voltages, 0);
    batch = ownBatch;
  }

  const helped = new Map<number, number>(); // peers whose activations it publishes in the current update, and the versions of their weights

  /** Computes the own voltages of one tick and publishes them; or reads them if another partition publishes them. */
  function* compute(update: number, tickIndex: number, publishes: boolean): Coroutine {
    const ranges = rangesAt[tickIndex][partition];
    if (!publishes && peerParameters.align === undefined && (yield* readPublished(partition, update, tickIndex))) return;
    if (!publishes) useOwnActivations();
    peerWait.beginWork();
    yield 'compute';
    loader.computeRows(tickIndex, ranges, batch.activations);
    peerWait.endWork(tickIndex);
    if (publishes) exchange.publish(partition, update, tickIndex + 1, ranges, batch.activations);
  }

  /** Reads what is published for a partition, after a bounded wait. @returns false if there is nothing */
  function* readPublished(of: number, update: number, tickIndex: number): Coroutine<boolean> {
    if (peers.length === 0) return false;
    yield* peerWait.await(of, update, tickIndex + 1);
    const version = readSource.read(of, update, tickIndex + 1, rangesAt[tickIndex][of], slots, batch.activations);
    if (version >= 0) staleness?.voltages(control.version.get(of) - version);
    return version >= 0;
  }

  /** Reads a peer's voltages of one tick, or else computes them from the peer's weights, and publishes them if it helps. */
  function* collect(peer: number, update: number, tickIndex: number, drawn: number, aligned: number | undefined): Coroutine {
    while (!readSource.mayCollect(peer, update, tickIndex)) yield 'blocked';
    if (aligned === undefined && !helped.has(peer) && (yield* readPublished(peer, update, tickIndex))) return;
    const version = aligned ?? helped.get(peer) ?? (yield* refresh(peer, tickIndex));
    if (layout.exchange.helping && tickIndex === 0 && exchange.beginEntry(peer, update, slots, drawn, version)) helped.set(peer, version);
    if (!helped.has(peer)) useOwnActivations();
    const ranges = rangesAt[tickIndex][peer];
    loader.computeRows(tickIndex, ranges, batch.activations);
    if (helped.has(peer)) exchange.publish(peer, update, tickIndex + 1, ranges, batch.activations);
    staleness?.weights(control.version.get(peer) - version);
  }

  /** Refreshes the copies of a peer's parameters. @returns their version */
  function* refresh(peer: number, tickIndex: number): Coroutine<number> {
    for (;;) {
      const version = readSource.refresh(peer, tickIndex);
      if (version >= 0) return version;
      yield 'blocked';
    }
  }

  /** η ← η (1 - (1 - finalRateFraction) · step / steps); constant past the last step. Called after a gate, as `readSource.steps` requires. */
  function decayRates(): void {
    const share = rateFraction(settings.rule.finalRateFraction, readSource.steps(), settings.steps);
    rates.criticRate = share * settings.rule.criticRate;
    rates.outputRate = share * settings.rule.outputRate;
    rates.hiddenRate = share * settings.rule.hiddenRate;
  }

  /** Slots stored when the data of an update became available: under an online rule, once its successor was stored. */
  function storedFor(update: number, drawn: number): number {
    return layout.rule.data === 'online' ? update + 2 : drawn;
  }

  /** The phases of an update, with the schedule's gates between them. @param drawn slots that its minibatch was drawn from */
  function* learn(update: number, drawn: number): Coroutine {
    while (!readSource.mayBeginEntry(update)) yield 'blocked';
    const aligned = peerParameters.align?.();
    const publishes = aligned === undefined && peers.length > 0 && exchange.beginEntry(partition, update, slots, drawn, control.version.get(partition));
    if (peers.length > 0) useSharedActivations(update);
    helped.clear();
    for (let tickIndex = 0; tickIndex < topology.ticks.length; tickIndex += 1) {
      yield* compute(update, tickIndex, publishes);
      readSource.onPublished();
      schedule.arrive();
      while (!schedule.isGateOpen()) yield 'blocked';
      for (const peer of peers) yield* collect(peer, update, tickIndex, drawn, aligned);
    }
    peerWait.beginWork();
    yield 'learn';
    decayRates();
    program.broadcast?.(batch);
    schedule.arrive();
    while (!schedule.isGateOpen()) yield 'blocked';
    learnAll(program, groups, batch, update + 1, takesPart);
    replica.learn(batch, update + 1);
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
