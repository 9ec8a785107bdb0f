import { readFileSync } from 'node:fs';

import test from 'ava';

import { resolvedSettings } from './recorded-settings.js';

const recorded = JSON.parse(readFileSync('test/fixtures/settings.json', 'utf8')) as Record<string, Record<string, unknown>>;

for (const [kind, settings] of Object.entries(resolvedSettings())) {
  test(`the complete settings of ${kind} are those that were recorded, down to the order of their keys`, (t) => {
    for (const [options, found] of Object.entries(settings)) t.deepEqual(found, recorded[kind][options], options);
    t.deepEqual(Object.keys(settings), Object.keys(recorded[kind]));
  });
}
