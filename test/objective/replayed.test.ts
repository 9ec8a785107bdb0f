import test from 'ava';
import fc from 'fast-check';

import { createCategoricalQ } from '../../src/objective/categorical-q.js';
import type { ReplayedBatch, ReplayedObjective } from '../../src/objective/replayed.js';
import { createReplayedQ } from '../../src/objective/replayed-q.js';
import { createValueHead, softmax, type ValueHead } from '../../src/objective/value-head.js';
import { projectCategorical } from '../../src/objective/targets.js';

const near = (actual: number, expected: number, tolerance = 1e-6) => Math.abs(actual - expected) < tolerance;

/** One item, with outputs of one lane. */
function one(outputs: readonly number[], successors: readonly number[], { action = 0, nextAction = 0, reward = 1, discount = 0.9, weight = 1 } = {}): ReplayedBatch {
  return {
    size: 1,
    outputs: { voltages: Float32Array.from(outputs), lanes: 1 },
    successors: { voltages: Float32Array.from(successors), lanes: 1 },
    actions: Int32Array.of(action),
    nextActions: Int32Array.of(nextAction),
    returns: Float64Array.of(reward),
    discounts: Float64Array.of(discount),
    weights: Float32Array.of(weight),
  };
}

function evaluate(objective: ReplayedObjective, batch: ReplayedBatch, head: ValueHead) {
  const error = { outputs: new Float32Array(head.neurons), signals: new Float32Array(1) };
  t0(objective.evaluate(batch, error));
  return { ...error, surprise: objective.surprise[0] };
}
const t0 = (bad: number) => { if (bad >= 0) throw new Error('an error is not finite'); };

test('the target is 5.5 under the target network\'s own choice, and 1.9 under the online network\'s', (t) => {
  const head = createValueHead({ actions: 3, dueling: false });
  const objective = createReplayedQ(head, 1, null);
  const [online, target] = [{ voltages: Float32Array.of(1, 3, 2), lanes: 1 }, { voltages: Float32Array.of(5, 1, 4), lanes: 1 }];
  for (const [chooses, expected] of [[target, 5.5], [online, 1.9]] as const) {
    const { signals, surprise, outputs } = evaluate(objective, one([0, 0, 0], [5, 1, 4], { nextAction: head.greedy(chooses, 0) }), head);
    t.true(near(signals[0], expected) && near(surprise, expected) && near(outputs[0], expected));
    t.deepEqual([...outputs.subarray(1)], [0, 0]);
  }
});

test('a dueling head takes the mean advantage off, not the largest', (t) => {
  const head = createValueHead({ actions: 3, dueling: true });
  const values = new Float64Array(3);
  head.values({ voltages: Float32Array.of(1, 2, 6, 1), lanes: 1 }, 0, values); // advantages, then the value
  t.deepEqual([...values], [-1, 0, 4]);
  t.is(head.neurons, 4);
});

test('an error beyond the threshold counts as the threshold, an importance weight as a factor', (t) => {
  const head = createValueHead({ actions: 2, dueling: false });
  const { signals, surprise } = evaluate(createReplayedQ(head, 1, 1), one([0, 0], [0, 0], { reward: -3, weight: 0.25 }), head);
  t.is(signals[0], -0.25);
  t.is(surprise, 3);
});

test('a categorical error is the projected distribution less the present one', (t) => {
  const head = createValueHead({ actions: 1, dueling: false, categorical: { atoms: 3, lowest: -1, highest: 1 } });
  const logits = [0.25, 0.5, 0.25].map(Math.log);
  const { outputs, surprise, signals } = evaluate(createCategoricalQ(head, 1), one(logits, logits, { reward: 0.5, discount: 0.5 }), head);
  t.true([-0.25, 0, 0.25].every((slope, i) => near(outputs[i], slope))); // (0, .5, .5) - (.25, .5, .25)
  t.true(near(surprise, -(0.5 * Math.log(0.5) + 0.5 * Math.log(0.25))));
  t.true(near(signals[0], 0.5));
});

