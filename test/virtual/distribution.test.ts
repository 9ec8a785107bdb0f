import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';

import { createStream } from '../../src/random/stream.js';
import { describeDistribution, drawDuration, meanDuration, parseDistribution, type Distribution } from '../../src/virtual/distribution.js';

const DRAWS = 100_000;

/** A file of its own with the text. */
function fileOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'trace.json');
  writeFileSync(file, text);
  return file;
}

const parse = (given: unknown) => parseDistribution('latency', given);

test('a number, or text of one, is a constant', (t) => {
  for (const given of [0.002, '0.002', ' 2e-3 ', 'constant(0.002)']) t.deepEqual(parse(given), { name: 'constant', value: 0.002 });
});

test('every distribution is read from its text, however it is spaced', (t) => {
  t.deepEqual(parse('exponential(0.002)'), { name: 'exponential', mean: 0.002 });
  t.deepEqual(parse(' lognormal ( 0.002,0.5 ) '), { name: 'lognormal', median: 0.002, sigma: 0.5 });
  t.deepEqual(parse('pareto(1e-3, 2.5)'), { name: 'pareto', scale: 0.001, shape: 2.5 });
});

test('a trace holds its numbers with their SHA-256, and is not read again', (t) => {
  const file = fileOf('[0.001, 0.003,\n 0.0005]');
  const trace = parse(`trace(${file})`);
  t.deepEqual(trace, { name: 'trace', file, sha256: '21185afb3126dba6ff15b2abe550892c3b78a9866a9a19ec2f1cec03fd4726a3', values: [0.001, 0.003, 0.0005] });
  rmSync(file);
  t.deepEqual(parse(JSON.parse(JSON.stringify(trace))), trace);
  t.is(describeDistribution(trace), `trace(${file})`);
});

const seconds = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
const distributions: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ name: fc.constant('constant' as const), value: fc.oneof(seconds, fc.constant(0)) }),
  fc.record({ name: fc.constant('exponential' as const), mean: seconds }),
  fc.record({ name: fc.constant('lognormal' as const), median: seconds, sigma: fc.double({ min: 0, max: 10, noNaN: true }) }),
  fc.record({ name: fc.constant('pareto' as const), scale: seconds, shape: fc.double({ min: 1, minExcluded: true, max: 1000, noNaN: true }) }),
  fc.array(seconds, { minLength: 1, maxLength: 20 }).map((values) => parse(`trace(${fileOf(JSON.stringify(values))})`)),
);

test('a distribution survives text, JSON and structured clones', (t) => {
  fc.assert(
    fc.property(distributions, (distribution) => {
      t.deepEqual(parse(describeDistribution(distribution)), distribution);
      t.deepEqual(parse(JSON.parse(JSON.stringify(distribution))), distribution);
      t.deepEqual(parse(structuredClone(distribution)), distribution);
    }),
    { seed: 1 },
  );
});

test('draw i depends on seed, name and i alone, and takes one position of the stream', (t) => {
  fc.assert(
    fc.property(distributions, fc.nat({ max: 300 }), (distribution, i) => {
      const sequential = createStream(7, 'latency');
      for (let draw = 0; draw < i; draw += 1) drawDuration(distribution, sequential);
      t.is(sequential.position, i);
      const entered = createStream(7, 'latency');
      entered.position = i;
      t.is(drawDuration(distribution, entered), drawDuration(distribution, sequential));
    }),
    { seed: 1 },
  );
});

