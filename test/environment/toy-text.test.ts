import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { defineTable, loadEnvironment, makeEnvironment, type TableDefinition } from '../../src/index.js';
import { drawFirstState, drawOutcome, reachableStates, type TransitionModel } from '../../src/environment/model.js';
import { environmentContract } from '../../src/testing/environment-contract.js';
import { createStream } from '../../src/random/stream.js';

/** An environment of Gymnasium's toy text, as recorded: P[state][action] is a list of [probability, next state, reward, terminated]. */
interface Recorded {
  readonly id: string;
  readonly kwargs: { readonly is_slippery?: boolean };
  readonly maxEpisodeSteps: number | null;
  readonly P: readonly (readonly (readonly (readonly [number, number, number, number])[])[])[];
  readonly initial?: readonly (readonly [state: number, probability: number])[];
  readonly initialStates?: readonly number[];
  readonly initialProbability?: number;
}

const { environments } = JSON.parse(readFileSync(new URL('../../../test/fixtures/toy-text.json', import.meta.url), 'utf8')) as { environments: readonly Recorded[] };
const NAMES = ['FrozenLake-v1', 'FrozenLake8x8-v1', 'CliffWalking-v1', 'CliffWalkingSlippery-v1', 'Taxi-v4', 'RandomWalk-v0'];
const OPTIONS: Readonly<Record<string, readonly string[]>> = { 'FrozenLake-v1': ['slippery'], 'FrozenLake8x8-v1': ['slippery'], 'RandomWalk-v0': ['states'] };

for (const { title, check } of NAMES.flatMap((name) => environmentContract(name, { options: OPTIONS[name] ?? [] }))) test(title, check);
for (const { title, check } of environmentContract('RandomWalk-v0(states=1)', { options: ['states'] })) test(title, check);

function modelOf(name: string): TransitionModel {
  const { model } = makeEnvironment(name);
  if (model === undefined) throw new Error(`${name} has no model`);
  return model;
}

/** The outcomes of each action in each state, as Gymnasium lists them. */
function listed({ states, actions, offset, probability, next, reward, terminated }: TransitionModel): number[][][][] {
  return Array.from({ length: states }, (_, state) => Array.from({ length: actions }, (_, action) => {
    const row = state * actions + action;
    return Array.from({ length: offset[row + 1] - offset[row] }, (_, k) => [probability, next, reward, terminated].map((list) => list[offset[row] + k]));
  }));
}

for (const { id, kwargs, maxEpisodeSteps, P, initial, initialStates, initialProbability } of environments) {
  const name = kwargs.is_slippery === false ? `${id}(slippery=0)` : id;

  test(`${name}: its transitions, first states and time limit are those of Gymnasium, bit for bit`, (t) => {
    const model = modelOf(name);
    t.deepEqual(listed(model), P.map((row) => row.map((outcomes) => outcomes.map((outcome) => [...outcome]))));
    const firsts = initial ?? (initialStates ?? []).map((state) => [state, initialProbability ?? NaN] as const);
    t.deepEqual([...model.initial.entries()].filter(([, probability]) => probability > 0), firsts.map(([state, probability]) => [state, probability]));
    const environment = makeEnvironment(name, { seed: 1 });
    environment.reset();
    const state = environment.getState();
    const limit = maxEpisodeSteps ?? 100_000; // see cliff-walking.ts
    for (const [elapsed, cut] of [[limit - 2, false], [limit - 1, true]] as const) {
      environment.setState(state.with(1, elapsed));
      t.is(environment.step(0).truncated, cut, String(elapsed));
    }
  });
}

test('a state is observed as a 1 at its place', (t) => {
  const environment = makeEnvironment('FrozenLake-v1(slippery=0)');
  t.deepEqual([...environment.reset()], [1, ...new Array<number>(15).fill(0)]);
  t.is(environment.step(1).observation.indexOf(1), 4);
  t.deepEqual(environment.observationSpace.shape, [16]);
});

test('outcomes and first states are drawn with their probabilities', (t) => {
  const stream = createStream(1, 'test');
  const lake = modelOf('FrozenLake-v1');
  const counts = new Map<number, number>();
  for (let i = 0; i < 30_000; i += 1) {
    const next = lake.next[drawOutcome(lake, 1, 1, stream)];
    counts.set(next, (counts.get(next) ?? 0) + 1);
  }
  t.deepEqual([...counts.keys()].toSorted((a, b) => a - b), [0, 2, 5]);
  for (const count of counts.values()) t.true(Math.abs(count - 10_000) < 4 * Math.sqrt(30_000 * (2 / 9)), String(count)); // 4 standard errors
  const taxi = modelOf('Taxi-v4');
  const firsts = new Float64Array(500);
  for (let i = 0; i < 60_000; i += 1) firsts[drawFirstState(taxi, stream)] += 1;
  t.true(firsts.every((count, state) => (taxi.initial[state] === 0 ? count === 0 : Math.abs(count - 200) < 5 * Math.sqrt(200))));
});