test('projections are the published ones', (t) => {
  const cases: [number[], number, number, number[]][] = [
    [[0.25, 0.5, 0.25], 0.5, 0.5, [0, 0.5, 0.5]],
    [[0.25, 0.5, 0.25], 0, 1, [0.25, 0.5, 0.25]],
    [[0.25, 0.5, 0.25], 0.3, 0, [0, 0.7, 0.3]],
    [[0.25, 0.5, 0.25], 2, 0.9, [0, 0, 1]],
    [[0.2, 0.3, 0.5], 0.2, 0.9, [0.14, 0.3, 0.56]],
  ];
  for (const [probabilities, reward, discount, expected] of cases) {
    const projected = new Float64Array(3);
    projectCategorical(reward, discount, -1, 1, probabilities, projected);
    t.true(expected.every((each, i) => near(projected[i], each, 1e-12)), projected.join(' '));
  }
});

/** J of one item, by its definition. */
function objectiveOf(head: ValueHead, batch: ReplayedBatch, threshold: number | null): number {
  const [own, next] = [new Float64Array(head.atoms), new Float64Array(head.atoms)];
  head.logits(batch.outputs, 0, batch.actions[0], own);
  head.logits(batch.successors, 0, batch.nextActions[0], next);
  if (head.categorical === undefined) {
    const error = batch.returns[0] + batch.discounts[0] * next[0] - own[0];
    const limit = threshold ?? Infinity;
    return -batch.weights[0] * (Math.abs(error) <= limit ? error ** 2 / 2 : limit * (Math.abs(error) - limit / 2));
  }
  const wanted = new Float64Array(head.atoms);
  softmax(next);
  softmax(own);
  projectCategorical(batch.returns[0], batch.discounts[0], head.support[0], head.support[head.atoms - 1], next, wanted);
  return batch.weights[0] * wanted.reduce((sum, mass, i) => sum + mass * Math.log(own[i]), 0);
}

test('slopes of a value upon its logits are those of its definition', (t) => {
  for (const categorical of [undefined, { atoms: 5, lowest: -2, highest: 3 }]) {
    const head = createValueHead({ actions: 2, dueling: false, categorical });
    const outputs = Float64Array.from({ length: head.neurons }, (_, k) => Math.sin(3 * k + 1));
    const valueAt = (moved: number, shift: number) => {
      const voltages = outputs.map((each, k) => each + (k === moved ? shift : 0));
      const values = new Float64Array(2);
      head.values({ voltages: voltages as unknown as Float32Array, lanes: 1 }, 0, values);
      return values[1];
    };
    const slopes = new Float64Array(head.atoms);
    head.slopes({ voltages: outputs as unknown as Float32Array, lanes: 1 }, 0, 1, slopes);
    slopes.forEach((slope, i) => { t.true(near(slope, (valueAt(head.atoms + i, 1e-5) - valueAt(head.atoms + i, -1e-5)) / 2e-5, 1e-7), `atom ${i}`); });
  }
});

test('errors of outputs are the slopes of J, plain or dueling, expected or categorical', (t) => {
  const number = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.array(number, { minLength: 40, maxLength: 40 }), fc.nat(2), fc.nat(2), fc.constantFrom(null, 0.5), (dueling, categorical, numbers, action, nextAction, threshold) => {
      const head = createValueHead({ actions: 3, dueling, ...(categorical && { categorical: { atoms: 5, lowest: -2, highest: 3 } }) });
      const outputs = Array.from(Float32Array.from(numbers.slice(0, head.neurons)));
      const batch = one(outputs, numbers.slice(20, 20 + head.neurons), { action, nextAction, weight: 0.5 });
      const objective = categorical ? createCategoricalQ(head, 1) : createReplayedQ(head, 1, threshold);
      const found = evaluate(objective, batch, head);
      const [voltages, step] = [new Float64Array(outputs), 1e-6];
      for (let k = 0; k < head.neurons; k += 1) {
        const at = (shift: number) => {
          const moved = voltages.slice();
          moved[k] += shift;
          return objectiveOf(head, { ...batch, outputs: { voltages: moved as unknown as Float32Array, lanes: 1 } }, threshold);
        };
        t.true(near(found.outputs[k], (at(step) - at(-step)) / (2 * step), 1e-4), `output ${k}`);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
