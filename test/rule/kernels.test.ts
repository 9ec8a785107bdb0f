import test from 'ava';

import { createDdpgFixture } from '../algorithm/ddpg/fixture.js';
import type { KernelName } from '../../src/kernels/kernels.js';
import { createStream } from '../../src/random/stream.js';
import { RULE_NAMES, RULES, type RuleName } from '../../src/rule/registry.js';
import { createRuleFixture } from './fixture.js';

const SIZE = 13;

/** What a rule knows after some updates from random numbers. */
function learned(name: RuleName, kernels: KernelName): number[] {
  const fixture = createRuleFixture(name, { observations: 3, hidden: [7, 5], outputs: 2, activation: 'tanh', size: SIZE, optimiser: 'sgd', kernels });
  const stream = createStream(1, 'kernels');
  const { batch, tables } = fixture;
  for (const { values, target } of Object.values(tables)) for (const list of [values, target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  const observations = () => Array.from({ length: batch.size }, () => [0, 1, 2].map(() => stream.gaussian()));
  for (const list of [batch.reward, batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  batch.discounts.fill(0.9);
  for (let update = 0; update < 5; update += 1) {
    fixture.show(observations(), observations());
    if (RULES[name].data === 'online') fixture.showActed();
    fixture.update();
  }
  return Object.values(tables).flatMap(({ values, target }) => [...values, ...target]);
}

function learnedByDdpg(kernels: KernelName): number[] {
  const network = { observations: 3, hidden: [7, 5], outputs: 2, bias: true, activation: 'tanh', outputActivation: 'tanh' } as const;
  const fixture = createDdpgFixture(network, SIZE, { actorRate: 0.1, criticRate: 0.1, targetRate: 0.5 }, 'sgd', 0, kernels);
  const { program, actor, critic, transitions } = fixture;
  const stream = createStream(1, 'kernels');
  for (const { weights: { values, target } } of [actor, critic]) for (const list of [values, target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  for (const list of [transitions.reward, transitions.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 4;
  transitions.discounts.fill(0.9);
  const observations = () => Array.from({ length: SIZE }, () => [0, 1, 2].map(() => stream.gaussian()));
  for (let update = 1; update <= 5; update += 1) {
    fixture.show(observations(), observations());
    program.learn(update);
  }
  return [actor, critic].flatMap(({ weights: { values, target } }) => [...values, ...target]);
}

const CONTENDERS = [...RULE_NAMES.map((name) => [name, (kernels: KernelName) => learned(name, kernels)] as const), ['ddpg', learnedByDdpg] as const];

for (const [name, run] of CONTENDERS) {
  test(`${name} learns the same on simd kernels as on the reference, to 1e-5`, (t) => {
    const [simd, reference] = [run('simd'), run('reference')];
    t.is(simd.length, reference.length);
    reference.forEach((value, i) => { t.true(Math.abs(simd[i] - value) <= 1e-5 * Math.max(1, Math.abs(value)), `${simd[i]} ${value} at ${i}`); });
  });
}
