import test from 'ava';

import { demandsOf as ddpgDemands, resolveDdpgSettings } from '../../src/algorithm/ddpg/settings.js';
import { isOptionError, isOutOfMemory, MemoryError, OptionRangeError } from '../../src/errors.js';
import { createArena } from '../../src/memory/arena.js';
import { checkBudget, memoryLimits, type Demand } from '../../src/memory/budget.js';
import { layoutBytes, planLayout } from '../../src/memory/layout.js';
import { countConnections } from '../../src/network/size.js';
import { resolveSettings, type SimulationOptions } from '../../src/index.js';
import { checkNetworkBudget, demandsOf } from '../../src/placement/partitioned/budget.js';
import { createRunLayout } from '../../src/placement/partitioned/run-layout.js';

const MB = 2 ** 20;
const demands: Demand[] = [
  { option: 'learning.replay', value: 1000, what: 'replay', bytes: 30 * MB },
  { option: 'network.hidden', value: [64], what: 'weights', bytes: 69.5 * MB },
  { option: 'partitions', value: 2, what: 'partitions', bytes: 0 },
];

test('what fits is accepted, and the error for what does not names the option that needs most, with all sizes', (t) => {
  t.notThrows(() => { checkBudget(demands, [{ bytes: 99.5 * MB, why: 'the limit' }]); });
  t.throws(() => { checkBudget(demands, [{ bytes: 1000 * MB, why: 'the other limit' }, { bytes: 99 * MB, why: 'the limit' }]); }, {
    instanceOf: OptionRangeError,
    message: '"network.hidden" expected a run of at most 99 MB, the limit, got [64]; it needs 100 MB: weights 70 MB, replay 30 MB',
  });
});

test('no limit is above 4 GiB, and none is nothing', (t) => {
  t.true(memoryLimits().some(({ bytes }) => bytes === 2 ** 32));
  t.true(memoryLimits().every(({ bytes }) => bytes > 0));
});

const RUNS: SimulationOptions[] = [{}, { rule: 'linear', partitions: 3 }, { time: 'virtual' }, { environments: 4, timing: { inference: 'sampled', measureDurations: true } }, { timing: { reads: 'versioned', inference: 'distributed' } }];

for (const options of RUNS) {
  test(`the demands of ${JSON.stringify(options)} are its arena and the gradients`, (t) => {
    const plan = createRunLayout(resolveSettings(options));
    const asked = demandsOf(plan).reduce((sum, { bytes }) => sum + bytes, 0);
    const arena = layoutBytes(planLayout(plan.blocks));
    t.true(asked >= arena && asked < arena + 2 * MB, `${asked} of ${arena}`);
  });
}

const LARGE: [string, SimulationOptions, RegExp][] = [
  ['layers', { network: { hidden: [65_536, 65_536] } }, /^"network.hidden" expected a run of at most [\d,]+ MB, .*, got \[65536,65536\]; it needs 49,15[24] MB: weights and critics 49,15[24] MB$/],
  ['random layers', { network: { hidden: [65_536, 60_000], density: 0.5 } }, /^"network.hidden" expected .* it needs 22,501 MB/],
  ['a graph', { network: { layers: [{ name: 'a', size: 65_536 }], blocks: [{ from: 'input', to: 'a' }, { from: 'a', to: 'a' }, { from: 'a', to: 'output' }] } }, /^"network" expected .* it needs 49,15\d MB/],
];

for (const [what, options, message] of LARGE) {
  test(`${what} too large for any machine are refused by their settings alone`, (t) => {
    t.regex(t.throws(() => { checkNetworkBudget(resolveSettings(options)); }, { instanceOf: OptionRangeError }).message, message);
  });
}

test('connections are counted as they are expected', (t) => {
  const layers = [{ name: 'a', size: 10, activation: 'tanh' }, { name: 'b', size: 20, activation: 'tanh' }] as const;
  const blocks = [{ from: 'input', to: 'a' }, { from: 'a', to: 'b', density: 0.5 }, { from: 'b', to: 'a', first: 2 }, { from: 'b', to: 'output' }];
  t.is(countConnections({ observations: 3, layers, outputs: 4, blocks, edges: [['a[0]', 'a[0]']] }), 30 + 100 + 20 + 80 + 1);
});

test('DDPG counts the weights of actor and critic with their moments and target copies', (t) => {
  const [weights] = ddpgDemands(resolveDdpgSettings({ network: { hidden: [65_536, 4000] } }), 3, 1);
  t.is(weights.bytes, 4 * 4 * (2 * (3 * 65_536 + 65_536 * 4000) + 2 * 4000));
  t.throws(() => { checkBudget([weights]); }, { instanceOf: OptionRangeError, message: /^"network.hidden" expected a run of at most/ });
});

test('memory that the system does not give is an error of its own, and no error of an option', (t) => {
  const error = t.throws(() => createArena([{ name: 'much', type: 'float32', shape: [2 ** 31], owner: 'nobody' }]), { instanceOf: MemoryError });
  t.is(error.message, 'a run has at most 4,096 MB of shared memory, and this one needs 8,192 MB; use a smaller replay, batch or network');
  t.true(isOutOfMemory(error));
  t.false(isOptionError(error));
  t.true(isOutOfMemory(new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance')));
  t.true(isOutOfMemory(new RangeError('Array buffer allocation failed')));
  t.false(isOutOfMemory(new RangeError('Invalid time value')));
});
