import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import test from 'ava';

import { findCredit } from '../../src/credit/registry.js';
import { findObjective, OBJECTIVES } from '../../src/objective/registry.js';
import { createDdpg, createSimulation, loadCredit, loadObjective, registerCredit, registerObjective, registerRule, resumeDdpg, resumeSimulation, type SimulationOptions } from '../../src/index.js';
import { creditContract, objectiveContract } from '../../src/entries/testing.js';
import { numbersOf } from '../simulation/numbers.js';

const RULE = resolve('examples/hebbian-rule.js');
const CREDIT = resolve('examples/sign-credit.js');
const OBJECTIVE = resolve('examples/actor-critic-objective.js');
const SMALL: SimulationOptions = { schedule: 'synchronous', network: { hidden: [8, 6] }, learning: { warmup: 20, batch: 8, replay: 500 }, steps: 200 };

registerCredit('sign', pathToFileURL(CREDIT));
registerObjective('actor-critic', pathToFileURL(OBJECTIVE));
await Promise.all([loadCredit('sign'), loadObjective('actor-critic')]);
const sign = findCredit('sign');
for (const { title, check } of sign === undefined ? [] : creditContract(sign)) test(title, check);

const actorCritic = findObjective('actor-critic');
for (const { title, check } of [...Object.values(OBJECTIVES), ...(actorCritic === undefined ? [] : [actorCritic])].flatMap(objectiveContract)) test(title, check);

async function weightsOf(options: SimulationOptions): Promise<number[]> {
  const simulation = await createSimulation({ ...SMALL, ...options });
  await simulation.run({ steps: 60 });
  const weights = numbersOf(simulation.encodeWeights());
  await simulation.close();
  return weights;
}

test('a rule of the user\'s own learns on every thread, by path and by id, with the same bits', async (t) => {
  registerRule('hebbian', pathToFileURL(RULE));
  const weights = await weightsOf({ rule: RULE, partitions: 1 });
  t.deepEqual(await weightsOf({ rule: { name: './examples/hebbian-rule.js' }, partitions: 3 }), weights);
  t.deepEqual(await weightsOf({ rule: 'hebbian', partitions: 2 }), weights);
  t.notDeepEqual(await weightsOf({ rule: 'broadcast', partitions: 2 }), weights);
});

test('a credit of the user\'s own is a rule under linear TD, with the same bits on any number of threads', async (t) => {
  const weights = await weightsOf({ rule: CREDIT, partitions: 1 });
  t.deepEqual(await weightsOf({ rule: CREDIT, partitions: 2 }), weights);
  t.notDeepEqual(await weightsOf({ rule: 'broadcast', partitions: 1 }), weights);
});

test('a run by a rule of the user\'s own goes on from its checkpoint', async (t) => {
  const simulation = await createSimulation({ ...SMALL, rule: RULE, partitions: 2 });
  await simulation.run({ steps: 31 });
  const resumed = await resumeSimulation(simulation.encodeCheckpoint());
  await simulation.close();
  await resumed.run({ steps: 29 });
  t.deepEqual(numbersOf(resumed.encodeWeights()), await weightsOf({ rule: RULE, partitions: 2 }));
  await resumed.close();
});

test('an objective of the user\'s own takes the place of a rule\'s, on every thread, with the same bits, and goes on from a checkpoint', async (t) => {
  const own = { name: 'feedback', objective: OBJECTIVE } as const;
  const weights = await weightsOf({ rule: own, partitions: 1 });
  t.deepEqual(await weightsOf({ rule: { ...own, objective: './examples/actor-critic-objective.js' }, partitions: 3 }), weights);
  t.deepEqual(await weightsOf({ rule: { ...own, objective: 'actor-critic' }, partitions: 2 }), weights);
  t.notDeepEqual(await weightsOf({ rule: { ...own, name: 'broadcast' }, partitions: 2 }), weights);
  t.notDeepEqual(await weightsOf({ rule: { ...own, objective: 'linear-td' } }), weights);
  t.deepEqual(await weightsOf({ rule: { ...own, objective: 'linear-td' } }), await weightsOf({ rule: 'feedback' }));
  const simulation = await createSimulation({ ...SMALL, rule: own, partitions: 2 });
  await simulation.run({ steps: 31 });
  const resumed = await resumeSimulation(simulation.encodeCheckpoint());
  await simulation.close();
  await resumed.run({ steps: 29 });
  t.deepEqual(numbersOf(resumed.encodeWeights()), weights);
  await resumed.close();
});

