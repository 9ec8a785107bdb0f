import { runInNewContext } from 'node:vm';

import test from 'ava';
import fc from 'fast-check';

import { resolveDdpgSettings } from '../src/algorithm/ddpg/settings.js';
import { resolveCertificateSettings } from '../src/certificate/settings.js';
import { resolveBatchedSettings } from '../src/batched/settings.js';
import { makeEnvironment } from '../src/environment/registry.js';
import { isOptionError } from '../src/errors.js';
import { plainOptions } from '../src/plain.js';
import { resolveSettings } from '../src/simulation/options.js';
import { asyncVsSync } from '../scenarios/async-vs-sync.js';
import { decentralisedVsDdpg } from '../scenarios/decentralised-vs-ddpg.js';
import { leakyIntegrator } from '../scenarios/leaky-integrator.js';
import { lesion } from '../scenarios/lesion.js';
import { stragglers } from '../scenarios/stragglers.js';
import { virtualCheck } from '../scenarios/virtual-check.js';
import { resolveOscillationSettings } from '../src/study/oscillation.js';

/** A function of unknown: what JavaScript may call it with. */
const loosely = (resolve: unknown) => resolve as (given: unknown) => unknown;

/** Everything that takes options, and a few paths in them. */
const RESOLVERS: Record<string, { resolve: (given: unknown) => unknown; paths: string[] }> = {
  simulation: { resolve: loosely(resolveSettings), paths: ['environment', 'network', 'network.hidden', 'network.layers', 'network.blocks', 'network.observationScale', 'network.observationTraces', 'network.inhibition', 'rule', 'rule.name', 'rule.criticRate', 'learning.replay', 'death', 'lesion.step', 'schedule', 'timing.workerTimeout', 'virtual', 'virtual.compute', 'updateWindow', 'partitions', 'seed', 'nothing'] },
  ddpg: { resolve: loosely(resolveDdpgSettings), paths: ['environment', 'exploration.hiddenNeurons', 'learning.frozenLayers', 'learning.gradientDelay', 'threads', 'network'] },
  dense: { resolve: loosely(resolveBatchedSettings), paths: ['replicas', 'device', 'network', 'rule'] },
  certificate: { resolve: loosely(resolveCertificateSettings), paths: ['certificate', 'certificate.critics', 'certificate.utilityRules', 'network', 'exploration'] },
  study: { resolve: loosely(decentralisedVsDdpg.resolve), paths: ['environments', 'algorithms', 'seeds', 'steps', 'network.hidden', 'evaluation.every'] },
  async: { resolve: loosely(asyncVsSync.resolve), paths: ['algorithms', 'delays', 'network', 'evaluation'] },
  death: { resolve: loosely(lesion.resolve), paths: ['algorithms', 'fractions', 'lesion'] },
  leaky: { resolve: loosely(leakyIntegrator.resolve), paths: ['environment', 'rule', 'timeConstants', 'densities', 'schedules', 'network'] },
  reality: { resolve: loosely(virtualCheck.resolve), paths: ['algorithm', 'network', 'evaluation'] },
  stragglers: { resolve: loosely(stragglers.resolve), paths: ['algorithms', 'schedules', 'slowdowns', 'virtual'] },
  oscillation: { resolve: loosely(resolveOscillationSettings), paths: ['neurons', 'gain', 'seed'] },
  environment: { resolve: (given) => makeEnvironment('TMaze-v0', given as object), paths: ['seed', 'length'] },
};

class Custom {
  readonly hidden = [4];
}

const circle: Record<string, unknown> = {};
circle.self = circle;
const throwing = { get hidden(): number { throw new Error('not today\n'); } };

/** @param prototype of the object */
const parse = (text: string, prototype: object | null = Object.prototype): unknown => {
  const value: unknown = JSON.parse(text);
  return prototype === null && typeof value === 'object' ? Object.setPrototypeOf(value, null) : value;
};

