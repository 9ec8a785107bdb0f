import type { Arena } from '../../memory/arena.js';
import { attachParameter } from '../../memory/parameters.js';
import type { Activations } from '../../network/activations.js';
import type { NeuronRange, Ownership } from '../../network/ownership.js';
import type { Room } from '../../replay/minibatch.js';
import type { World } from '../../virtual/world.js';
import type { ActivationExchange, ExchangeShape } from './activation-exchange.js';
import type { Messages, Stretches, UpdateMessages, VersionMessage } from './virtual-state.js';
import { forEachOwnedRange, copyLive, attachPeerParameter, publishedParts, type PublishedPart, type PeerParameterShape, type PeerParameters } from './peer-parameters.js';

/** Minibatches of which messages are kept. A partition that is further behind computes a peer's voltages itself. */
const KEPT_UPDATES = 64;

/** Versions that are kept at least before old ones, which all partitions have passed, are removed. */
const KEPT_VERSIONS = 32;

/** All messages that are under way or kept in a virtual run. One for all partitions. */
export interface Transport {
  readonly world: World;
  readonly versions: VersionMessage[][];
  /** Under aligned reads, the version that each partition has computed its latest minibatch from. Older ones are not read again. */
  readonly aligned: number[] | undefined;
  /** [partitions, KEPT_UPDATES]: an update's index is the remainder of its number. */
  readonly updates: UpdateMessages[][];
  /** The slots that the first partition has drawn for an update; [KEPT_UPDATES]. */
  readonly drawn: Pick<UpdateMessages, 'update' | 'slots'>[];
  /** Ticks from the inputs to the outputs. */
  readonly ticks: number;
}

/**
 * @param aligned true under aligned reads
 * @param left messages of an earlier run, from which this one continues
 */
export function createTransport(world: World, partitions: number, ticks: number, aligned: boolean, left?: Pick<Messages, 'versions' | 'updates'>): Transport {
  const post: Transport = {
    world,
    versions: Array.from({ length: partitions }, (_, partition) => [...(left?.versions[partition] ?? [])]),
    aligned: aligned ? Array.from({ length: partitions }, () => 0) : undefined,
    updates: Array.from({ length: partitions }, () => []),
    drawn: [],
    ticks,
  };
  left?.updates.forEach((messages, sender) => {
    for (const message of messages) {
      post.updates[sender][message.update % KEPT_UPDATES] = message;
      if (world.settings.peerWait) message.ticks.forEach(({ sent }, tick) => { scheduleArrivals(post, sender, message.update, tick + 1, sent); });
    }
  });
  return post;
}

/** The messages that peers may still receive. @param least number of updates that every partition has finished */
export function pendingMessages(post: Transport, least: number): Pick<Messages, 'versions' | 'updates'> {
  return {
    versions: post.versions.map((sent, partition) => retainedVersions(post, partition, sent)),
    updates: post.updates.map((sent) => sent.filter(({ update }) => update >= least)), // without holes
  };
}

/** Notes a change when voltages sent at `sent` arrive, for the partitions that wait for them. */
function scheduleArrivals({ world, versions, ticks }: Transport, sender: number, update: number, tick: number, sent: number): void {
  for (let peer = 0; peer < versions.length; peer += 1) {
    const time = peer === sender ? Infinity : world.arrival(sender, peer, messageNumber(ticks, update, tick - 1), sent);
    if (time < Infinity && time >= world.now()) world.queue.push(time, () => { world.noteChange(); });
  }
}

/** The newest version of `from` that `to` has received; the oldest that is kept if it has received none, for all partitions have the first. */
function newest({ world, versions, ticks }: Transport, from: number, to: number): VersionMessage {
  const sent = versions[from];
  for (let i = sent.length - 1; i > 0; i -= 1) {
    if (world.arrival(from, to, messageNumber(ticks, sent[i].version, ticks), sent[i].sent) <= world.now()) return sent[i];
  }
  return sent[0];
}

