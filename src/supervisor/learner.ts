import { WORD } from '../memory/control.js';
import { longestPart } from '../memory/parameters.js';
import { neuronsOf } from '../network/ownership.js';
import { createNeuron, learnAll } from '../rule/neuron.js';
import { OPTIMISERS, rateShare } from '../rule/optimiser.js';
import type { Coroutine } from '../schedule/turn.js';
import { createExperience } from './experience.js';
import { WEIGHTS } from './plan.js';
import type { Views } from './views.js';

/** Looks at a peer's mark before computing the peer's rows here; about as long as computing them would take. */
const PATIENCE = 2000;

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
  const { plan, partition, peers, control, bell, schedule, exchange, rows, ledger, turnClock, tables, learningBoard: board } = views;
  const { settings, topology, ownership } = plan;
  const experience = createExperience(views);
  const { batch, slots } = experience;
  const rates = { ...settings.rule }; // falls as the run goes on
  const program = plan.rule.create({
    topology,
    heard: rows.heard,
    rates,
    optimiser: OPTIMISERS[settings.rule.optimiser],
    batchSize: batch.size,
    discount: settings.learning.discount,
    traceDecay: settings.rule.traceDecay,
    exploration: settings.exploration,
    weights: rows.heard[WEIGHTS].values,
    longest: longestPart(plan.parameters),
  });
  const neurons = neuronsOf(ownership, partition).map((index) => createNeuron(topology, index, tables[WEIGHTS].of(index), tables));
  const takesPart = (neuron: number) => schedule.learns(neuron);
  const rangesAt = topology.ticks.map((populations) => ownership.map((ranges) => populations.map((p) => ranges[p])));

  /** Puts the peers' voltages of one tick on the board: as published, or else computed here from the peers' weights. */
  function collect(update: number, tickIndex: number): void {
    for (const peer of peers) {
      const ranges = rangesAt[tickIndex][peer];
      if (schedule.patient) awaitPeer(peer, update, tickIndex + 1);
      const version = exchange.take(peer, update, tickIndex + 1, ranges, slots, board);
      if (version >= 0) ledger.read(control.version.get(peer) - version);
      else {
        rows.hear(peer);
        experience.computeRows(tickIndex, ranges);
        ledger.help();
      }
    }
  }

  /** A peer on the same update will publish within moments, and taking is cheaper than computing. Never for long. */
  function awaitPeer(peer: number, update: number, tickNumber: number): void {
    for (let i = 0; i < PATIENCE; i += 1) {
      if (exchange.settled(peer, update, tickNumber) || !exchange.near(peer, update)) return;
    }
  }

  /**
   * η ← η (1 - (1 - finalRate) · step / steps); past the last step the rates stay where they are. Called behind a gate: before
   * it, the host may have stored a slot of the stream and not yet have counted its step.
   */
  function decayRates(): void {
    const share = rateShare(settings.rule.finalRate, Atomics.load(control.words, WORD.steps), settings.steps);
    rates.criticRate = share * settings.rule.criticRate;
    rates.outputRate = share * settings.rule.outputRate;
    rates.hiddenRate = share * settings.rule.hiddenRate;
  }

  /** The phases of an update, with the schedule's gates between them. */
  function* learn(update: number): Coroutine {
    if (peers.length > 0) exchange.open(update, slots);
    for (let tickIndex = 0; tickIndex < topology.ticks.length; tickIndex += 1) {
      yield 'compute';
      experience.computeRows(tickIndex, rangesAt[tickIndex][partition]);
      if (peers.length > 0) exchange.publish(update, tickIndex + 1, rangesAt[tickIndex][partition], board);
      schedule.arrive();
      while (!schedule.open()) yield 'blocked';
      collect(update, tickIndex);
    }
    yield 'learn';
    decayRates();
    program.broadcast?.(batch);
    schedule.arrive();
    while (!schedule.open()) yield 'blocked';
    learnAll(program, neurons, batch, update + 1, takesPart);
  }

  return {
    *update() {
      const update = control.version.get(partition);
      turnClock?.beginUpdate();
      schedule.begin(update);
      if (experience.load(update)) yield* learn(update);
      rows.keep(update + 1);
      control.version.set(partition, update + 1);
      bell.ring();
    },
  };
}
