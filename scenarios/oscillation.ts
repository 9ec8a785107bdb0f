import { finishing, freeRunPath, runFolderName } from '../src/entries/internals.js';
import { describeOscillation, drawOscillation, openStudyFolder, OSCILLATION, oscillationPage, resolveOscillationSettings, runFreely } from '../src/entries/study.js';
import { CONFIG } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { warn } from './warn.js';

const NAME = 'oscillation';

/** The activity of a recurrent network without input. */
export const oscillation: Scenario = {
  name: NAME,
  summary: 'simulate a recurrent network of leaky integrators without input: voltages over time and connection matrix, as pictures',
  table: OSCILLATION,
  commands: [CONFIG],
  async run({ options, out, json }) {
    const settings = resolveOscillationSettings(options);
    const folder = openStudyFolder(out ?? freeRunPath('runs', runFolderName(NAME, settings.seed, new Date())), { scenario: NAME, ...settings }, warn);
    return finishing(async () => {
      const found = runFreely(settings);
      const pictures = await drawOscillation(settings, found);
      const result = { scenario: NAME, status: 'finished', ...settings, ...found.summary, runFolder: folder.path };
      const { neurons, density, gain, membraneTimeConstant, timeStep, duration, seed } = settings;
      const command = `node scenarios/run ${NAME} --neurons ${neurons} --density ${density} --gain ${gain} --membrane-time-constant ${membraneTimeConstant} --time-step ${timeStep} --duration ${duration} --seed ${seed}`;
      folder.write('voltages.svg', pictures.voltages);
      folder.write('connections.svg', pictures.connections);
      folder.write('report.html', oscillationPage(settings, found, pictures, command));
      folder.write('result.json', result);
      process.stderr.write(`${describeOscillation(settings, found.summary)}\nreport: ${folder.path}/report.html\n`);
      if (json) console.log(JSON.stringify(result));
      return 0;
    }, () => { folder.close(); });
  },
};