/** A version of `from` that `to` has received; undefined if it has not, or the version is no longer kept. All partitions have the oldest that is kept. */
function received({ world, versions, ticks }: Transport, from: number, to: number, version: number): VersionMessage | undefined {
  const sent = versions[from];
  const message = version < sent[0].version ? undefined : sent.at(version - sent[0].version); // no version is left out
  return message !== undefined && (from === to || message === sent[0] || world.arrival(from, to, messageNumber(ticks, version, ticks), message.sent) <= world.now()) ? message : undefined;
}

/** The newest version that `to` has received of all partitions; undefined if there is none, as after a restart. */
function newestOfAll(post: Transport, to: number): readonly VersionMessage[] | undefined {
  const { versions } = post;
  const oldest = versions.reduce((most, [first]) => Math.max(most, first.version), 0);
  for (let version = versions.reduce((least, sent) => Math.min(least, sent[sent.length - 1].version), Infinity); version >= oldest; version -= 1) {
    const messages = versions.map((_, from) => received(post, from, to, version));
    if (messages.every((message) => message !== undefined)) return messages;
  }
  return undefined;
}

/** The versions of a partition that may still be read: those that not all of its peers have passed, or under aligned reads all since the oldest that is in use. */
function retainedVersions(post: Transport, partition: number, sent: readonly VersionMessage[]): VersionMessage[] {
  const used = post.aligned;
  if (used !== undefined) return sent.filter(({ version }) => version >= used.reduce((least, each) => Math.min(least, each)));
  const oldest = post.versions.reduce((least, _, peer) => (peer === partition ? least : Math.min(least, newest(post, partition, peer).version)), Infinity);
  return sent.filter(({ version }) => version >= oldest);
}

/** One array for equal slots of an update, so that they compare at a glance. */
function sharedSlots({ drawn }: Transport, update: number, slots: Int32Array): Int32Array {
  const place = update % KEPT_UPDATES;
  const first = drawn.at(place);
  if (first?.update === update && first.slots.every((slot, b) => slot === slots[b])) return first.slots;
  const own = slots.slice();
  if (first?.update !== update) drawn[place] = { update, slots: own };
  return own;
}

function copyStretches(parts: readonly PublishedPart[], ranges: Ownership[number]): Stretches {
  const stretches: Float32Array[] = [];
  forEachOwnedRange(parts, ranges, ({ live }, begin, end) => stretches.push(live.slice(begin, end)));
  return stretches;
}

/** Most ranges have few numbers, where a loop is faster than `set`; there may be a million of them in one update. */
function loadStretches(parts: readonly PublishedPart[], ranges: Ownership[number], stretches: Stretches): void {
  let next = 0;
  for (const { begin } of ranges) {
    for (const { local, table } of parts) {
      const stretch = stretches[next];
      const first = table.offset[begin];
      if (stretch.length > 16) local.set(stretch, first);
      else for (let i = 0; i < stretch.length; i += 1) local[first + i] = stretch[i];
      next += 1;
    }
  }
}

/** Messages of one partition are numbered: those of an update one after another, its parameters last. */
const messageNumber = (ticks: number, update: number, tick: number) => update * (ticks + 1) + tick;

/** Parameters in messages: whole versions, as old as the messages are slow. */
export function messageParameters(arena: Arena, room: Room, shape: PeerParameterShape, ownership: Ownership, self: number, post: Transport): PeerParameters {
  const { world, versions, aligned } = post;
  const all = [...shape.parameters, shape.weights].map((parameter) => attachPeerParameter(arena, room, parameter, false));
  const parts = all.flatMap(({ table, heard }) => publishedParts(table.shape).map((part): PublishedPart => ({ table, live: table[part], local: heard[part], copies: new Float32Array(0) })));

  function align(used: number[]): number {
    const messages = newestOfAll(post, self) ?? versions.map((sent, from) => (from === self ? sent[sent.length - 1] : newest(post, from, self)));
    messages.forEach(({ stretches }, from) => { loadStretches(parts, ownership[from], stretches); });
    used[self] = messages.reduce((least, { version }) => Math.min(least, version), Infinity);
    return used[self];
  }

  return {
    tables: Object.fromEntries(all.map(({ table, heard }) => [table.shape.name, heard])),
    ...(aligned && { align: () => align(aligned) }),
    snapshot(version) {
      forEachOwnedRange(parts, ownership[self], copyLive);
      const known = versions[self].at(-1);
      const again = known?.version === version; // at the start of a command: the parameters may have been changed from outside
      if (again) versions[self].pop();
      versions[self].push({ version, sent: again ? known.sent : world.now(), stretches: copyStretches(parts, ownership[self]) });
      if (versions[self].length >= 2 * KEPT_VERSIONS) versions[self] = retainedVersions(post, self, versions[self]);
    },
    refresh(peer) {
      const { version, stretches } = newest(post, peer, self);
      loadStretches(parts, ownership[peer], stretches);
      return version;
    },
    refreshVersion: () => false,
  };
}

