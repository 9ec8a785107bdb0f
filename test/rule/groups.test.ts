import test from 'ava';

import { createStream } from '../../src/random/stream.js';
import { RULE_NAMES, RULES, type RuleName } from '../../src/rule/registry.js';
import { createRuleFixture, type RuleFixture } from './fixture.js';

/** A rule in the middle of its life, with layers that fill no vector. */
function busyRule(name: RuleName, density = 1): RuleFixture {
  const fixture = createRuleFixture(name, { observations: 3, hidden: [7, 5], outputs: 2, activation: 'tanh', size: 13, optimiser: 'adam', density });
  const stream = createStream(1, 'groups');
  const { batch, tables } = fixture;
  for (const { values, target } of Object.values(tables)) for (const list of [values, target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  for (const list of [batch.reward, batch.acted]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  const observations = () => Array.from({ length: batch.size }, () => [0, 1, 2].map(() => stream.gaussian()));
  fixture.show(observations(), observations());
  if (RULES[name].experience === 'stream') fixture.showActed();
  batch.continuation.fill(0.9);
  return fixture;
}

/** Everything that is kept after three updates. */
function learned(name: RuleName, density: number, learn: (fixture: RuleFixture, update: number) => void): number[] {
  const fixture = busyRule(name, density);
  for (let update = 1; update <= 3; update += 1) {
    fixture.program.broadcast?.(fixture.batch);
    learn(fixture, update);
    fixture.batch.acted.reverse();
  }
  return Object.values(fixture.tables).flatMap(({ values, target }) => [...values, ...target]);
}

const grouped = (density: number) => RULE_NAMES.filter((rule) => RULES[rule].groups === 'any' || (density === 1 && RULES[rule].groups === 'alike'));

for (const [density, whose] of [[1, ''], [0.6, ', where each reads neurons of its own']] as const) {
  for (const name of grouped(density)) {
    test(`${name} learns the same bits neuron by neuron as in groups${whose}`, (t) => {
      const together = learned(name, density, ({ program, groups, batch }, update) => { for (const { whole } of groups) program.learn(whole, batch, update); });
      const oneByOne = learned(name, density, ({ program, neurons, batch }, update) => { for (const neuron of neurons) program.learn(neuron, batch, update); });
      const { topology, groups } = busyRule(name, density);
      t.is(topology.populations[1].rows !== undefined, density < 1);
      t.true(groups.some(({ members }) => members.length === 7));
      t.deepEqual(together, oneByOne);
    });
  }
}
