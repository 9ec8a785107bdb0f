import { JournalError } from '../errors.js';
import { TAKEN } from '../journal/entries.js';
import type { Journal } from '../journal/read-journal.js';
import { createJournalReader, type JournalReader } from '../journal/reader.js';
import { MAX_STEPS_PER_COMMAND, type RunLayout } from '../placement/partitioned/run-layout.js';
import { VERSIONS } from '../placement/partitioned/peer-parameters.js';
import { LAST_STEP } from './measure.js';

/** A partition on its way through its log. */
interface Walker {
  readonly reader: JournalReader;
  /** What it is still to read of each partition: an update's voltages, a version of rows. */
  readonly wantedEntry: number[];
  readonly wantedVersion: number[];
  /** Acting ticks, commands and updates that it has ended. */
  acts: number;
  ended: number;
  updates: number;
  /** Ticks of the update at hand that it has published. */
  published: number;
  /** Sources that it has read, of all updates. */
  passed: number;
}

/**
 * Looks for an order in which the events of a journal can happen. Each entry may be valid and the whole still impossible: two partitions
 * wait for one another, or for a step that is never taken. A rerun of it would never end.
 *
 * @throws JournalError naming the update that would wait for ever
 */
export function checkRepeatable(journal: Journal, plan: Pick<RunLayout, 'topology' | 'exchange' | 'settings' | 'rule'>): void {
  const { ticks } = plan.topology;
  const { shape, halts, goal, stopped } = journal;
  const refuse = (reason: string): never => {
    throw new JournalError(reason, null);
  };
  if (shape.ticks !== ticks.length) refuse(`updates of ${shape.ticks} ticks, in a network of ${ticks.length}`);
  const last = halts.at(-1) ?? 0;
  if (goal > LAST_STEP || last > goal || (!stopped && last < goal)) refuse(`a run to step ${goal} that ends at step ${last}`);
  halts.forEach((halt, i) => {
    if (halt - (i === 0 ? 0 : halts[i - 1]) > MAX_STEPS_PER_COMMAND) refuse(`a command of more than ${MAX_STEPS_PER_COMMAND} steps`);
  });
  walk(journal, plan);
}

function walk({ logs, shape }: Journal, plan: Pick<RunLayout, 'exchange' | 'settings' | 'rule'>): void {
  const walkers = logs.map(({ bytes }): Walker => ({ reader: createJournalReader(bytes, shape), wantedEntry: logs.map(() => 0), wantedVersion: logs.map(() => 0), acts: 0, ended: 0, updates: 0, published: 0, passed: 0 }));
  const ways = walkers.map((_, partition) => follow(walkers, partition, shape.ticks, plan));
  const over = walkers.map(() => false);
  const moved = () => walkers.reduce((sum, { acts, ended, updates, published, passed }) => sum + acts + ended + published + passed + updates * (shape.ticks + 1), 0);
  for (let before = -1; before < moved();) {
    before = moved();
    ways.forEach((way, partition) => { over[partition] ||= way.next().done === true; });
  }
  const stuck = over.indexOf(false);
  if (stuck >= 0) throw new JournalError('waits for what never comes', { partition: stuck, update: walkers[stuck].reader.update });
}

/** Goes through a log as `createRepeatingChronicle` lets a partition go, and yields where it has to wait. */
function* follow(walkers: readonly Walker[], partition: number, ticks: number, { exchange: { depth }, settings: { learning }, rule: { data } }: Pick<RunLayout, 'exchange' | 'settings' | 'rule'>): Generator<undefined> {
  const self = walkers[partition];
  const peers = walkers.filter((walker) => walker !== self);
  const { reader } = self;
  const least = data === 'replay' ? learning.warmup + 1 : 0; // slots, and steps: nothing is learned before, and with less there would be nothing to draw

  function want(peer: Walker): void {
    const [of, place] = [walkers.indexOf(peer), peers.indexOf(peer)];
    self.wantedEntry[of] = reader.nextTaken(place);
    self.wantedVersion[of] = reader.nextVersion(place);
  }

  /** An observation is shown once all have answered the one before; each command shows its first anew. */
  function mayBegin(): boolean {
    const answered = Math.floor(Math.min(...walkers.map(({ acts }) => acts)) / ticks) - self.ended;
    return answered >= Math.max(reader.stored, reader.steps);
  }

  function isThere(peer: Walker, tick: number): boolean {
    const source = reader.source(peers.indexOf(peer), tick);
    if (source !== TAKEN) return peer.updates >= source;
    return peer.updates > self.updates || (peer.updates === self.updates && peer.published > tick);
  }

  function* read(): Generator<undefined> {
    while (peers.some(({ wantedEntry }) => wantedEntry[partition] <= self.updates - depth)) yield;
    for (let tick = 0; tick < ticks; tick += 1) {
      self.published = tick + 1;
      for (const peer of peers) {
        while (!isThere(peer, tick)) yield;
        reader.pass(peers.indexOf(peer), tick);
        want(peer);
        self.passed += 1;
      }
    }
  }

  function* update(): Generator<undefined> {
    if (reader.stored < least || reader.steps < least) throw new JournalError('learns before its warm-up is over', { partition, update: reader.update });
    while (!mayBegin()) yield;
    if (reader.reads) yield* read();
    while (peers.some(({ wantedVersion }) => wantedVersion[partition] <= self.updates + 1 - VERSIONS)) yield;
    self.published = 0;
    self.updates += 1;
  }

  for (;;) {
    peers.forEach(want);
    for (let event = reader.next(); event !== 'end'; event = reader.next()) {
      if (event === 'over') return;
      if (event === 'update') yield* update();
      else {
        while (peers.some(({ acts }) => acts < self.acts)) yield;
        self.acts += 1;
      }
    }
    self.ended += 1;
    while (peers.some(({ ended }) => ended < self.ended)) yield; // a command ends for all, before the next begins for any
  }
}