/** What no JSON can write, and what it can but should not. */
const WRONG: Record<string, unknown> = {
  'a circle': circle,
  'a list in itself': (() => { const list: unknown[] = []; list.push(list); return list; })(),
  'a BigInt': 10n,
  'a symbol': Symbol('s'),
  'a function': () => 4,
  'a getter that throws': throwing,
  'a proxy that was revoked': (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })(),
  'a proxy that throws': new Proxy({}, { ownKeys: () => { throw new TypeError('no'); }, getPrototypeOf: () => { throw new TypeError('no'); }, get: () => { throw new TypeError('no'); } }),
  'a list with holes': new Array<number>(3),
  'a list with four billion holes': new Array<number>(2 ** 32 - 1),
  'a typed array': new Float32Array(3),
  'a Date': new Date(0),
  'a Map': new Map([['hidden', 4]]),
  'an instance of a class': new Custom(),
  'a key __proto__': parse('{"__proto__": {"hidden": [1]}}'),
  'no prototype': parse('{}', null),
  'NaN': NaN,
  'minus zero': -0,
  'Infinity': Infinity,
  'null': null,
  'a long list': new Array<number>(100_000).fill(-1),
  'a long text': '\u001b[31m'.repeat(100_000),
  'sixty-five levels': parse('['.repeat(65) + ']'.repeat(65)),
  'ten thousand levels': parse('['.repeat(10_000) + ']'.repeat(10_000)),
};

function at(path: string, value: unknown): unknown {
  const [section, ...keys] = path.split('.');
  const key = keys.at(0);
  return { [section]: key === undefined ? value : { [key]: value } };
}

/** True where it is taken, or refused as an option should be. */
function endsWell(resolve: (given: unknown) => unknown, given: unknown): string | undefined {
  try {
    resolve(given);
    return undefined;
  } catch (error) {
    if (!isOptionError(error)) return `not an option error: ${String(error)}`;
    return error.message.length <= 2000 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(error.message) ? undefined : `not one short line: ${error.message}`;
  }
}

for (const [name, { resolve, paths }] of Object.entries(RESOLVERS)) {
  test(`options of ${name} end in an option error whatever they are`, (t) => {
    for (const [what, value] of Object.entries(WRONG)) {
      t.is(endsWell(resolve, value), undefined, what);
      for (const path of paths) t.is(endsWell(resolve, at(path, value)), undefined, `${what} as ${path}`);
    }
  });

  test(`options of ${name} end in an option error for any value`, (t) => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true, withBoxedValues: true, maxDepth: 3 });
    fc.assert(fc.property(fc.constantFrom(...paths), anything, (path, value) => {
      t.is(endsWell(resolve, at(path, value)), undefined);
    }), { numRuns: 200 });
  });
}

test('plain data is copied as it is: shared parts, other realms and objects without prototype included', (t) => {
  const shared = { a: [1, 'two', null, true, undefined] };
  const given = { one: shared, two: [shared, shared], bare: parse('{"x": 1}', null), other: runInNewContext('({ list: [1, { y: 2 }] })') as unknown };
  const copied = plainOptions(given);
  t.deepEqual(copied, { one: shared, two: [shared, shared], bare: { x: 1 }, other: { list: [1, { y: 2 }] } });
  t.not(copied.one, shared);
  t.is((copied.two as unknown[])[0], copied.one);
});

test('an error about other than plain data names the path', (t) => {
  const message = (given: unknown) => t.throws(() => plainOptions(given)).message;
  t.is(message(circle), '"self" expected no circle, got {"self":{"self":{"self":{"self":{"self":{"self":{"self":{...');
  t.is(message({ network: { layers: [{ size: 10n }] } }), '"network.layers[0].size" expected plain data (numbers, strings, booleans, null, lists and objects of these), got 10n');
  t.is(message({ network: throwing }), '"network.hidden" expected a value that can be read, got {"hidden":(its getter throws)} (not today\\n)');
  t.is(message(new Custom()), '"options" expected plain data (numbers, strings, booleans, null, lists and objects of these), got a Custom');
  t.is(message({ memory: [1, , 3] }), '"memory" expected a list without holes, got [1,undefined,3]; it has no entry 1'); // eslint-disable-line no-sparse-arrays
  t.is(message(null), '"options" expected an object, got null');
  t.is(message([]), '"options" expected an object, got []');
});