/**
 * Voltages on minibatches in messages.
 *
 * @param certain true if a gate guarantees their arrival: arrival times are not checked
 */
export function messageExchange(arena: Arena, { ticks, batchSize, parameters }: ExchangeShape, ownership: Ownership, self: number, rows: PeerParameters, post: Transport, certain: boolean): ActivationExchange {
  const { world, updates } = post;
  const lanes = 2 * batchSize;
  const parts = parameters.flatMap((parameter) => {
    const table = attachParameter(arena, parameter);
    return publishedParts(parameter).map((part): PublishedPart => ({ table, live: table[part], local: rows.tables[parameter.name][part], copies: new Float32Array(0) }));
  });

  let ownSlots: Int32Array = new Int32Array(0); // of the current update

  function sameSlots(theirs: Int32Array, slots: Int32Array): boolean {
    return theirs === ownSlots || theirs.every((slot, b) => slot === slots[b]);
  }

  function sent(partition: number, update: number): UpdateMessages | undefined {
    const messages = updates[partition].at(update % KEPT_UPDATES);
    return messages?.update === update ? messages : undefined;
  }

  function arrived(peer: number, update: number, tick: number): UpdateMessages | undefined {
    const messages = sent(peer, update);
    const message = messages?.ticks.at(tick - 1);
    if (messages === undefined || message === undefined) return undefined;
    return certain || world.arrival(peer, self, messageNumber(ticks, update, tick - 1), message.sent) <= world.now() ? messages : undefined;
  }

  return {
    sharedVoltages: [],
    entryOf: () => -1,
    beginEntry(_of, update, slots, stored) {
      ownSlots = sharedSlots(post, update, slots);
      updates[self][update % KEPT_UPDATES] = { update, slots: ownSlots, stored, parameters: copyStretches(parts, ownership[self]), ticks: [] };
      return true;
    },
    sampledFrom(update) {
      for (let peer = 0; peer < ownership.length; peer += 1) {
        const messages = peer === self ? undefined : arrived(peer, update, 1);
        if (messages !== undefined) return messages.stored;
      }
      return -1;
    },
    publish(_of, update, tick, ranges, { voltages }) {
      const copies = ranges.map(({ begin, end }) => voltages.slice(begin * lanes, end * lanes));
      sent(self, update)?.ticks.push({ sent: world.now(), ranges: copies });
      if (world.settings.peerWait && !certain) scheduleArrivals(post, self, update, tick, world.now());
    },
    writerOf: (of) => of,
    isPublished: (peer, update, tick) => arrived(peer, update, tick) !== undefined,
    read(peer, update, tick, ranges, slots, activations) {
      const messages = arrived(peer, update, tick);
      if (messages === undefined || !sameSlots(messages.slots, slots)) return -1;
      place(ranges, messages.ticks[tick - 1].ranges, activations, lanes);
      if (tick === ticks) loadStretches(parts, ownership[peer], messages.parameters);
      return update;
    },
  };
}

function place(ranges: readonly NeuronRange[], copies: readonly Float32Array[], { voltages }: Activations, lanes: number): void {
  for (let i = 0; i < ranges.length; i += 1) voltages.set(copies[i], ranges[i].begin * lanes);
}
