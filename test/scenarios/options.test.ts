import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { chooseScenario, Given, readRequest, readWords } from '../../scenarios/command-line.js';
import { defaultOf, helpOf } from '../../scenarios/help.js';
import { referencePage } from '../../scenarios/reference.js';
import { ALGORITHM } from '../../scenarios/command-rows.js';
import { SCENARIOS } from '../../scenarios/registry.js';
import { flaggedRows } from '../../scenarios/scenario.js';
import { renameOption } from '../../src/entries/internals.js';

function file(content: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'config.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** The settings that a command line stands for; errors name what was typed. */
async function resolve(...argv: string[]): Promise<object> {
  const words = readWords(argv);
  const given = new Given(chooseScenario(words), words);
  try {
    const { scenario, input } = await readRequest(given, words);
    return scenario.table.resolve(input.options);
  } catch (error) {
    throw renameOption(error, (option) => given.nameOf(option));
  }
}

const ERRORS: [string[], RegExp][] = [
  [['--observation-traces', '0.5'], /^"--observation-traces" expected a number > 1 and <= 1000000, got 0\.5$/],
  [['--observation-traces', '2,,4'], /^"--observation-traces" expected a number > 1 and <= 1000000, got ""$/],
  [['--measure-staleness', 'maybe'], /^"--measure-staleness" expected on or off, got "maybe"$/],
  [['--peer-wait', '1'], /^"--peer-wait" expected on or off, got "1"$/],
  [['--config', file({ network: null })], /^"network" expected an object, got null$/],
  [['--config', file({ network: { observationTraces: [0.5] } })], /^"network\.observationTraces\[0\]" expected a number > 1/],
  [['--config', file({ rule: 'hebb' })], /^"rule" expected one of .*, got "hebb"$/],
  [['--config', file({ rule: 'hebb' }), '--rule', 'hebbian'], /^"--rule" expected one of .*, got "hebbian"$/],
  [['--config', file({ rule: 'linear' }), '--critic-rate', '-1'], /^"--critic-rate" expected a number >= 0, got -1$/],
  [['--config', file({ $schema: 5 })], /^"\$schema" expected a string, got 5$/],
  [['--config', file({ scenario: 'ddpg' })], /^"scenario" expected one of train, got "ddpg"$/],
  [['ddpg', '--config', file({ steps: 5, actors: 2, algorithm: 'a3c' })], /^"algorithm" in \S+ is a3c; the scenario is ddpg$/],
  [['--config', file({ actors: 2, algorithm: 'a4c' })], /^"algorithm" expected one of neurons, .*, got "a4c"; did you mean "a3c"\?$/],
  [['ddpg', '--algorithm', 'a3c'], /^"--algorithm" expected ddpg, the algorithm of the scenario ddpg, got "a3c"$/],
  [['--resume', 'r', '--credit', 'broadcast'], /^"--credit" expected no setting beside --resume, which takes them from the checkpoint, got "broadcast"$/],
  [['--batch', '2000'], /^"--warmup" expected a whole number >= 2000 and <= 2147483647, got 1000 \(its default\)$/],
  [['--compute-time', 'normal(1)'], /^"--compute-time" expected /],
  [['--schedule', 'virtual', '--compute-time', 'pareto(1, 0.5)'], /^"--compute-time" expected a number > 1/],
  [['--seed', '1', '--seed', '1'], /^"--seed" expected to be given once, got \["1","1"\]$/],
  [['--json', '--json'], /^"--json" expected to be given once/],
  [['decentralised-vs-ddpg', '--environments', 'DelayedRecall-v0(delay=5,arms=2),TMaze-v1'], /^"--environments" expected one of .*, got "TMaze-v1"; did you mean "TMaze-v0"\?$/],
  [['decentralised-vs-ddpg', '--episodes', '0'], /^"--episodes" expected a whole number >= 1 and <= 10000, got 0$/],
  [['oscillation', '--steps', '5'], /^"--steps" expected an option of the scenario oscillation/],
  [['oscillation', '--episodes', '5'], /^"--episodes" expected an option of the scenario oscillation/],
  [['--help', '--stepps', '5'], /^"--stepps" expected a known option \(--help lists them\), got "--stepps"; did you mean "--steps"\?$/],
];

for (const [argv, expected] of ERRORS) {
  test(`${argv.join(' ').replace(/\S*ganglion-\S*/, 'a file')} is refused: ${expected.source}`, async (t) => {
    const error = await t.throwsAsync(() => resolve(...argv));
    t.regex(error.message, expected);
  });
}

test('flags win over the file, whose $schema and scenario are no settings', async (t) => {
  const config = file({ $schema: './train.json', scenario: 'train', seed: 5, rule: 'linear', network: { hidden: [3], bias: false } });
  t.like(await resolve('--config', config, '--hidden', '4,5', '--target-rate', '0.5'), { seed: 5, rule: { name: 'linear', targetRate: 0.5 }, network: { hidden: [4, 5], bias: false } });
});

test('under the default scenario the algorithm of the file selects what learns, unless a flag does', async (t) => {
  const settings = { algorithm: 'a3c', environment: 'CartPole-v1', actors: 3 };
  t.like(await resolve('--config', file(settings)), settings);
  t.like(await resolve('a3c', '--config', file(settings)), settings);
  t.like(await resolve('--algorithm', 'a2c', '--config', file(settings)), { ...settings, algorithm: 'a2c' });
});

test('methods of discrete actions have a task with discrete actions by default', async (t) => {
  for (const name of ['async-q', 'async-sarsa', 'async-nstep-q']) {
    t.like(await resolve(name), { algorithm: name, environment: 'CartPole-v1' });
    t.regex(helpOf(SCENARIOS.find((scenario) => scenario.name === name) ?? SCENARIOS[0], false), /\(default:\s+CartPole-v1\)/);
  }
  t.like(await resolve('a3c'), { environment: 'Pendulum-v1' });
});

test('--help of an actor-learners\' method lists no option of other methods', (t) => {
  const help = (name: string) => helpOf(SCENARIOS.find((scenario) => scenario.name === name) ?? SCENARIOS[0], true);
  for (const name of ['async-q', 'async-sarsa', 'async-nstep-q', 'a3c', 'a2c']) {
    const isPolicy = name === 'a3c' || name === 'a2c';
    for (const flag of ['--entropy-weight', '--separate-trunks']) t.is(help(name).includes(flag), isPolicy, `${name} ${flag}`);
    for (const flag of ['--final-epsilons', '--target-period']) t.is(help(name).includes(flag), !isPolicy, `${name} ${flag}`);
  }
});

test('the default of --algorithm is that of the scenario', (t) => {
  for (const scenario of SCENARIOS) if (scenario.algorithm !== undefined) t.is(defaultOf(scenario, ALGORITHM), scenario.algorithm);
});

test('one flag may set several options, and a study\'s file may set the number of parallel trials', async (t) => {
  t.like(await resolve('--lesion', '0.1@100'), { lesion: { fraction: 0.1, step: 100 } });
  const words = readWords(['async-vs-sync', '--config', file({ parallel: 7 }), '--episodes', '3']);
  const { input } = await readRequest(new Given(chooseScenario(words), words), words);
  t.deepEqual([input.parallel, input.options], [7, { evaluation: { final: 3 } }]);
});

test('lists keep their parentheses together', async (t) => {
  t.like(await resolve('decentralised-vs-ddpg', '--environments', 'DelayedRecall-v0(delay=5,arms=2),TMaze-v0(length=5)', '--algorithms', 'broadcast'), {
    environments: ['DelayedRecall-v0(delay=5,arms=2)', 'TMaze-v0(length=5)'],
  });
});

test('--help shows at most ten everyday options, --help all every one, on at most 100 columns, with the defaults of the scenario', (t) => {
  for (const scenario of SCENARIOS) {
    const [everyday, all] = [helpOf(scenario, false), helpOf(scenario, true)];
    const rows = flaggedRows(scenario);
    t.true(rows.filter((row) => row.everyday === true).length <= 10, scenario.name);
    for (const { flag = '', everyday: shown } of rows) {
      t.regex(all, new RegExp(`^  ${flag}( |$)`, 'm'), `${scenario.name} ${flag}`);
      t.is(new RegExp(`^  ${flag}( |$)`, 'm').test(everyday), shown === true, `${scenario.name} ${flag}`);
    }
    for (const line of all.split('\n')) t.true(line.length <= 100, `${scenario.name}: ${line}`);
    t.notRegex(all, /\(default:\s+(undefined|null|NaN|\[object|\))/);
  }
  t.is(flaggedRows(SCENARIOS[0]).filter((row) => row.everyday === true).length, 10);
  t.regex(helpOf(SCENARIOS[1], false), /--steps <count> .*\(default: 20000\)/);
});

test('docs/options.md agrees with the tables: npm run docs:options', (t) => {
  t.is(readFileSync('docs/options.md', 'utf8'), referencePage());
});
