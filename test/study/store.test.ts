import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { OptionRangeError, type FileError } from '../../src/errors.js';
import { openStudyFolder } from '../../src/study/store.js';
import { openTrialStore, trialLine } from '../../src/study/trial-store.js';
import { trialDigest, type TrialResult } from '../../src/study/trial.js';
import { fullDisk } from '../files/fixture.js';
import { madeResult, newFolder, tinyTrial } from './fixture.js';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'trials.jsonl');
const silent = () => undefined;
const RESULTS = [1, 2, 3].map((seed) => madeResult(tinyTrial({ seed })));
const LINES = RESULTS.map((result) => `${trialLine(result)}\n`).join('');

test('what is appended is read back', (t) => {
  const file = newFile();
  const store = openTrialStore(file, (line) => t.fail(line));
  t.is(store.finished.size, 0);
  for (const result of RESULTS) store.append(result);
  t.deepEqual([...openTrialStore(file, (line) => t.fail(line)).finished.values()], RESULTS);
  t.is(readFileSync(file, 'utf8'), LINES);
});

test('a file cut anywhere keeps its whole trials, loses the rest with a warning, and goes on', (t) => {
  fc.assert(
    fc.property(fc.nat(Buffer.byteLength(LINES)), (cut) => {
      const file = newFile();
      writeFileSync(file, Buffer.from(LINES).subarray(0, cut));
      const warnings: string[] = [];
      const store = openTrialStore(file, (line) => warnings.push(line));
      const whole = readFileSync(file, 'utf8').split('\n').length - 1;
      t.deepEqual([...store.finished.values()], RESULTS.slice(0, whole));
      t.true(LINES.startsWith(readFileSync(file, 'utf8')));
      t.deepEqual(warnings, cut === readFileSync(file).length ? [] : [`${file}: the last line is not whole and is dropped`]);
      const next = madeResult(tinyTrial({ seed: 9 }));
      store.append(next);
      t.deepEqual([...openTrialStore(file, (line) => t.fail(line)).finished.values()], [...RESULTS.slice(0, whole), next]);
    }),
    { seed: 1 },
  );
});

test('a line that is no result is reported and kept', (t) => {
  const file = newFile();
  const none = { digest: 'x', trial: {} } as TrialResult;
  const odd = `${trialLine(none)}\nnot even JSON\n${LINES}`;
  writeFileSync(file, odd);
  const warnings: string[] = [];
  t.is(openTrialStore(file, (line) => warnings.push(line)).finished.size, 3);
  t.deepEqual(warnings, [`${file}: line 1 is no result of a trial and is not read`, `${file}: line 2 does not match its checksum and is not read; its trial runs again`]);
  t.is(readFileSync(file, 'utf8'), odd);
});

test('a line nested so deep that it could not be written again is no result', (t) => {
  const file = newFile();
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
  writeFileSync(file, `${trialLine({ ...RESULTS[0], trial: { ...RESULTS[0].trial, options: { deep } } })}\n${LINES}`);
  const warnings: string[] = [];
  t.is(openTrialStore(file, (line) => warnings.push(line)).finished.size, 3);
  t.deepEqual(warnings, [`${file}: line 1 is no result of a trial and is not read`]);
});

