import test from 'ava';

import { OptionRangeError, OptionTypeError, StudyError } from '../../src/errors.js';
import { defineStudy } from '../../src/study/define.js';
import { ENVIRONMENT } from '../../src/environment/options.js';
import { SEEDS } from '../../src/study/options.js';
import { runStudy } from '../../src/study/run-study.js';
import { summarise } from '../../src/study/rows.js';
import type { Study } from '../../src/study/study.js';
import { newFolder } from './fixture.js';

const WHOLE = { name: 'x', summary: 's', title: 't', question: 'q?', options: [ENVIRONMENT, SEEDS], arms: () => [{ label: 'a', algorithm: 'broadcast' }] };

/** As a program without types can call it. */
const define = defineStudy as (definition: unknown) => Study;
const boom = () => { throw new Error('boom'); };

const MALFORMED: [unknown, RegExp, new (...parts: never[]) => Error][] = [
  [3, /^"definition" expected an object, got 3$/, OptionTypeError],
  [{ name: 'x' }, /^"summary" expected a string, got undefined$/, OptionTypeError],
  [{ ...WHOLE, name: 'two\nlines' }, /^"name" expected a name of one line/, OptionRangeError],
  [{ ...WHOLE, options: undefined }, /^"options" expected a list of options, got undefined$/, OptionTypeError],
  [{ ...WHOLE, options: ['seeds'] }, /^"options\[0\]" expected a result of option\(\), or an option that ganglion\/study exports, got "seeds"$/, OptionTypeError],
  [{ ...WHOLE, arms: [] }, /^"arms" expected a function, got \[\]$/, OptionTypeError],
  [{ ...WHOLE, colour: 3 }, /^"colour" expected a known option \(name, .*\), got "colour"$/, OptionRangeError],
  [{ ...WHOLE, figure: () => [] }, /^"figure" expected a known option .*; did you mean "figures"\?$/, OptionRangeError],
  [{ ...WHOLE, parallel: 0 }, /^"parallel" expected a whole number >= 1, got 0$/, OptionRangeError],
  [{ ...WHOLE, howToRead: 'up is better' }, /^"howToRead" expected a list of strings, got "up is better"$/, OptionTypeError],
  [{ ...WHOLE, following: { arms: () => [] } }, /^"following\.trials" expected a function, got undefined$/, OptionTypeError],
  [{ ...WHOLE, measure: { file: 'm.json', isKnown: () => true, run: () => 1, runs: 1 } }, /^"measure\.runs" expected a known option .*; did you mean "run"\?$/, OptionRangeError],
];

for (const [definition, message, instanceOf] of MALFORMED) {
  test(`a definition is checked when it is declared: ${message.source}`, (t) => {
    t.throws(() => define(definition), { message, instanceOf });
  });
}

const WRONG_ARMS: [unknown, RegExp][] = [
  [3, /^"arms" expected a list of arms, got 3$/],
  [[], /^"arms" expected a list with one arm at least, got \[\]$/],
  [['ddpg'], /^"arms\[0\]" expected an object, got "ddpg"$/],
  [[{ algorithm: 'broadcast' }], /^"arms\[0\]\.label" expected a string, got undefined$/],
  [[{ label: 'a', algorithm: 'ddpg' }, { label: 'b' }], /^"arms\[1\]\.algorithm" expected a string, got undefined$/],
  [[{ label: 'a', algorithm: 'ddpg', seeds: [1.5] }], /^"arms\[0\]\.seeds\[0\]" expected a whole number >= 0, got 1\.5$/],
  [[{ label: 'a', algorithm: 'ddpg', evaluation: { every: 5 } }], /^"arms\[0\]\.evaluation\.episodes" expected a whole number >= 1, got undefined$/],
  [[{ label: 'slow', algorithm: 'nope' }], /^"arms\[slow\]\.algorithm" expected one of broadcast, .*, got "nope"$/],
  [[{ label: 'a', algorithm: 'ddpg' }, { label: 'a', algorithm: 'linear' }], /^"arms" expected each name once, got "a"$/],
  [[{ label: 'a', algorithm: 'ddpg', options: { schedule: 'hogwild' } }], /^"arms\[a\]\.options\.schedule" expected a known option/],
];

for (const [arms, message] of WRONG_ARMS) {
  test(`arms are checked with the options: ${message.source}`, (t) => {
    t.throws(() => define({ ...WHOLE, arms: () => arms }).resolve(), { message });
  });
}

test('an arm of an actor-learner is accepted in a study', (t) => {
  t.notThrows(() => define({ ...WHOLE, arms: () => [{ label: 'a', algorithm: 'a3c', fact: 1 }] }).resolve());
});

test('an error in a function of a study names study, function and place, and keeps its cause', async (t) => {
  const error = t.throws(() => define({ ...WHOLE, arms: boom }).resolve(), { instanceOf: StudyError, message: /^study "x": arms\(\) failed: boom \(.*definition\.test\.\w+:\d+:\d+\)$/ });
  t.like(error, { study: 'x', functionName: 'arms', cause: { message: 'boom' } });
  t.throws(() => summarise(define({ ...WHOLE, row: boom }), {}, []), { instanceOf: StudyError, message: /^study "x": row\(\) failed: boom/ });
  const study = define({ ...WHOLE, figures: async () => Promise.reject(new Error('boom')), following: { trials: () => 0, arms: boom } });
  await t.throwsAsync(async () => study.figures?.(undefined as never), { instanceOf: StudyError, message: /^study "x": figures\(\) failed: boom/ });
  t.throws(() => study.following?.arms(undefined as never), { instanceOf: StudyError, message: /^study "x": following\.arms\(\) failed: boom/ });
});

test('what a function of a study returns is checked', (t) => {
  const study = define({ ...WHOLE, row: () => 3, findings: () => [1] });
  t.throws(() => study.row?.(undefined as never), { message: '"row" expected an object, got 3' });
  t.throws(() => study.findings?.(undefined as never), { message: '"findings[0]" expected a string, got 1' });
});

test('only what defineStudy returns is run', async (t) => {
  await t.throwsAsync(runStudy({ ...WHOLE } as never, { out: newFolder() }), { instanceOf: OptionTypeError, message: /^"study" expected a study of defineStudy, got / });
});
