import test from 'ava';

import { createStream } from '../../src/random/stream.js';
import { RULE_NAMES, RULES, type RuleName } from '../../src/rule/registry.js';
import type { Rule } from '../../src/rule/rule.js';
import { createRuleFixture, type RuleFixture, type RuleFixtureOptions } from './fixture.js';

/** A rule in the middle of its life, with layers that fill no vector. */
function busyRule(name: RuleName, options: RuleFixtureOptions): RuleFixture {
  const fixture = createRuleFixture(name, { observations: 3, hidden: [7, 5], outputs: 2, activation: 'tanh', size: 13, optimiser: 'adam', ...options });
  const stream = createStream(1, 'groups');
  const { batch, tables } = fixture;
  for (const { values, target } of Object.values(tables)) for (const list of [values, target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  for (const list of [batch.reward, batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  const observations = () => Array.from({ length: batch.size }, () => [0, 1, 2].map(() => stream.gaussian()));
  const { topology: { inputs }, batch: { activations: { voltages, lanes } } } = fixture;
  for (let i = 4 * lanes; i < inputs.end * lanes; i += 1) voltages[i] = stream.gaussian() / 4; // what membranes keep
  fixture.show(observations(), observations());
  if (RULES[name].data === 'online') fixture.showActed();
  batch.discounts.fill(0.9);
  return fixture;
}

/** Everything that is kept after three updates. */
function learned(name: RuleName, options: RuleFixtureOptions, learn: (fixture: RuleFixture, update: number) => void): number[] {
  const fixture = busyRule(name, options);
  for (let update = 1; update <= 3; update += 1) {
    fixture.program.broadcast?.(fixture.batch);
    learn(fixture, update);
    fixture.batch.sampled.reverse();
  }
  return Object.values(fixture.tables).flatMap(({ values, target }) => [...values, ...target]);
}

const VARIANTS: readonly (readonly [options: RuleFixtureOptions, whose: string, of: (rule: Rule) => boolean])[] = [
  [{}, '', ({ batching }) => batching !== undefined],
  [{ density: 0.6 }, ', where each reads neurons of its own', ({ batching }) => batching === 'any'],
  [{ optimiser: 'bounded' }, ', each row at a rate of its own', ({ data }) => data === 'online'],
  [{ dynamic: 'leaky' }, ', with membranes', ({ data }) => data === 'online'],
  [{ dynamic: 'spiking', density: 0.6 }, ', with membranes, where each reads neurons of its own', ({ data }) => data === 'online'],
];

for (const [options, whose, takesPart] of VARIANTS) {
  for (const name of RULE_NAMES.filter((rule) => takesPart(RULES[rule]))) {
    test(`${name} learns the same bits neuron by neuron as in groups${whose}`, (t) => {
      const together = learned(name, options, ({ program, groups, batch }, update) => { for (const { whole } of groups) program.learn(whole, batch, update); });
      const oneByOne = learned(name, options, ({ program, neurons, batch }, update) => { for (const neuron of neurons) program.learn(neuron, batch, update); });
      const { topology, groups, tables } = busyRule(name, options);
      t.is(topology.populations[1].rows !== undefined, options.density !== undefined);
      t.is('eligibility' in tables, options.dynamic !== undefined);
      t.true(groups.some(({ members }) => members.length === 7));
      t.true(together.every(Number.isFinite));
      t.deepEqual(together, oneByOne);
    });
  }
}
