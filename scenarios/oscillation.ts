import { describeOscillation, drawOscillation, finishing, freeRunPath, openStudyFolder, oscillationPage, resolveOscillationSettings, runFolderName, runFreely } from '../src/index.js';
import { number, type Flag } from './options.js';
import type { Scenario } from './scenario.js';
import { warn } from './warn.js';

const NAME = 'oscillation';

const FLAGS: readonly Flag[] = [
  { flag: '--neurons', argument: '<count>', path: 'neurons', parse: number, help: 'neurons of the network' },
  { flag: '--density', argument: '<share>', path: 'density', parse: number, help: 'share of the possible connections that are there' },
  { flag: '--gain', argument: '<gain>', path: 'gain', parse: number, help: 'of the weights; in large networks activity sustains itself above 1' },
  { flag: '--time-constant', argument: '<time>', path: 'timeConstant', parse: number, help: 'of the slowest neuron; they are spread from 1 to it' },
  { flag: '--time-step', argument: '<time>', path: 'timeStep', parse: number, help: 'of the integration' },
  { flag: '--duration', argument: '<time>', path: 'duration', parse: number, help: 'how long the network runs' },
  { flag: '--seed', argument: '<number>', path: 'seed', parse: number, help: 'decides every random draw' },
];

/** What a recurrent network does when nobody tells it anything. */
export const oscillation: Scenario = {
  name: NAME,
  summary: 'let a recurrent network of leaky integrators run freely: voltages over time, and its connection matrix, as pictures',
  flags: FLAGS,
  defaults: resolveOscillationSettings(),
  resumable: false,
  evaluates: false,
  async run({ options, out, json }) {
    const settings = resolveOscillationSettings(options);
    const folder = openStudyFolder(out ?? freeRunPath('runs', runFolderName(NAME, settings.seed, new Date())), { scenario: NAME, ...settings }, warn);
    return finishing(async () => {
      const found = runFreely(settings);
      const pictures = await drawOscillation(settings, found);
      const result = { scenario: NAME, status: 'finished', ...settings, ...found.summary, runFolder: folder.path };
      const { neurons, density, gain, timeConstant, timeStep, duration, seed } = settings;
      const command = `node scenarios/run ${NAME} --neurons ${neurons} --density ${density} --gain ${gain} --time-constant ${timeConstant} --time-step ${timeStep} --duration ${duration} --seed ${seed}`;
      folder.write('voltages', pictures.voltages);
      folder.write('connections', pictures.connections);
      folder.write('report', oscillationPage(settings, found, pictures, command));
      folder.write('result', result);
      process.stderr.write(`${describeOscillation(settings, found.summary)}\nreport: ${folder.path}/report.html\n`);
      if (json) console.log(JSON.stringify(result));
      return 0;
    }, () => { folder.close(); });
  },
};
