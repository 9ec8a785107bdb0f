import { availableParallelism } from 'node:os';

import { createEventWriter, createProgressBar, createRunFolder, finishing, freeRunPath, runFolderName, type RunFolder } from '../src/entries/internals.js';
import { CERTIFICATE, certificatePage, describeSeconds, drawCertificate, estimateSeconds, measureUtility, planUtility, EXPLANATIONS, writeProbe, type CertificateFindings, type LayerUtility, type PoolOptions } from '../src/entries/study.js';
import { createCertificate, type Certificate, type CertificateSettings, type ProbeRecord } from '../src/index.js';
import { printCertificate, type CertificateResult } from './certificate-summary.js';
import { CONFIG, EPISODES, FINAL } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { warn } from './warn.js';

const NAME = 'certificate';

/** Environment steps below which no duration is estimated. */
const LONG = 5000;

/** The source paper's Experiment 1: do the neurons' own gradients agree with the network's? */
export const certificate: Scenario = {
  name: NAME,
  summary: 'compare the gradient that each neuron estimates with the policy gradient of DDPG, for every kind of critic',
  table: CERTIFICATE,
  commands: [CONFIG, FINAL],
  async run(input) {
    const own = await createCertificate(input.options);
    try {
      return await certify(own, input);
    } finally {
      await own.close();
    }
  },
};

async function certify(own: Certificate, input: ScenarioInput): Promise<number> {
  const folder = createRunFolder(input.out ?? freeRunPath('runs', runFolderName(NAME, own.settings.seed, new Date())), { warn });
  return finishing(() => certifyInto(folder, own, input), () => { folder.close(); });
}

async function certifyInto(folder: RunFolder, own: Certificate, input: ScenarioInput): Promise<number> {
  const { settings } = own;
  const pool = { parallel: availableParallelism(), signal: input.interrupt };
  folder.write('config', settings);
  if (settings.steps >= LONG) process.stderr.write(`this takes about ${describeSeconds(await estimateSeconds(settings, pool))} on this machine\n`);
  await watch(own, folder, input);
  const certified = await conclude(own, folder, input);
  const findings = input.interrupt.aborted ? certified : { ...certified, utility: await measure(settings, pool, input.episodes) };
  if (findings.utility.length > 0) await save(folder, findings);
  const result = resultOf(findings, folder, input);
  folder.settle();
  folder.write('result', result);
  printCertificate(findings, result);
  if (input.json) console.log(JSON.stringify(result));
  return input.interrupt.aborted ? 130 : 0;
}

/** Trains and probes; saves what there is, however it ends. */
async function watch(own: Certificate, folder: RunFolder, { interrupt }: ScenarioInput): Promise<void> {
  const { training, settings } = own;
  const bar = createProgressBar(`${settings.environment} ${NAME}`, settings.steps);
  const events = createEventWriter(folder.path);
  training.on('episode', (episode) => {
    folder.log('metrics', { type: 'episode', ...episode });
    events.scalar('return/training', episode.step, episode.return);
  });
  training.on('progress', ({ step, runningReturn, episodes }) => {
    bar.update(step, runningReturn, episodes);
  });
  const onProbe = (record: ProbeRecord) => {
    const { step, updates, value, layers } = record;
    folder.log('metrics', { type: 'probe', step, updates, value, layers });
    folder.flush();
    writeProbe(events, record, training);
  };
  const save = [
    () => { bar.stop(); },
    () => { events.close(); },
    () => { folder.flush(); },
    () => { folder.write('weights', training.encodeWeights()); },
    () => { folder.write('certificate', own.certified()); },
  ];
  await finishing(() => own.run({ signal: interrupt, onProbe }), ...save);
}

/** Evaluates DDPG and saves the certificate without depth utility, which takes long. */
async function conclude(own: Certificate, folder: RunFolder, { episodes = EPISODES, interrupt }: ScenarioInput): Promise<CertificateFindings> {
  const { training, settings } = own;
  const evaluation = await training.evaluate(interrupt.aborted ? { episodes: Math.min(episodes, 20) } : { episodes, signal: interrupt });
  const random = training.evaluateRandomPolicy({ episodes: evaluation.episodes });
  const findings = { settings, certified: own.certified(), utility: [], evaluation, random, steps: training.step };
  await save(folder, findings);
  return findings;
}

async function save(folder: RunFolder, findings: CertificateFindings): Promise<void> {
  const { certified, utility, evaluation, random, steps, settings: { environment, seed } } = findings;
  const pictures = await drawCertificate(certified, `Certificate: ${environment}, seed ${seed}`);
  folder.write('certificate', { environment, seed, steps, evaluation, random, ...certified, utility, words: EXPLANATIONS });
  folder.write('picture', pictures.whole);
  folder.write('report', certificatePage(findings, pictures));
}

async function measure(settings: CertificateSettings, pool: PoolOptions, episodes = EPISODES): Promise<LayerUtility[]> {
  const plan = planUtility(settings, episodes);
  if (plan.length === 0) return [];
  const bar = createProgressBar(`${settings.environment} depth utility`, plan.length * settings.certificate.utilitySteps);
  let taken = 0;
  const onSteps = (steps: number) => {
    taken += steps;
    bar.update(taken, null, 0);
  };
  try {
    return await measureUtility(plan, { ...pool, onSteps });
  } finally {
    bar.stop();
  }
}

function resultOf({ settings, certified, utility, evaluation, random, steps }: CertificateFindings, folder: RunFolder, { interrupt }: ScenarioInput): CertificateResult {
  return {
    scenario: NAME,
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment: settings.environment,
    seed: settings.seed,
    steps,
    probes: certified.probes.length,
    evaluation,
    random: { meanReturn: random.meanReturn },
    results: { agreement: certified.courses, kinds: certified.kinds, utility },
    runFolder: folder.path,
  };
}