test('settings nested deeper than any file that means anything are those of another study', (t) => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), `{"seeds": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
  t.throws(() => openStudyFolder(folder, { seeds: 1 }, silent), { instanceOf: OptionRangeError, message: /^"out" expected a new folder, or one of this very study, got ".*"; its config\.json differs in seeds$/ });
});

test('a flipped bit never changes a result: its line is reported and its trial is missing', (t) => {
  fc.assert(
    fc.property(fc.nat(Buffer.byteLength(LINES) * 8 - 1), (bit) => {
      const file = newFile();
      const bytes = Buffer.from(LINES);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(file, bytes);
      const warnings: string[] = [];
      const found = [...openTrialStore(file, (line) => warnings.push(line)).finished.values()];
      for (const result of found) t.true(RESULTS.some((each) => trialLine(each) === trialLine(result)));
      t.true(found.length < RESULTS.length);
      t.true(warnings.length >= 1 && warnings.length <= 2);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('a file without checksums is read, gets them, and causes one warning', (t) => {
  const file = newFile();
  writeFileSync(file, RESULTS.map((result) => `${JSON.stringify(result)}\n`).join(''));
  const warnings: string[] = [];
  t.deepEqual([...openTrialStore(file, (line) => warnings.push(line)).finished.values()], RESULTS);
  t.deepEqual(warnings, [`${file}: its 3 lines were written without checksums; they are taken as they are, and have checksums now`]);
  t.is(readFileSync(file, 'utf8'), LINES);
});

test('on a disk that fills, a store ends in a whole result, whose trial alone it has', (t) => {
  fc.assert(
    fc.property(fc.nat(Buffer.byteLength(LINES)), (room) => {
      const file = newFile();
      const store = openTrialStore(file, (line) => t.fail(line), fullDisk(room));
      const kept = RESULTS.filter((result) => {
        try {
          store.append(result);
          return true;
        } catch (error) {
          t.is((error as FileError).message, `${file} cannot be written (ENOSPC: no space left on device)`);
          return false;
        }
      });
      t.deepEqual([...store.finished.values()], kept);
      t.deepEqual([...openTrialStore(file, (line) => t.fail(line)).finished.values()], kept);
    }),
    { seed: 1 },
  );
});

test('a trial that diverged is known, one whose worker crashed gets another try', (t) => {
  const file = newFile();
  const store = openTrialStore(file, silent);
  store.append({ ...RESULTS[0], failure: { kind: 'diverged', message: 'TD error of neuron bias became NaN' }, returns: [] });
  store.append({ ...RESULTS[1], failure: { kind: 'crashed', message: 'its worker died' }, returns: [] });
  t.deepEqual([...openTrialStore(file, silent).finished.keys()], [RESULTS[0].digest]);
});

test('the digest depends on all that determines a result, and on nothing else', (t) => {
  const digest = trialDigest(tinyTrial());
  t.is(trialDigest(tinyTrial({ label: 'another name' })), digest);
  t.is(trialDigest(tinyTrial({ options: { learning: { warmup: 100 }, network: { hidden: [4] }, schedule: 'synchronous', partitions: 1 } })), digest);
  const others = [
    tinyTrial({ seed: 2 }),
    tinyTrial({ steps: 301 }),
    tinyTrial({ algorithm: 'linear' }),
    tinyTrial({ environment: 'CartPole-v1' }),
    tinyTrial({ options: {} }),
    tinyTrial({ evaluation: { every: 150, episodes: 1, final: 3 } }),
  ].map(trialDigest);
  t.is(new Set([digest, ...others]).size, others.length + 1);
});

test('a study goes on in its own folder', (t) => {
  const path = newFolder();
  const first = openStudyFolder(path, { scenario: 'x', seeds: 2, network: { hidden: null } }, silent);
  first.store.append(RESULTS[0]);
  t.throws(() => openStudyFolder(path, { seeds: 2, network: { hidden: null }, scenario: 'x' }, silent), { message: /^"out" expected a folder that no other process writes to, got .*; process \d+ has held it since / });
  first.close();
  const again = openStudyFolder(path, { seeds: 2, network: { hidden: null }, scenario: 'x' }, silent);
  t.deepEqual([...again.store.finished.values()], [RESULTS[0]]);
});

test('a folder of another study is refused with the settings that differ, and left as it is', (t) => {
  const path = newFolder();
  openStudyFolder(path, { scenario: 'x', seeds: 2, steps: 5 }, silent).close();
  const before = readFileSync(join(path, 'config.json'), 'utf8');
  t.throws(() => openStudyFolder(path, { scenario: 'x', seeds: 3, steps: 6 }, silent), {
    instanceOf: OptionRangeError,
    message: /^"out" expected a new folder, or one of this very study, got .*; its config.json differs in seeds, steps$/,
  });
  t.is(readFileSync(join(path, 'config.json'), 'utf8'), before);
});

test('a folder with results and no settings is refused', (t) => {
  const path = newFolder();
  mkdirSync(path);
  writeFileSync(join(path, 'trials.jsonl'), LINES);
  t.throws(() => openStudyFolder(path, {}, silent), { instanceOf: OptionRangeError, message: /^"out" expected a folder that holds nothing else, got / });
  t.false(existsSync(join(path, 'config.json')));
});
