import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { chooseScenario, Given, readWords } from '../../scenarios/command-line.js';
import { SCENARIOS } from '../../scenarios/registry.js';
import { createSimulation, OptionRangeError, resolveSettings } from '../../src/index.js';

/** Every former name of an option of a scenario, with the present one. */
const FORMER = SCENARIOS.flatMap((scenario) => [...scenario.table.rows, ...scenario.commands].flatMap((row) => (row.formerly ?? []).map((former) => ({ scenario, row, former }))));

/** `timing.patience` as it is nested in a file. */
function nested(path: string): Record<string, unknown> {
  const [section, key] = path.split('.');
  return { [section]: path.includes('.') ? { [key]: 1 } : 1 };
}

function given(...argv: string[]): Given {
  const words = readWords(argv);
  return new Given(chooseScenario(words), words);
}

test('options were renamed', (t) => { t.true(FORMER.length > 60, String(FORMER.length)); });

for (const { scenario, row, former } of FORMER) {
  const isFlag = former.startsWith('--');
  const now = isFlag ? row.flag ?? row.path : row.path;
  test(`${scenario.name}: ${former} is refused, and ${now} is named`, (t) => {
    const expected = { instanceOf: OptionRangeError, message: `"${former}" is now "${now}"` };
    if (isFlag) {
      t.throws(() => given(scenario.name, former, '1'), expected);
      t.throws(() => given(scenario.name, former), expected);
    } else {
      const file = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'config.json');
      writeFileSync(file, JSON.stringify(nested(former)));
      t.throws(() => scenario.table.resolve(nested(former)), expected);
      if (scenario.commands.some(({ flag }) => flag === '--config')) t.throws(() => given(scenario.name, '--config', file), expected);
    }
  });
}

test('a former section is refused with the present one', (t) => {
  for (const death of ['0.1@5', {}, { other: 1 }]) t.throws(() => SCENARIOS[0].table.resolve({ death }), { instanceOf: OptionRangeError, message: '"death" is now "lesion"' });
});

test('a former key of a record is refused with its place', (t) => {
  const layer = (key: string) => ({ network: { layers: [{ name: 'a', size: 2, [key]: 'leaky' }], blocks: [{ from: 'input', to: 'a' }, { from: 'a', to: 'output' }] } });
  t.throws(() => resolveSettings(layer('dynamic')), { instanceOf: OptionRangeError, message: '"network.layers[0].dynamic" is now "network.layers[0].neuronModel"' });
});

test('a former flag of another scenario is refused with its present name', (t) => {
  t.throws(() => given('ddpg', '--patience', '3'), { message: '"--patience" is now "--worker-timeout"' });
  t.throws(() => given('ddpg', '--delay', '3'), { message: '"--delay" is now "--gradient-delay"' });
  t.throws(() => given('--delay', '3'), { message: '"--delay" is now "--learning-message-delay"' });
});

test('a former scenario is refused with its present name', (t) => {
  for (const { name, formerly = [] } of SCENARIOS) for (const former of formerly) t.throws(() => given(former), { instanceOf: OptionRangeError, message: `"${former}" is now "${name}"` });
  t.throws(() => given('replay', 'runs/a'), { message: '"replay" is now "rerun"' });
});

test('an error about a former key names the present one', async (t) => {
  const options = JSON.parse('{"timing": {"patience": 3}}') as object;
  await t.throwsAsync(() => createSimulation(options), { instanceOf: OptionRangeError, message: '"timing.patience" is now "timing.workerTimeout"' });
});

test('on the command line a former name ends with one line and exit status 2', (t) => {
  for (const argv of [['--patience', '3'], ['replay', 'runs/a'], ['--acting', 'free', '--json']]) {
    const error = t.throws<Error & { status: number; stderr: Buffer }>(() => execFileSync(process.execPath, ['scenarios/run', ...argv], { stdio: 'pipe' }));
    t.is(error.status, 2);
    t.regex(error.stderr.toString(), /^"[^"]+" is now "[^"]+"\n$/);
  }
});

test('the schedule virtual is short for virtual time under the default schedule', (t) => {
  t.deepEqual(resolveSettings({ schedule: 'virtual' }), resolveSettings({ time: 'virtual' }));
  t.like(resolveSettings({ schedule: 'virtual' }), { time: 'virtual', schedule: 'hogwild' });
  t.throws(() => resolveSettings({ schedule: 'virtual', time: 'real' }), { instanceOf: OptionRangeError, message: '"time" expected "virtual" beside "schedule": "virtual", got "real"' });
  const file = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'config.json');
  writeFileSync(file, '{"schedule": "virtual"}');
  t.like(given('--config', file, '--schedule', 'bounded').options, { time: 'virtual', schedule: 'bounded' });
  const script = `import { resolveSettings } from '${join(process.cwd(), 'dist/src/index.js')}'; resolveSettings({ schedule: 'virtual' }); resolveSettings({ schedule: 'virtual' });`;
  const warning = execFileSync(process.execPath, ['--input-type=module', '-e', `process.stderr.write = (text) => process.stdout.write(text); ${script}`], { encoding: 'utf8' });
  t.is(warning, 'warning: "schedule": "virtual" is short for "time": "virtual" with the default schedule\n');
});
