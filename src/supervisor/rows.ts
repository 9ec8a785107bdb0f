import type { Arena } from '../memory/arena.js';
import type { Control } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import { attachParameter, type PeerParameter, type ParameterShape, type ParameterTable } from '../memory/parameters.js';
import type { Ownership } from '../network/ownership.js';
import type { Room } from '../replay/minibatch.js';
import type { Reads } from './timing-options.js';

export type { Reads };

/** Versions of its rows that a partition keeps aside. */
export const VERSIONS = 4;

/** A mark no version has: the copy is being rewritten. */
const REWRITING = -1;

export interface RowShape {
  readonly partitions: number;
  readonly weights: ParameterShape;
  /** The published ones. */
  readonly parameters: readonly ParameterShape[];
  readonly reads: Reads;
}

/** What a partition knows of everybody's rows. */
export interface Rows {
  /** Weights and published parameters, by name; its own stretches are as they were when its update began. */
  readonly heard: Readonly<Record<string, PeerParameter>>;
  /** Puts the own rows aside as those of version `version`. */
  keep(version: number): void;
  /** Hears a peer's rows as they stand. @returns their version; -1 where they are not whole just now, which can last where the peer has died */
  hear(peer: number): number;
  /** Hears a peer's rows of one version. @returns false where the peer has not come so far, or has left it behind */
  hearVersion(peer: number, version: number): boolean;
}

const OWNER = 'each partition its own rows';

/** Name of the block of marks by which readers know which versions are there. */
export const VERSION_MARKS = 'versions/mark';

/** What peers hear of a parameter: its target copy only where it is published with the voltages. */
export function heardParts({ target, published }: ParameterShape): readonly ('values' | 'target')[] {
  return target && published ? ['values', 'target'] : ['values'];
}

/** Room for `depth` copies of what peers hear of a parameter, in blocks named after it. */
export function copyBlocks(prefix: string, parameter: ParameterShape, depth: number): BlockRequest[] {
  const length = parameter.lengths.reduce((sum, size) => sum + size, 0);
  return heardParts(parameter).map((part) => ({ name: `${prefix}/${parameter.name}/${part}`, type: 'float32', shape: [depth, length], owner: OWNER }));
}

export function rowBlocks({ partitions, weights, parameters, reads }: RowShape): BlockRequest[] {
  if (reads === 'racy') return [];
  const copies = [weights, ...parameters].flatMap((parameter) => copyBlocks('versions', parameter, VERSIONS));
  return [...copies, { name: VERSION_MARKS, type: 'int32', shape: [VERSIONS, partitions], owner: OWNER }];
}

/** One part of a parameter: where it lives, what is known of it, and the copies of it that are kept. */
export interface HeardPart {
  readonly table: ParameterTable;
  readonly live: Float32Array;
  readonly heard: Float32Array;
  /** [depth, length], row-major; empty where none are kept. */
  readonly copies: Float32Array;
}

/** Applies `move` to the stretch of every part that the neurons of a partition own. */
export function eachStretch(parts: readonly HeardPart[], ranges: Ownership[number], move: (part: HeardPart, begin: number, end: number) => void): void {
  for (const range of ranges) {
    for (const part of parts) move(part, part.table.offset[range.begin], part.table.offset[range.end]);
  }
}

/** Copies one stretch of a set of copies. */
function hearCopy({ live, heard, copies }: HeardPart, at: number, begin: number, end: number): void {
  heard.set(copies.subarray(at * live.length + begin, at * live.length + end), begin);
}

/** Overwrites one stretch of a set of copies with what is live. */
function keepCopy({ live, copies }: HeardPart, at: number, begin: number, end: number): void {
  copies.set(live.subarray(begin, end), at * live.length + begin);
}

/** Copies one stretch as it stands. */
export function hearLive({ live, heard }: HeardPart, begin: number, end: number): void {
  heard.set(live.subarray(begin, end), begin); // shared, racy on purpose (Hogwild)
}

/** A parameter as one partition hears it: a copy of its own, or where `alias` the live one. */
export function hearParameter(arena: Arena, room: Room, shape: ParameterShape, alias: boolean): { table: ParameterTable; heard: PeerParameter } {
  const table = attachParameter(arena, shape);
  const own = ({ length }: Float32Array) => room.numbers(length);
  return { table, heard: alias ? table : { values: own(table.values), target: own(table.target) } };
}

/** The rows that peers read as they lie in the arena. */
function racy(arena: Arena, room: Room, control: Control, { partitions, weights, parameters }: RowShape, ownership: Ownership): Rows {
  const published = parameters.map((shape) => hearParameter(arena, room, shape, partitions === 1));
  const parts = published.flatMap(({ table, heard }) => heardParts(table.shape).map((part): HeardPart => ({ table, live: table[part], heard: heard[part], copies: new Float32Array(0) })));
  return {
    heard: Object.fromEntries([...published, hearParameter(arena, room, weights, true)].map(({ table, heard }) => [table.shape.name, heard])),
    keep: () => undefined,
    hear(peer) {
      const version = control.version.get(peer); // before the copy: no row is older than it says
      eachStretch(parts, ownership[peer], hearLive);
      return version;
    },
    hearVersion: () => false,
  };
}

/** The rows that peers read in whole versions, from the copies put aside. */
function versioned(arena: Arena, room: Room, control: Control, { partitions, weights, parameters }: RowShape, ownership: Ownership, self: number): Rows {
  const marks = arena.int32(VERSION_MARKS);
  const all = [...parameters, weights].map((shape) => hearParameter(arena, room, shape, false));
  const parts = all.flatMap(({ table, heard }) =>
    heardParts(table.shape).map((part): HeardPart => ({ table, live: table[part], heard: heard[part], copies: arena.float32(`versions/${table.shape.name}/${part}`) })),
  );
  const mark = (version: number, partition: number) => (version % VERSIONS) * partitions + partition;

  function hearVersion(peer: number, version: number): boolean {
    const at = mark(version, peer);
    if (Atomics.load(marks, at) !== version + 1) return false;
    eachStretch(parts, ownership[peer], (part, begin, end) => { hearCopy(part, version % VERSIONS, begin, end); });
    return Atomics.load(marks, at) === version + 1; // else it was overwritten while being copied
  }

  return {
    heard: Object.fromEntries(all.map(({ table, heard }) => [table.shape.name, heard])),
    keep(version) {
      const at = mark(version, self);
      Atomics.store(marks, at, REWRITING);
      eachStretch(parts, ownership[self], (part, begin, end) => {
        keepCopy(part, version % VERSIONS, begin, end);
        hearLive(part, begin, end);
      });
      Atomics.store(marks, at, version + 1); // 0 is the mark of a copy never written
    },
    hear(peer) {
      for (let i = 0; i < VERSIONS; i += 1) {
        const version = control.version.get(peer);
        if (hearVersion(peer, version)) return version;
      }
      return -1;
    },
    hearVersion,
  };
}

export function attachRows(arena: Arena, room: Room, control: Control, shape: RowShape, ownership: Ownership, self: number): Rows {
  return shape.reads === 'racy' ? racy(arena, room, control, shape, ownership) : versioned(arena, room, control, shape, ownership, self);
}