test('an objective of the user\'s own learns in virtual time, the same again', async (t) => {
  const options: SimulationOptions = { rule: { name: 'broadcast', objective: OBJECTIVE }, schedule: 'bounded', time: 'virtual', partitions: 2 };
  t.deepEqual(await weightsOf(options), await weightsOf(options));
});

test('a rule with an objective of its own takes no other', async (t) => {
  await t.throwsAsync(createSimulation({ rule: { name: 'linear', objective: 'linear-td' } }), { instanceOf: RangeError, message: /^"rule\.objective" expected nothing for the rule linear/ });
  await t.throwsAsync(createSimulation({ rule: { name: 'broadcast', objective: 'linear-dt' } }), { message: /did you mean "linear-td"\?$/ });
});

test('DDPG takes a credit of the user\'s own, on one and on two threads, and resumes with it', async (t) => {
  const learning = { warmup: 20, batch: 16, replay: 500 };
  const weightsAfter = async (threads: number, credit: string) => {
    const training = await createDdpg({ credit, threads, learning, network: { hidden: [8] }, steps: 100 });
    await training.run({ steps: 30 });
    const resumed = await resumeDdpg(training.encodeCheckpoint());
    await training.close();
    await resumed.run({ steps: 20 });
    const weights = numbersOf(resumed.encodeWeights());
    await resumed.close();
    return weights;
  };
  const weights = await weightsAfter(1, CREDIT);
  t.deepEqual(await weightsAfter(2, CREDIT), weights);
  t.deepEqual(await weightsAfter(1, 'sign'), weights);
  t.notDeepEqual(await weightsAfter(1, 'broadcast'), weights);
});

test('the command line takes each, and refuses what is neither', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  const common = ['--steps', '200', '--warmup', '64', '--hidden', '6', '--episodes', '1'];
  execFileSync('node', ['scenarios/run', '--rule', 'examples/hebbian-rule.js', ...common, '--out', join(folder, 'rule')], { stdio: 'ignore' });
  execFileSync('node', ['scenarios/run', 'ddpg', '--credit', 'examples/sign-credit.js', ...common, '--out', join(folder, 'credit')], { stdio: 'ignore' });
  execFileSync('node', ['scenarios/run', 'decentralised-vs-ddpg', '--algorithms', 'examples/hebbian-rule.js,examples/sign-credit.js,broadcast', '--seeds', '1', '--steps', '300', '--hidden', '6', '--out', join(folder, 'study')], { stdio: 'ignore' });
  execFileSync('node', ['scenarios/run', '--objective', 'examples/actor-critic-objective.js', ...common, '--out', join(folder, 'objective')], { stdio: 'ignore' });
  const study = join(folder, 'study.json');
  writeFileSync(study, JSON.stringify({ environments: ['Pendulum-v1'], seeds: 1, steps: 300, algorithms: [{ algorithm: 'broadcast', label: 'own', options: { rule: { objective: OBJECTIVE }, network: { hidden: [6] } } }] }));
  execFileSync('node', ['scenarios/run', 'decentralised-vs-ddpg', '--config', study, '--out', join(folder, 'arms')], { stdio: 'ignore' });
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, 'export default {};\n');
  for (const [flag, args] of [['--rule', []], ['--objective', []], ['--credit', ['ddpg']]] as const) {
    const { status, stderr } = spawnSync('node', ['scenarios/run', ...args, flag, empty], { encoding: 'utf8' });
    t.is(status, 2);
    t.regex(stderr, new RegExp(`^"${flag}" expected a module whose default export is an? (Rule|CreditAssignment|ObjectiveDefinition)[^\\n]*\\n$`));
  }
});

