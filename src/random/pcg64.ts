import type { Stream } from './stream.js';

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const [MASK_64, MASK_128] = [(1n << 64n) - 1n, (1n << 128n) - 1n];

/**
 * A stream of PCG64 (O'Neill 2014, XSL RR 128/64) with the seeding and the draws of NumPy's `default_rng`, which Gymnasium's environments use: for tasks
 * whose seeds are to give Gymnasium's own episodes. `position` counts halves of outputs: a uniform number takes a whole output of 64 bits, an
 * integer one half of one, as many times as it is drawn anew. A half is left out where a uniform number follows it.
 *
 * @param seed whole number, 0 to 2^53 - 1
 */
export function createPcg64(seed: number): Stream {
  const words = seedSequence(seed, 8).map(BigInt);
  const joined = (at: number) => (words[at + 1] << 96n) | (words[at] << 64n) | (words[at + 3] << 32n) | words[at + 2];
  const increment = ((joined(4) << 1n) | 1n) & MASK_128;
  const step = (from: bigint) => (from * MULTIPLIER + increment) & MASK_128;
  const first = step((increment + joined(0)) & MASK_128);
  let state = first;
  let outputs = 0;
  let half: bigint | undefined; // the upper half of the last output, while it is not drawn

  function output(): bigint {
    state = step(state);
    outputs += 1;
    half = undefined;
    const mixed = (state >> 64n) ^ (state & MASK_64);
    const turn = state >> 122n;
    return ((mixed >> turn) | (mixed << (64n - turn))) & MASK_64;
  }

  function word(): number {
    if (half !== undefined) {
      const upper = Number(half);
      half = undefined;
      return upper;
    }
    const both = output();
    half = both >> 32n;
    return Number(both & 0xffffffffn);
  }

  return {
    get position() {
      return 2 * outputs - (half === undefined ? 0 : 1);
    },
    set position(position) {
      outputs = Math.floor(position / 2);
      state = advance(first, increment, outputs);
      half = undefined;
      if (position % 2 === 1) word();
    },
    uniform() {
      return Number(output() >> 11n) / 2 ** 53;
    },
    uniformBetween(low, high) {
      return low + (high - low) * this.uniform();
    },
    integer(count) {
      const threshold = (2 ** 32 - count) % count; // Lemire 2019
      for (;;) {
        const product = BigInt(word()) * BigInt(count);
        if (Number(product & 0xffffffffn) >= threshold) return Number(product >> 32n);
      }
    },
    gaussian() {
      for (;;) {
        const bits = output();
        const layer = Number(bits & 0xffn);
        const magnitude = Number((bits >> 9n) & ((1n << 52n) - 1n));
        const sign = ((bits >> 8n) & 1n) === 1n ? -1 : 1;
        const x = magnitude * WIDTHS[layer];
        if (magnitude < LIMITS[layer]) return sign * x;
        if (layer === 0) {
          const beyond = drawTail(this);
          return (((bits >> 17n) & 1n) === 1n ? -1 : 1) * (TAIL + beyond);
        }
        if ((HEIGHTS[layer - 1] - HEIGHTS[layer]) * this.uniform() + HEIGHTS[layer] < Math.exp(-0.5 * x * x)) return sign * x;
      }
    },
  };
}

/** Layers of the ziggurat (Marsaglia & Tsang 2000) under exp(-x²/2), where its tail begins, and the area of each layer. */
const LAYERS = 256;
const TAIL = 3.6541528853610088;
const AREA = 0.004928673233974655;
const { widths: WIDTHS, limits: LIMITS, heights: HEIGHTS } = ziggurat();

/** Tables of NumPy's: width of a layer over 2^52, magnitudes that lie in the layer for certain, height at its right end. */
function ziggurat() {
  const density = (x: number) => Math.exp(-0.5 * x * x);
  const [widths, limits, heights] = [new Float64Array(LAYERS), new Float64Array(LAYERS), new Float64Array(LAYERS)];
  const scale = 2 ** 52;
  const base = AREA / density(TAIL);
  widths[0] = base / scale;
  limits[0] = Math.floor((TAIL / base) * scale);
  heights[0] = 1;
  widths[LAYERS - 1] = TAIL / scale;
  heights[LAYERS - 1] = density(TAIL);
  let right = TAIL;
  for (let i = LAYERS - 2; i >= 1; i -= 1) {
    const x = Math.sqrt(-2 * Math.log(AREA / right + density(right)));
    limits[i + 1] = Math.floor((x / right) * scale);
    widths[i] = x / scale;
    heights[i] = density(x);
    right = x;
  }
  return { widths, limits, heights };
}

/** A draw from the tail, as far as it lies beyond `TAIL`. */
function drawTail(random: Pick<Stream, 'uniform'>): number {
  for (;;) {
    const x = -Math.log1p(-random.uniform()) / TAIL;
    const y = -Math.log1p(-random.uniform());
    if (2 * y > x * x) return x;
  }
}

/** The state `steps` outputs later (Brown 1994). */
function advance(from: bigint, increment: bigint, steps: number): bigint {
  let [factor, addend] = [MULTIPLIER, increment];
  let [allFactor, allAddend] = [1n, 0n];
  for (let rest = BigInt(steps); rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) {
      allFactor = (allFactor * factor) & MASK_128;
      allAddend = (allAddend * factor + addend) & MASK_128;
    }
    addend = ((factor + 1n) * addend) & MASK_128;
    factor = (factor * factor) & MASK_128;
  }
  return (allFactor * from + allAddend) & MASK_128;
}

/** Words of NumPy's SeedSequence (O'Neill 2015, `randutils`) for a seed. */
function seedSequence(seed: number, count: number): number[] {
  const mixer = (start: number, factor: number) => {
    let constant = start;
    return (value: number) => {
      const mixed = value ^ constant;
      constant = Math.imul(constant, factor);
      const product = Math.imul(mixed, constant);
      return (product ^ (product >>> 16)) >>> 0;
    };
  };
  const hash = mixer(0x43b0d7e5, 0x931e8875);
  const pool = [seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0].map(hash);
  for (let from = 0; from < pool.length; from += 1) {
    for (let to = 0; to < pool.length; to += 1) {
      if (from === to) continue;
      const mixed = Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hash(pool[from]));
      pool[to] = (mixed ^ (mixed >>> 16)) >>> 0;
    }
  }
  const draw = mixer(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: count }, (_, i) => draw(pool[i % pool.length]));
}
