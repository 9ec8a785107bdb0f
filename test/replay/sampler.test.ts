import test from 'ava';
import fc from 'fast-check';

import { createArena } from '../../src/memory/arena.js';
import { controlBlocks } from '../../src/memory/control.js';
import { createStream } from '../../src/random/stream.js';
import { attachReplay, replayBlocks, SLOT, type ReplayRing } from '../../src/replay/ring.js';
import { createSampler } from '../../src/replay/sampler.js';
import { append } from './append.js';

function filledRing(capacity: number, stored: number, episodeLength: number): ReplayRing {
  const shape = { capacity, inputs: 2, stochasticNeurons: 1 };
  const arena = createArena([...controlBlocks(1), ...replayBlocks(shape)]);
  const ring = attachReplay(arena, shape);
  for (let i = 0; i < stored; i += 1) {
    const final = i % (episodeLength + 1) === episodeLength;
    append(arena, ring, Float32Array.of(1, i, -i), 2, i / 2, final ? SLOT.final : SLOT.transition);
  }
  return ring;
}

test('a slot holds the inputs, the action, the reward and the kind it was given', (t) => {
  const ring = filledRing(300, 5, 100);
  t.is(ring.stored(), 5);
  t.deepEqual([...ring.inputVoltages.subarray(8, 10)], [1, 4]);
  t.is(ring.sampled[4], -4);
  t.is(ring.reward[4], 2);
  t.is(ring.kind[4], SLOT.transition);
});

test('the ring overwrites its oldest slots', (t) => {
  const ring = filledRing(256, 300, 1000);
  t.is(ring.inputVoltages[2 * 0 + 1], 256);
  t.is(ring.inputVoltages[2 * 255 + 1], 255);
});

test('samples are transitions whose successor is stored, never final or half-overwritten slots', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 900 }), fc.integer({ min: 1, max: 30 }), fc.nat(1000), (stored, episodeLength, update) => {
      const ring = filledRing(256, stored, episodeLength);
      const slots = new Int32Array(16);
      createSampler(ring, createStream(1, 'replay')).draw(update, slots);
      for (const slot of slots) {
        const age = (stored - 1 - slot + 256) % 256;
        t.true(slot < stored && age >= 1 && ring.kind[slot] === SLOT.transition);
        if (stored > 256) t.true(age < 224);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('samples are uniform over the transitions', (t) => {
  const ring = filledRing(300, 101, 1000);
  const sampler = createSampler(ring, createStream(2, 'replay'));
  const counts = new Array<number>(100).fill(0);
  const slots = new Int32Array(64);
  for (let update = 0; update < 400; update += 1) {
    sampler.draw(update, slots);
    for (const slot of slots) counts[slot] += 1;
  }
  const expected = (400 * 64) / 100;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  t.true(chiSquare < 148.2, `chi-square ${chiSquare} of 99 degrees, 0.1 % point 148.2`);
});

test('a minibatch is a function of its number: any partition draws it without having drawn the others', (t) => {
  const ring = filledRing(300, 200, 20);
  const [all, one] = [createSampler(ring, createStream(3, 'replay')), createSampler(ring, createStream(3, 'replay'))];
  const [expected, slots] = [new Int32Array(32), new Int32Array(32)];
  for (let update = 0; update <= 7; update += 1) all.draw(update, expected);
  one.draw(7, slots);
  t.deepEqual(slots, expected);
});

test('a transition more changes almost no lane of a minibatch', (t) => {
  const [before, after] = [filledRing(4000, 3000, 200), filledRing(4000, 3001, 200)];
  let changed = 0;
  const [a, b] = [new Int32Array(64), new Int32Array(64)];
  for (let update = 0; update < 200; update += 1) {
    createSampler(before, createStream(4, 'replay')).draw(update, a);
    createSampler(after, createStream(4, 'replay')).draw(update, b);
    changed += a.filter((slot, lane) => slot !== b[lane]).length;
  }
  t.true(changed <= 20, `${changed} of 12800 lanes changed`);
});