const CREDIT_LINE = "summary: 's', locality: 'broadcast'";
const SHAPE = "name: 'k', lengths: Array.from({ length: neurons }, () => 1), target: false, published: false, learned: false";
const parameters = (shapes: string) => `parameters: ({ neurons }) => ${shapes}`;
const objective = (members: string) => `summary: 's', create: () => ({ ${members} })`;
const FUNCTIONS = 'evaluate() {}, learnPart() {}, estimate() {}';
const ruleOf = (members: string) => `summary: 's', locality: 'broadcast', data: 'replay', reads: 'sources', parameters: () => [], ${members}`;

/** Modules of the user's, and what is wrong with each. */
const MALFORMED: ['ddpg' | 'rule' | 'objective', string, RegExp][] = [
  ['ddpg', ruleOf('create: () => ({})'), /^"credit" expected a CreditAssignment, got a Rule \(use --rule\)$/],
  ['ddpg', 'create: () => ({ assign() {} })', /^"credit" expected summary of \S+ to be a line for --help, got undefined$/],
  ['ddpg', "summary: 's', locality: 'nope', create: () => ({ assign() {} })", /^"credit" expected locality of \S+ to be one of reward, .*, got "nope"$/],
  ['ddpg', `${CREDIT_LINE}, parameters: [], create: () => ({ assign() {} })`, /^"credit" expected parameters of \S+ to be a function, got \[\]$/],
  ['ddpg', `${CREDIT_LINE}, create: () => ({})`, /^"credit" expected create\(\)\.assign of \S+ to be a function, or spread to be one, got undefined$/],
  ['ddpg', `${CREDIT_LINE}, create: () => ({ assign() {}, learn: 3 })`, /^"credit" expected create\(\)\.learn of \S+ to be a function, got 3$/],
  ['ddpg', `${CREDIT_LINE}, create: () => undefined`, /^"credit" expected create\(\) of \S+ to be an object, got undefined$/],
  ['ddpg', `${CREDIT_LINE}, ${parameters("[{ name: 'k' }]")}, create: () => ({ assign() {} })`, /^"credit" expected parameters\(\)\[0\]\.lengths of \S+ to be an array of \d+ whole numbers, one for each neuron, got undefined$/],
  ['ddpg', `${CREDIT_LINE}, ${parameters(`[{ ${SHAPE}, target: undefined }]`)}, create: () => ({ assign() {} })`, /^"credit" expected parameters\(\)\[0\]\.target of \S+ to be true or false, got undefined$/],
  ['ddpg', `${CREDIT_LINE}, ${parameters(`[{ ${SHAPE} }, { ${SHAPE} }]`)}, create: () => ({ assign() {} })`, /^"credit" expected parameters\(\) of \S+ to be an array without repeated names, got "k"$/],
  ['rule', `${CREDIT_LINE}, ${parameters('3')}, create: () => ({ assign() {} })`, /^"rule" expected parameters\(\) of \S+ to be an array, got 3$/],
  ['rule', ruleOf('create: () => ({ learn() {} })'), /: "rule" expected create\(\)\.estimate of \S+ to be a function, got undefined$/],
  ['objective', objective(''), /: "rule\.objective" expected create\(\)\.evaluate of \S+ to be a function, got undefined$/],
  ['objective', objective(FUNCTIONS), /: "rule\.objective" expected create\(\)\.error\.outputs of \S+ to be a Float32Array, got undefined$/],
];

for (const [as, members, message] of MALFORMED) {
  test(`a module with { ${members} } as ${as} is refused: ${message.source}`, async (t) => {
    const module = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'own.mjs');
    writeFileSync(module, `export default { ${members} };\n`);
    const made = as === 'ddpg' ? createDdpg({ credit: module, network: { hidden: [4] } }) : createSimulation({ ...SMALL, rule: as === 'rule' ? module : { name: 'broadcast', objective: module } });
    await t.throwsAsync(made, { message });
  });
}
