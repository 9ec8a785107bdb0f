import { isDeepStrictEqual } from 'node:util';

import test from 'ava';

import type { Locality } from '../../src/credit/credit.js';
import { DivergenceError } from '../../src/errors.js';
import type { Parameter } from '../../src/memory/parameters.js';
import type { Topology } from '../../src/network/topology.js';
import { createStream } from '../../src/random/stream.js';
import { RULES, type RuleName } from '../../src/rule/registry.js';
import type { Neuron } from '../../src/network/neuron.js';
import { createRuleFixture, type RuleFixture, type RuleFixtureOptions } from '../rule/fixture.js';

/** The first hidden neuron of `NETWORK`, after the bias neuron and the observations. */
const FIRST_HIDDEN = 4;
/** One of the second hidden layer. */
const SECOND_HIDDEN = 9;
const NETWORK: RuleFixtureOptions = { observations: 3, hidden: [4, 3], outputs: 2, activation: 'tanh', optimiser: 'adam', size: 4 };

/**
 * A rule in the middle of its life: random weights, critics and minibatch.
 *
 * @param prepare called before voltages are computed
 */
function busyRule(name: RuleName, options: RuleFixtureOptions = {}, prepare?: (fixture: RuleFixture) => void): RuleFixture {
  const fixture = createRuleFixture(name, { ...NETWORK, ...options });
  const stream = createStream(1, `contract/${name}`);
  for (const { values, target } of Object.values(fixture.tables)) {
    for (let i = 0; i < values.length; i += 1) values[i] = stream.gaussian() / 2;
    for (let i = 0; i < target.length; i += 1) target[i] = stream.gaussian() / 2;
  }
  for (const list of [fixture.batch.reward, fixture.batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  prepare?.(fixture);
  const observations = () => Array.from({ length: fixture.batch.size }, () => [0, 1, 2].map(() => stream.gaussian()));
  fixture.show(observations(), observations());
  fixture.batch.discounts.fill(0.9);
  if (RULES[name].data === 'online') fixture.showActed();
  return fixture;
}

const everything = ({ tables }: RuleFixture) => Object.values(tables).map(({ values, target }) => [...values, ...target]);

/** Silences a neuron, or not, and multiplies all it keeps by `factor`. */
function setApart(name: RuleName, { neurons, alive, batch: { sampled, size, firstStochastic } }: RuleFixture, index: number, living: 0 | 1, factor: number): void {
  const { weights, parameters } = neurons[index];
  alive[index] = living;
  const silentInStream = living === 0 && RULES[name].data === 'online'; // the activations hold what was acted
  const own = sampled.subarray((index - firstStochastic) * size, (index - firstStochastic + 1) * size);
  for (const part of [weights, ...Object.values(parameters)].flatMap(({ values, target }) => [values, target])) part.forEach((value, i) => { part[i] = factor * value; });
  if (index >= firstStochastic) own.forEach((value, i) => { own[i] = silentInStream ? 0 : factor * value; });
}

/** Everything a neuron owns, moments included. */
const stateOf = ({ weights, parameters }: Neuron) => [weights, ...Object.values(parameters)].map(({ values, target, first, second }) => [...values, ...target, ...first, ...second]);

const poison = ({ values, target, first, second }: Parameter) => { for (const part of [values, target, first, second]) part.fill(NaN); };

/** Makes NaN all that a neuron owns and does not publish: its weights, moments, and parameters of its own. */
function poisonPrivate(name: RuleName, topology: Topology, { weights, parameters }: Neuron): void {
  const published = new Set(RULES[name].parameters(topology).filter((shape) => shape.published).map((shape) => shape.name));
  poison(weights);
  for (const [parameter, part] of Object.entries(parameters)) if (!published.has(parameter)) poison(part);
}

/** Makes NaN all that a neuron owns, and what it explored. */
function poisonWhole({ batch: { sampled, size, firstStochastic } }: RuleFixture, { index, weights, parameters }: Neuron): void {
  for (const part of [weights, ...Object.values(parameters)]) poison(part);
  if (index >= firstStochastic) sampled.fill(NaN, (index - firstStochastic) * size, (index - firstStochastic + 1) * size);
}

/** What of another neuron a rule of each class may not read even in its read phase. */
const READ_PHASE: Record<Locality, (name: RuleName, fixture: RuleFixture, other: Neuron) => void> = {
  reward: (_name, fixture, other) => { poisonWhole(fixture, other); },
  broadcast: (name, { topology }, other) => { poisonPrivate(name, topology, other); },
  outputs: (name, { topology }, other) => { poisonPrivate(name, topology, other); },
  deltas: (name, { topology }, other) => { poisonPrivate(name, topology, other); },
  weights: () => undefined,
};

/**
 * A busy rule between its phases in which all that neuron `index` may not read is NaN: what other neurons own, what they
 * explored, and, where a neuron reads its sources alone, all other voltages. Their weighted inputs, and what the locality class
 * denies, are NaN even in the read phase.
 */
function poisonedAround(name: RuleName, index: number, reads: 'sources' | 'all', locality: Locality = RULES[name].locality, prepare?: (fixture: RuleFixture) => void): RuleFixture {
  const fixture = busyRule(name, {}, prepare);
  const { program, neurons, batch, batch: { activations: { voltages, weightedInputs, lanes } } } = fixture;
  const others = neurons.filter((_, i) => i !== index);
  for (const { index: i } of others) weightedInputs.fill(NaN, i * lanes, (i + 1) * lanes);
  for (const other of others) READ_PHASE[locality](name, fixture, other);
  program.broadcast?.(batch);
  for (const other of others) {
    poisonWhole(fixture, other);
    if (reads === 'sources' && !neurons[index].sources.includes(other.index)) voltages.fill(NaN, other.index * lanes, (other.index + 1) * lanes);
  }
  return fixture;
}

/** The widest class that is denied something else. */
const NARROWER: Record<Locality, Locality | undefined> = { reward: undefined, broadcast: 'reward', outputs: 'reward', deltas: 'reward', weights: 'deltas' };

/** Whether a hidden neuron's update comes out otherwise, or not at all, where all that a class denies is NaN; in one of two arrangements of what was explored. */
function isAffected(name: RuleName, reads: 'sources' | 'all', locality: Locality): boolean {
  return [false, true].some((reversed) => {
    const prepare = ({ batch }: RuleFixture) => { if (reversed) batch.sampled.reverse(); };
    const healthy = busyRule(name, {}, prepare);
    healthy.program.broadcast?.(healthy.batch);
    healthy.program.learn(healthy.neurons[FIRST_HIDDEN], healthy.batch, 1);
    try {
      const { program, neurons, batch } = poisonedAround(name, FIRST_HIDDEN, reads, locality, prepare);
      program.learn(neurons[FIRST_HIDDEN], batch, 1);
      return !isDeepStrictEqual(stateOf(neurons[FIRST_HIDDEN]), stateOf(healthy.neurons[FIRST_HIDDEN]));
    } catch (error) {
      if (error instanceof DivergenceError) return true;
      throw error;
    }
  });
}

const VOLTAGES = { sources: 'its own and its sources\' voltages', all: 'voltages' } as const;

/** The suite that every learning rule passes. */
export function ruleContract(name: RuleName): void {
  const { reads } = RULES[name];

  test(`${name} has a summary and a note on its locality`, (t) => {
    t.is(RULES[name].name, name);
    t.true(RULES[name].summary.length > 20 && RULES[name].localityNote.length > 20);
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
    for (let update = 0; update < 20; update += 1) {
      fixture.update();
      fixture.batch.sampled.reverse(); // so that each output has once been the one that acts
    }
    fixture.neurons.forEach(({ weights, kind }, i) => {
      if (kind !== 'input') t.notDeepEqual([...weights.values], before[i]);
    });
    t.true(everything(fixture).flat().every(Number.isFinite));
  });

  test(`${name} in its write phase reads the neuron's own state, ${VOLTAGES[reads]} and broadcasts, and writes the neuron's own state`, (t) => {
    const healthy = busyRule(name);
    healthy.program.broadcast?.(healthy.batch);
    for (const [index, neuron] of healthy.neurons.entries()) {
      const poisoned = poisonedAround(name, index, reads);
      healthy.program.learn(neuron, healthy.batch, 1);
      poisoned.program.learn(poisoned.neurons[index], poisoned.batch, 1);
      t.deepEqual(stateOf(poisoned.neurons[index]), stateOf(neuron));
      t.true(stateOf(neuron).flat().every(Number.isFinite));
      const others = poisoned.neurons.filter((_, i) => i !== index);
      t.true(others.flatMap(stateOf).flat().every(Number.isNaN));
    }
  });

  if (reads === 'all') {
    test(`${name} does read the voltages of neurons that are no sources, as it declares`, (t) => {
      const { program, neurons, batch } = poisonedAround(name, FIRST_HIDDEN, 'sources');
      t.throws(() => { program.learn(neurons[FIRST_HIDDEN], batch, 1); }, { instanceOf: DivergenceError });
    });
  }

  const less = NARROWER[RULES[name].locality];
  if (less !== undefined) {
    test(`${name} needs its locality class, ${RULES[name].locality}: ${less} would not do`, (t) => {
      t.false(isAffected(name, reads, RULES[name].locality));
      t.true(isAffected(name, reads, less));
    });
  }

  test(`${name} learns the same whatever the order of the neurons`, (t) => {
    const [forward, backward] = [busyRule(name), busyRule(name)];
    for (const { program, batch } of [forward, backward]) program.broadcast?.(batch);
    for (const neuron of forward.neurons) forward.program.learn(neuron, forward.batch, 1);
    for (const neuron of backward.neurons.toReversed()) backward.program.learn(neuron, backward.batch, 1);
    t.deepEqual(everything(backward), everything(forward));
  });

  test(`${name} ignores the successor of a terminated transition and heeds that of a truncated one`, (t) => {
    const learn = (discounts: number, change: number) => {
      const fixture = busyRule(name);
      fixture.batch.discounts[0] = discounts;
      const { size, activations: { voltages, lanes } } = fixture.batch;
      fixture.neurons.forEach((_, i) => { voltages[i * lanes + size] += change * Math.sin(i); });
      fixture.update();
      return everything(fixture);
    };
    const [terminated, truncated] = [0, 0.9];
    t.deepEqual(learn(terminated, 1), learn(terminated, 0));
    t.notDeepEqual(learn(truncated, 1), learn(truncated, 0));
  });

  test(`${name} has nothing to correct in its critic where the reward is its estimate and nothing is to come`, (t) => {
    for (const [index, { kind }] of busyRule(name).neurons.entries()) {
      if (kind === 'input') continue;
      const { program, neurons, batch, tables } = busyRule(name, { optimiser: 'sgd' });
      const before = [...tables.critic.values];
      const value = new Float32Array(batch.size);
      batch.discounts.fill(0);
      program.broadcast?.(batch);
      program.estimate(neurons[index], batch, value);
      t.true(value.every((each) => Number.isFinite(each) && each !== 0));
      t.deepEqual([...tables.critic.values], before);
      batch.reward.set(value);
      program.broadcast?.(batch);
      program.learn(neurons[index], batch, 1);
      tables.critic.values.forEach((each, i) => { t.true(Math.abs(each - before[i]) < 1e-6, `critic number ${i}`); });
    }
  });

  test(`${name} leaves hidden rows alone where their rate is 0`, (t) => {
    const fixture = busyRule(name, { rates: { hiddenRate: 0 } });
    const before = fixture.neurons.map(({ weights }) => [...weights.values]);
    fixture.update();
    fixture.batch.sampled.reverse();
    fixture.update();
    fixture.neurons.forEach(({ weights, kind }, i) => {
      if (kind === 'hidden') t.deepEqual([...weights.values], before[i]);
      if (kind === 'output') t.notDeepEqual([...weights.values], before[i]);
    });
  });

  for (const silent of [FIRST_HIDDEN, SECOND_HIDDEN]) {
    const afterwards = (alive: 0 | 1, factor: number) => {
      const fixture = busyRule(name, {}, (each) => { setApart(name, each, silent, alive, factor); });
      const before = fixture.neurons.map(stateOf);
      fixture.update();
      fixture.update();
      return { before, after: fixture.neurons.map(stateOf), fixture };
    };
    const ofOthers = ({ after }: ReturnType<typeof afterwards>) => after.filter((_, i) => i !== silent);

    test(`${name}: neuron ${silent}, silenced, has no voltage and does not learn`, (t) => {
      const { before, after, fixture: { batch: { activations: { voltages, lanes } } } } = afterwards(0, 1);
      t.true(voltages.subarray(silent * lanes, (silent + 1) * lanes).every((voltage) => voltage === 0));
      t.deepEqual(after[silent], before[silent]);
      t.deepEqual(ofOthers(afterwards(0, 7)), ofOthers(afterwards(0, 1))); // whatever numbers it keeps
      t.notDeepEqual(ofOthers(afterwards(1, 7)), ofOthers(afterwards(1, 1)));
      t.notDeepEqual(afterwards(1, 1).after[silent], before[silent]);
    });
  }

  test(`${name} stops at a TD error that is not finite`, (t) => {
    const fixture = busyRule(name);
    fixture.batch.reward[0] = Infinity;
    t.throws(() => { fixture.update(); }, { instanceOf: DivergenceError, message: /^TD error.* of neuron (bias|(input|hidden\d|output)\[\d+\]) became Infinity/ });
  });
}
