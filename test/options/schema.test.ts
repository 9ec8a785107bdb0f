import { createRequire } from 'node:module';

import test from 'ava';

import { SCENARIOS } from '../../scenarios/registry.js';
import { schemaOf } from '../../scenarios/scenario.js';
import { resolvedOptions } from './recorded-settings.js';

type Validate = ((data: unknown) => boolean) & { readonly errors?: unknown };

/** Required, as the package's own types differ between its releases. */
const Ajv = createRequire(import.meta.url)('ajv') as new (options: object) => { compile(schema: object): Validate };

const validators = new Map(SCENARIOS.flatMap((scenario): [string, Validate][] => {
  const schema = schemaOf(scenario);
  return schema === undefined ? [] : [[scenario.name, new Ajv({ allErrors: true }).compile(schema)]];
}));

const SCENARIO_OF: Readonly<Record<string, string>> = {
  simulation: 'train',
  study: 'decentralised-vs-ddpg',
  async: 'async-vs-sync',
  death: 'lesion',
  leaky: 'leaky-integrator',
  reality: 'virtual-check',
};

for (const [kind, resolved] of Object.entries(resolvedOptions())) {
  const name = SCENARIO_OF[kind] ?? kind;
  test(`the schema of ${name} takes every config.json, and the options that it comes from`, (t) => {
    const validate = validators.get(name);
    if (validate === undefined) throw new Error(`no schema of ${name}`);
    for (const { options, settings } of resolved) {
      for (const file of [settings, options, { $schema: './schema.json', scenario: name, ...settings }]) t.true(validate(JSON.parse(JSON.stringify(file))), JSON.stringify([file, validate.errors]));
    }
  });
}

/** Each is refused by the program too: test/simulation/options.test.ts and its like. */
const BAD: [string, unknown][] = [
  ...[
    { environment: 'Pendulum' }, { rule: 'hebb' }, { rule: { criticRate: -1 } }, { partitions: 0 }, { partitions: 1.5 }, { network: { hidden: [8, 0] } }, { network: { hidden: 64 } }, { network: [] },
    { network: null }, { network: { observationScale: [1, 0] } }, { learning: { discount: 1.1 } }, { learning: { batch: 0 } }, { lesion: { fraction: 2 } }, { lesion: { step: 1.5 } }, { updateWindow: 'on' },
    { sedd: 3 }, { learning: { disccount: 0.9 } }, { steps: null }, { timing: { measureStaleness: 'on' } }, { network: { layers: [{ name: 'a' }] } }, { network: { layers: [] } }, { network: { edges: [['a']] } },
    { network: { inhibition: 'winners' } }, { virtual: { messageLoss: 1 } }, { virtual: { compute: true } }, { scenario: 'ddpg' },
  ].map((options): [string, unknown] => ['train', options]),
  ['ddpg', { rule: 'broadcast' }], ['ddpg', { learning: { targetRate: 0 } }], ['batched', { rule: 'linear' }], ['certificate', { certificate: { minibatches: 3 } }], ['oscillation', { density: 0 }],
  ['decentralised-vs-ddpg', { algorithms: ['linera'] }], ['decentralised-vs-ddpg', { environments: [] }], ['stragglers', { slowdowns: [0.5] }], ['lesion', { fractions: [2] }],
];

for (const [name, options] of BAD) {
  test(`the schema of ${name} refuses ${JSON.stringify(options)}`, (t) => {
    t.false(validators.get(name)?.(options));
  });
}

test('rerun, evaluate and compare take no configuration file, and have no schema', (t) => {
  t.true(['rerun', 'evaluate', 'compare'].every((name) => !validators.has(name)));
  t.is(validators.size, SCENARIOS.length - 3);
});
