import test from 'ava';

import { createTermination } from '../../src/runtime/termination.js';

test('results that have settled leave nothing behind, however many they were', async (t) => {
  const loss = createTermination();
  for (let call = 0; call < 100; call += 1) t.is(await loss.race(Promise.resolve(call)), call);
  await t.throwsAsync(loss.race(Promise.reject(new Error('of its own'))), { message: 'of its own' });
  t.is(loss.pending, 0);
});

test('termination rejects pending and later calls with its first error', async (t) => {
  const loss = createTermination();
  const pending = [1, 2].map(() => loss.race(new Promise<never>(() => undefined)));
  t.is(loss.pending, 2);
  const error = new Error('first');
  loss.terminate(error);
  loss.terminate(new Error('second'));
  t.is(loss.pending, 0);
  for (const each of [...pending, loss.race(Promise.resolve(1))]) t.is(await t.throwsAsync(each), error);
});