test('the last outcome is drawn where rounding leaves its probabilities below 1', (t) => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }), fc.nat(), (weights, seed) => {
    const sum = weights.reduce((a, b) => a + b);
    const model = { ...modelOf('RandomWalk-v0'), offset: Int32Array.of(0, weights.length), probability: Float64Array.from(weights, (weight) => weight / sum), actions: 1 };
    const stream = { ...createStream(seed, 'test'), uniform: () => 1 - 2 ** -53 };
    t.is(drawOutcome(model, 0, 0, stream), weights.length - 1);
  }), { numRuns: 50, seed: 1 });
});

test('terminal states are not reachable', (t) => {
  const reached = (name: string) => reachableStates(modelOf(name)).reduce((sum, each) => sum + each, 0);
  t.deepEqual(['FrozenLake-v1', 'CliffWalking-v1', 'Taxi-v4', 'RandomWalk-v0'].map(reached), [11, 37, 400, 5]);
});

const BRIDGE: TableDefinition = { id: 'Bridge-v0', maxSteps: 10, transitions: [[[[1, 0, 0, false]], [[0.5, 1, 1, false], [0.5, 0, -1, true]]], [[[1, 0, 0, false]], [[1, 1, 2, true]]]] };

test('a table of one\'s own is a task with a model', (t) => {
  const { family } = defineTable({ ...BRIDGE, initial: [0.25, 0.75], actions: ['a', 'b'], columns: 1 });
  const { model, timeLimit } = family.build({});
  t.is(timeLimit, 10);
  t.deepEqual(model && listed(model)[0][1], [[0.5, 1, 1, 0], [0.5, 0, -1, 1]]);
  t.deepEqual([...(model?.initial ?? [])], [0.25, 0.75]);
});

test('a module may export a plain table', async (t) => {
  const path = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'table.mjs');
  writeFileSync(path, `export default ${JSON.stringify(BRIDGE)};`);
  await loadEnvironment(path);
  const { id, model } = makeEnvironment(path);
  t.is(id, 'Bridge-v0');
  t.deepEqual(model && listed(model)[1][1], [[1, 1, 2, 1]]);
});

const row = (...outcomes: unknown[]): unknown => [[[[1, 0, 0, false]], outcomes]];
const REFUSED: [object, RegExp][] = [
  [{ transitions: [] }, /^"definition\.transitions" expected a list with the actions of each state/],
  [{ transitions: [[[[1, 0, 0, false]]]] }, /^"definition\.transitions\[0\]" expected at least 2 actions, got 1$/],
  [{ transitions: row() }, /^"definition\.transitions\[0\]\[1\]" expected a list of \[probability, next state, reward, terminated\]/],
  [{ transitions: row([0.5, 0, 0, false]) }, /^"definition\.transitions\[0\]\[1\]" expected probabilities with the sum 1, got 0\.5$/],
  [{ transitions: row([1, 1, 0, false]) }, /^"definition\.transitions\[0\]\[1\]\[0\]\[1\]" expected 0, got 1$/],
  [{ transitions: row([1, 0, NaN, false]) }, /^"definition\.transitions\[0\]\[1\]\[0\]\[2\]" expected a number, got NaN$/],
  [{ transitions: row([1, 0, 0, 0]) }, /^"definition\.transitions\[0\]\[1\]\[0\]\[3\]" expected true or false, got 0$/],
  [{ initial: 2 }, /^"definition\.initial" expected a whole number <= 1, got 2$/],
  [{ initial: [1] }, /^"definition\.initial" expected 2 probabilities, one for each state, got 1$/],
  [{ initial: [0.5, 0.4] }, /^"definition\.initial" expected probabilities with the sum 1, got 0\.9$/],
  [{ actions: ['a'] }, /^"definition\.actions" expected 2 signs, one for each action, got 1$/],
  [{ columns: 3 }, /^"definition\.columns" expected a whole number >= 1 and <= 2, got 3$/],
  [{ rows: 3 }, /^"definition\.rows" expected a known option/],
];

for (const [change, message] of REFUSED) {
  test(`a table is refused: ${message.source}`, (t) => {
    const error = t.throws(() => defineTable({ ...BRIDGE, ...change }));
    t.true(error instanceof TypeError || error instanceof RangeError);
    t.regex(error.message, message);
  });
}
