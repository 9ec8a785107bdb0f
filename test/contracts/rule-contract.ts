import test from 'ava';

import { DivergenceError } from '../../src/errors.js';
import { createStream } from '../../src/random/stream.js';
import { RULES, type RuleName } from '../../src/rule/registry.js';
import { createRuleFixture, type RuleFixture, type RuleFixtureOptions } from '../rule/fixture.js';

const SIZE = 4;
const NETWORK: RuleFixtureOptions = { observations: 3, hidden: [4, 3], outputs: 2, activation: 'tanh', optimiser: 'adam', size: SIZE };

/** A rule in the middle of its life: random weights, critics and minibatch. */
function busyRule(name: RuleName, options: RuleFixtureOptions = {}): RuleFixture {
  const fixture = createRuleFixture(name, { ...NETWORK, ...options });
  const stream = createStream(1, `contract/${name}`);
  for (const { values, target } of Object.values(fixture.tables)) {
    for (let i = 0; i < values.length; i += 1) values[i] = stream.gaussian() / 2;
    for (let i = 0; i < target.length; i += 1) target[i] = stream.gaussian() / 2;
  }
  const observations = () => Array.from({ length: fixture.batch.size }, () => [0, 1, 2].map(() => stream.gaussian()));
  fixture.show(observations(), observations());
  for (const list of [fixture.batch.reward, fixture.batch.acted]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  fixture.batch.continuation.fill(0.9);
  return fixture;
}

const everything = ({ tables }: RuleFixture) => Object.values(tables).map(({ values, target }) => [...values, ...target]);

/** The suite that every learning rule passes. */
export function ruleContract(name: RuleName): void {
  test(`${name} says what it is and what crosses between its neurons`, (t) => {
    t.is(RULES[name].name, name);
    t.true(RULES[name].summary.length > 20 && RULES[name].locality.length > 20);
  });

  test(`${name} is deterministic`, (t) => {
    const run = () => {
      const fixture = busyRule(name);
      fixture.update();
      fixture.update();
      return everything(fixture);
    };
    t.deepEqual(run(), run());
  });

  test(`${name} moves every row and keeps all numbers finite`, (t) => {
    const fixture = busyRule(name);
    const before = fixture.neurons.map(({ weights }) => [...weights.values]);
    for (let update = 0; update < 20; update += 1) fixture.update();
    fixture.neurons.forEach(({ weights, kind }, i) => {
      if (kind !== 'input') t.notDeepEqual([...weights.values], before[i]);
    });
    t.true(everything(fixture).flat().every(Number.isFinite));
  });

  test(`${name} in its write phase reads the neuron's own state, voltages and broadcasts, and nothing else`, (t) => {
    const healthy = busyRule(name);
    healthy.program.broadcast?.(healthy.batch);
    for (const [index, neuron] of healthy.neurons.entries()) {
      const poisoned = busyRule(name);
      poisoned.program.broadcast?.(poisoned.batch);
      poisoned.neurons.forEach((other, i) => {
        if (i === index) return;
        for (const parameter of Object.values(other.parameters)) for (const part of [parameter.values, parameter.target, parameter.first, parameter.second]) part.fill(NaN);
        poisoned.batch.board.weightedInputs.fill(NaN, i * 2 * SIZE, (i + 1) * 2 * SIZE);
      });
      healthy.program.learn(neuron, healthy.batch, 1);
      poisoned.program.learn(poisoned.neurons[index], poisoned.batch, 1);
      t.deepEqual(poisoned.neurons[index].parameters, neuron.parameters);
      t.true(Object.values(neuron.parameters).every(({ values }) => values.every(Number.isFinite)));
    }
  });

  test(`${name} learns the same whatever the order of the neurons`, (t) => {
    const [forward, backward] = [busyRule(name), busyRule(name)];
    for (const { program, batch } of [forward, backward]) program.broadcast?.(batch);
    for (const neuron of forward.neurons) forward.program.learn(neuron, forward.batch, 1);
    for (const neuron of backward.neurons.toReversed()) backward.program.learn(neuron, backward.batch, 1);
    t.deepEqual(everything(backward), everything(forward));
  });

  test(`${name} ignores the successor of a terminated transition and heeds that of a truncated one`, (t) => {
    const learn = (continuation: number, successor: number) => {
      const fixture = busyRule(name);
      fixture.batch.continuation.fill(continuation);
      const { voltages, lanes } = fixture.batch.board;
      for (let i = 0; i < voltages.length; i += 1) if (i % lanes >= SIZE) voltages[i] = successor * Math.sin(i);
      fixture.update();
      return everything(fixture);
    };
    t.deepEqual(learn(0, 1), learn(0, -0.5));
    t.notDeepEqual(learn(0.9, 1), learn(0.9, -0.5));
  });

  test(`${name} leaves hidden rows alone where their rate is 0`, (t) => {
    const fixture = busyRule(name, { rates: { hiddenRate: 0 } });
    const before = fixture.neurons.map(({ weights }) => [...weights.values]);
    fixture.update();
    fixture.neurons.forEach(({ weights, kind }, i) => {
      if (kind === 'hidden') t.deepEqual([...weights.values], before[i]);
      if (kind === 'output') t.notDeepEqual([...weights.values], before[i]);
    });
  });

  test(`${name} stops at a TD error that is not finite`, (t) => {
    const fixture = busyRule(name);
    fixture.batch.reward[0] = Infinity;
    t.throws(() => { fixture.update(); }, { instanceOf: DivergenceError, message: /^TD error.* of neuron (bias|(input|hidden\d|output)\[\d+\]) became Infinity/ });
  });
}
