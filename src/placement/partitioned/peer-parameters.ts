import type { Arena } from '../../memory/arena.js';
import type { Control } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import { attachParameter, type PeerParameter, type ParameterShape, type ParameterTable } from '../../memory/parameters.js';
import type { Ownership } from '../../network/ownership.js';
import type { Room } from '../../replay/minibatch.js';
import type { ReadConsistency } from './timing-options.js';

export type { ReadConsistency as Reads };

/** Versions of its parameters that a partition keeps. */
export const VERSIONS = 4;

/** The mark of a copy that is being rewritten. */
const REWRITING = -1;

export interface PeerParameterShape {
  readonly partitions: number;
  readonly weights: ParameterShape;
  /** The published ones. */
  readonly parameters: readonly ParameterShape[];
  readonly reads: ReadConsistency;
}

/** A partition's copies of all partitions' parameters. */
export interface PeerParameters {
  /** Weights and published parameters, by name; its own parts are as they were when its update began. */
  readonly tables: Readonly<Record<string, PeerParameter>>;
  /** Keeps the own parameters as version `version`. */
  snapshot(version: number): void;
  /** Copies a peer's present parameters. @returns their version; -1 if they are not whole at the moment, which can last if the peer's thread has died */
  refresh(peer: number): number;
  /** Copies one version of a peer's parameters. @returns false if the peer has not reached it, or does not keep it any more */
  refreshVersion(peer: number, version: number): boolean;
  /** Under aligned reads: copies the newest version that is at hand of all neurons, this partition's included. @returns it */
  align?(): number;
}

const OWNER = 'each partition its own rows';

/** Name of the block of marks of the versions that are kept. */
export const VERSION_MARKS = 'versions/mark';

/** The parts of a parameter that peers read: its target copy only if it is published with the voltages. */
export function publishedParts({ target, published }: ParameterShape): readonly ('values' | 'target')[] {
  return target && published ? ['values', 'target'] : ['values'];
}

/** Blocks for `depth` copies of the parts that peers read. */
export function copyBlocks(prefix: string, parameter: ParameterShape, depth: number): BlockRequest[] {
  const length = parameter.lengths.reduce((sum, size) => sum + size, 0);
  return publishedParts(parameter).map((part) => ({ name: `${prefix}/${parameter.name}/${part}`, type: 'float32', shape: [depth, length], owner: OWNER }));
}

export function peerParameterBlocks({ partitions, weights, parameters, reads }: PeerParameterShape): BlockRequest[] {
  if (reads === 'latest') return [];
  const copies = [weights, ...parameters].flatMap((parameter) => copyBlocks('versions', parameter, VERSIONS));
  return [...copies, { name: VERSION_MARKS, type: 'int32', shape: [VERSIONS, partitions], owner: OWNER }];
}

/** One part of a parameter: the live array, this partition's copy, and the kept versions. */
export interface PublishedPart {
  readonly table: ParameterTable;
  readonly live: Float32Array;
  readonly local: Float32Array;
  /** [depth, length], row-major; empty if none are kept. */
  readonly copies: Float32Array;
}

/** Calls `move` with the range of every part that the neurons of a partition own. */
export function forEachOwnedRange(parts: readonly PublishedPart[], ranges: Ownership[number], move: (part: PublishedPart, begin: number, end: number) => void): void {
  for (const range of ranges) {
    for (const part of parts) move(part, part.table.offset[range.begin], part.table.offset[range.end]);
  }
}

/** Copies a range of a kept version. */
function copySnapshot({ live, local, copies }: PublishedPart, at: number, begin: number, end: number): void {
  local.set(copies.subarray(at * live.length + begin, at * live.length + end), begin);
}

/** Overwrites a range of a kept version with live parameters. */
function storeSnapshot({ live, copies }: PublishedPart, at: number, begin: number, end: number): void {
  copies.set(live.subarray(begin, end), at * live.length + begin);
}

/** Copies a range of live parameters. */
export function copyLive({ live, local }: PublishedPart, begin: number, end: number): void {
  local.set(live.subarray(begin, end), begin); // shared, racy on purpose (Hogwild)
}

/** A parameter and this partition's copy of it, or if `alias` the live arrays. */
export function attachPeerParameter(arena: Arena, room: Room, shape: ParameterShape, alias: boolean): { table: ParameterTable; heard: PeerParameter } {
  const table = attachParameter(arena, shape);
  const own = ({ length }: Float32Array) => room.numbers(length);
  return { table, heard: alias ? table : { values: own(table.values), target: own(table.target) } };
}

/** Parameters that peers read live. */
function racy(arena: Arena, room: Room, control: Control, { partitions, weights, parameters }: PeerParameterShape, ownership: Ownership): PeerParameters {
  const published = parameters.map((shape) => attachPeerParameter(arena, room, shape, partitions === 1));
  const parts = published.flatMap(({ table, heard }) => publishedParts(table.shape).map((part): PublishedPart => ({ table, live: table[part], local: heard[part], copies: new Float32Array(0) })));
  return {
    tables: Object.fromEntries([...published, attachPeerParameter(arena, room, weights, true)].map(({ table, heard }) => [table.shape.name, heard])),
    snapshot: () => undefined,
    refresh(peer) {
      const version = control.version.get(peer); // before the copy: no parameter is older than this version
      forEachOwnedRange(parts, ownership[peer], copyLive);
      return version;
    },
    refreshVersion: () => false,
  };
}

/** Parameters that peers read in whole versions, from kept copies. */
function versioned(arena: Arena, room: Room, control: Control, { partitions, weights, parameters }: PeerParameterShape, ownership: Ownership, self: number): PeerParameters {
  const marks = arena.int32(VERSION_MARKS);
  const all = [...parameters, weights].map((shape) => attachPeerParameter(arena, room, shape, false));
  const parts = all.flatMap(({ table, heard }) =>
    publishedParts(table.shape).map((part): PublishedPart => ({ table, live: table[part], local: heard[part], copies: arena.float32(`versions/${table.shape.name}/${part}`) })),
  );
  const mark = (version: number, partition: number) => (version % VERSIONS) * partitions + partition;

  function refreshVersion(peer: number, version: number): boolean {
    const at = mark(version, peer);
    if (Atomics.load(marks, at) !== version + 1) return false;
    forEachOwnedRange(parts, ownership[peer], (part, begin, end) => { copySnapshot(part, version % VERSIONS, begin, end); });
    return Atomics.load(marks, at) === version + 1; // else it was overwritten during the copy
  }

  return {
    tables: Object.fromEntries(all.map(({ table, heard }) => [table.shape.name, heard])),
    snapshot(version) {
      const at = mark(version, self);
      Atomics.store(marks, at, REWRITING);
      forEachOwnedRange(parts, ownership[self], (part, begin, end) => {
        storeSnapshot(part, version % VERSIONS, begin, end);
        copyLive(part, begin, end);
      });
      Atomics.store(marks, at, version + 1); // 0 is the mark of a copy never written
    },
    refresh(peer) {
      for (let i = 0; i < VERSIONS; i += 1) {
        const version = control.version.get(peer);
        if (refreshVersion(peer, version)) return version;
      }
      return -1;
    },
    refreshVersion,
  };
}

export function attachPeerParameters(arena: Arena, room: Room, control: Control, shape: PeerParameterShape, ownership: Ownership, self: number): PeerParameters {
  return shape.reads === 'latest' ? racy(arena, room, control, shape, ownership) : versioned(arena, room, control, shape, ownership, self);
}
