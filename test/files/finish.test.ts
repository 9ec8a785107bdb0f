import test from 'ava';

import { FileError } from '../../src/errors.js';
import { attemptAll, finishing, rescuing } from '../../src/files/finish.js';

const failing = (error: Error) => () => { throw error; };
const full = (path: string) => new FileError(path, new Error('full'));

test('every action is tried, and one failure is thrown as it is', (t) => {
  const done: number[] = [];
  const error = new Error('first');
  t.is(t.throws(() => { attemptAll(() => { done.push(1); }, failing(error), () => { done.push(2); }); }), error);
  t.deepEqual(done, [1, 2]);
});

test('several failures become one message, those of one file once, that of the work first', async (t) => {
  const error = new Error('work');
  const thrown = await t.throwsAsync(finishing(() => Promise.reject(error), failing(full('a')), failing(full('b')), failing(full('a'))), { instanceOf: AggregateError });
  t.deepEqual((thrown).errors.map(String), ['Error: work', 'FileError: a cannot be written (full)', 'FileError: b cannot be written (full)']);
  t.is(thrown.message, 'work; a cannot be written (full); b cannot be written (full)');
  const nested = await t.throwsAsync(finishing(() => rescuing(() => Promise.reject(error), failing(full('a'))), failing(full('a'))), { instanceOf: AggregateError });
  t.is((nested).errors.length, 2);
});

test('work that ends well is finished, and not rescued', async (t) => {
  const done: string[] = [];
  t.is(await finishing(() => rescuing(() => Promise.resolve(3), () => { done.push('rescued'); }), () => { done.push('finished'); }), 3);
  t.deepEqual(done, ['finished']);
});