test('durations are finite and never negative, whatever the parameters', (t) => {
  fc.assert(
    fc.property(distributions, fc.nat(), (distribution, position) => {
      const stream = createStream(3, 'latency');
      stream.position = position;
      const duration = drawDuration(distribution, stream);
      t.true(Number.isFinite(duration) && duration >= 0, `${duration}`);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('the most extreme draws are finite', (t) => {
  const extreme = { position: 0, uniform: () => 1 - 2 ** -53, uniformBetween: () => 0, integer: () => 0, gaussian: () => 9 };
  for (const given of ['exponential(1e9)', 'lognormal(1e9, 10)', 'pareto(1e9, 1.0001)']) t.true(Number.isFinite(drawDuration(parse(given), extreme)));
});

/** Abramowitz & Stegun 7.1.26, to 1.5e-7. */
function normalDistribution(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const s = 1 / (1 + 0.3275911 * x);
  const erf = 1 - ((((1.061405429 * s - 1.453152027) * s + 1.421413741) * s - 0.284496736) * s + 0.254829592) * s * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

const CLOSED_FORMS: [string, (x: number) => number][] = [
  ['exponential(0.002)', (x) => 1 - Math.exp(-x / 0.002)],
  ['lognormal(0.002, 0.5)', (x) => normalDistribution(Math.log(x / 0.002) / 0.5)],
  ['pareto(0.001, 2.5)', (x) => 1 - (0.001 / x) ** 2.5],
];

for (const [given, probability] of CLOSED_FORMS) {
  test(`the quantiles of ${DRAWS} draws of ${given} are those of its closed form`, (t) => {
    const stream = createStream(1, 'quantiles');
    const draws = Float64Array.from({ length: DRAWS }, () => drawDuration(parse(given), stream)).sort();
    for (const p of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]) {
      const found = probability(draws[Math.floor(p * DRAWS)]);
      t.true(Math.abs(found - p) < 4 * Math.sqrt((p * (1 - p)) / DRAWS), `${p}: ${found}`);
    }
  });
}

function closeMean(t: ExecutionContext, given: string, tolerance: number): void {
  const distribution = parse(given);
  const stream = createStream(2, 'mean');
  let sum = 0;
  for (let i = 0; i < DRAWS; i += 1) sum += drawDuration(distribution, stream);
  const mean = meanDuration(distribution);
  t.true(Math.abs(sum / DRAWS / mean - 1) < tolerance, `${given}: ${sum / DRAWS}, not ${mean}`);
}

test('means are the closed forms, and draws have them', (t) => {
  t.is(meanDuration(parse('constant(3)')), 3);
  t.is(meanDuration(parse('exponential(0.25)')), 0.25);
  t.is(meanDuration(parse('lognormal(2, 1)')), 2 * Math.exp(0.5));
  t.is(meanDuration(parse('pareto(0.5, 2)')), 1);
  t.is(meanDuration(parse(`trace(${fileOf('[1, 2, 6]')})`)), 3);
  for (const [given, tolerance] of [['constant(3)', 1e-9], ['exponential(0.25)', 0.02], ['lognormal(2, 0.5)', 0.02], ['pareto(0.5, 3)', 0.02]] as const) closeMean(t, given, tolerance);
});

test('a trace gives each of its numbers equally often, in no order', (t) => {
  const trace = parse(`trace(${fileOf('[0, 1, 2, 3]')})`);
  const stream = createStream(5, 'trace');
  const counts = [0, 0, 0, 0];
  let repeats = 0;
  for (let i = 0, last = -1; i < DRAWS; i += 1) {
    const value = drawDuration(trace, stream);
    counts[value] += 1;
    if (value === last) repeats += 1;
    last = value;
  }
  for (const count of [...counts, repeats]) t.true(Math.abs(count - DRAWS / 4) < 4 * Math.sqrt((DRAWS * 3) / 16), `${count}`);
});

const words = 'seconds, or a distribution of them, for example lognormal(0.002, 0.5)';
const BAD: [unknown, string][] = [
  [true, `"latency" expected ${words}, got true`],
  [null, `"latency" expected ${words}, got null`],
  [[1], `"latency" expected ${words}, got [1]`],
  ['', `"latency" expected ${words}, got ""`],
  ['fast', `"latency" expected ${words}, got "fast"`],
  ['exponential(1', `"latency" expected ${words}, got "exponential(1"`],
  [-1, '"latency" expected a number >= 0 and <= 1000000000, got -1'],
  ['-1', '"latency" expected a number >= 0 and <= 1000000000, got -1'],
  [NaN, '"latency" expected a number >= 0 and <= 1000000000, got NaN'],
  ['Infinity', '"latency" expected a number >= 0 and <= 1000000000, got Infinity'],
  ['lognormel(1, 1)', '"latency" expected one of constant, exponential, lognormal, pareto, trace, got "lognormel"; did you mean "lognormal"?'],
  ['(1)', '"latency" expected one of constant, exponential, lognormal, pareto, trace, got ""'],
  ['lognormal(1)', '"latency" expected lognormal(median, sigma), got "lognormal(1)"'],
  ['constant(1, 2)', '"latency" expected constant(value), got "constant(1, 2)"'],
  ['exponential()', '"latency.mean" expected a number > 0 and <= 1000000000, got ""'],
  ['exponential(0)', '"latency.mean" expected a number > 0 and <= 1000000000, got 0'],
  ['exponential(soon)', '"latency.mean" expected a number > 0 and <= 1000000000, got "soon"'],
  ['lognormal(1, -1)', '"latency.sigma" expected a number >= 0 and <= 10, got -1'],
  ['pareto(1, 1)', '"latency.shape" expected a number > 1 and <= 1000, got 1; at 1 and below it has no mean'],
  ['trace()', '"latency" expected trace(file.json), got "trace()"'],
  ['trace(no/such/file.json)', '"latency" expected a file that can be read, got "no/such/file.json" (ENOENT: no such file or directory, open \'no/such/file.json\')'],
  [{}, '"latency.name" expected one of constant, exponential, lognormal, pareto, trace, got undefined'],
  [{ name: 'pareto', scale: 1 }, '"latency.shape" expected a number > 1 and <= 1000, got undefined'],
  [{ name: 'exponential', maen: 1 }, '"latency.maen" expected a known option (name, mean), got "maen"; did you mean "mean"?'],
  [{ name: 'trace', file: 'a.json', sha256: '', values: [1] }, '"latency.sha256" expected a string that is not empty, got ""'],
  [{ name: 'trace', file: 'a.json', sha256: 'beef', values: [1, -1] }, '"latency.values[1]" expected a number >= 0 and <= 1000000000, got -1'],
];

for (const [given, message] of BAD) {
  test(`${typeof given} ${JSON.stringify(given)} is refused: ${message}`, (t) => {
    const error = t.throws(() => parse(given), { message });
    t.true(error instanceof RangeError || error instanceof TypeError);
  });
}

const BAD_FILES: [string, string][] = [
  ['not json', '"latency" expected a file of JSON, got FILE (Unexpected token \'o\', "not json" is not valid JSON)'],
  ['{"values": [1]}', '"latency: FILE" expected a JSON list of 1 to 100,000 durations in seconds, got {"values":[1]}'],
  ['[]', '"latency: FILE" expected a JSON list of 1 to 100,000 durations in seconds, got "0 of them"'],
  ['[1, "2"]', '"latency: FILE[1]" expected a number >= 0 and <= 1000000000, got "2"'],
  ['[1, 2, -3]', '"latency: FILE[2]" expected a number >= 0 and <= 1000000000, got -3'],
];

for (const [text, message] of BAD_FILES) {
  test(`a trace file that holds ${text} is refused: ${message}`, (t) => {
    const file = fileOf(text);
    const shown = (quoted: string) => quoted.replace('got FILE', `got ${JSON.stringify(file)}`).replace('FILE', file);
    t.throws(() => parse(`trace(${file})`), { message: shown(message) });
  });
}

test('a trace whose numbers were altered is refused', (t) => {
  const trace = parse(`trace(${fileOf('[1, 2]')})`);
  t.throws(() => parse({ ...trace, values: [1, 3] }), { instanceOf: RangeError, message: /^"latency\.sha256" expected [0-9a-f]{64}, which its values have, got "[0-9a-f]{57}\.\.\."$/ });
});
