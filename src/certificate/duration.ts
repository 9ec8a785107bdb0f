import { createDdpg } from '../simulation/single.js';
import { estimateTrials } from '../study/duration.js';
import type { PoolOptions } from '../study/pool.js';
import { Certificate } from './certificate.js';
import { ddpgSettings, type CertificateSettings } from './settings.js';
import { planUtility } from './utility.js';

/** Measured updates of a short run, after as many for warm-up. */
const TIMED = 100;

/**
 * Estimates the duration of a certificate on this machine from short runs: training and probes, then the trials of depth utility,
 * several at a time.
 *
 * @returns seconds
 */
export async function estimateSeconds(settings: CertificateSettings, options: PoolOptions): Promise<number> {
  const { learning, steps, certificate: { probeEvery } } = settings;
  const { update, probe } = await timeUpdates(settings);
  const trials = planUtility(settings, 1).map(({ trial }) => trial);
  const estimate = await estimateTrials(trials, options);
  const ofTrials = trials.reduce((sum, trial) => sum + estimate(trial), 0) / Math.max(1, Math.min(options.parallel, trials.length));
  return Math.max(0, steps - learning.warmup) * learning.updatesPerStep * update + Math.ceil(steps / probeEvery) * probe + ofTrials;
}

/** Seconds of one update and of one probe. */
async function timeUpdates(settings: CertificateSettings): Promise<{ update: number; probe: number }> {
  const { batch, updatesPerStep } = settings.learning;
  const short = { ...settings, learning: { ...settings.learning, warmup: Math.max(2, batch) } };
  const certificate = new Certificate({ ...short, certificate: { ...short.certificate, probeEvery: Number.MAX_SAFE_INTEGER } }, await createDdpg(ddpgSettings(short, [])));
  const marks: number[] = [];
  const stretch = Math.ceil(TIMED / updatesPerStep);
  try {
    for (const steps of [short.learning.warmup + stretch, stretch]) {
      await certificate.training.run({ steps, onUpdate: () => { certificate.follow(); } });
      marks.push(performance.now());
    }
    certificate.probe();
    marks.push(performance.now());
  } finally {
    await certificate.close();
  }
  return { update: (marks[1] - marks[0]) / 1000 / (stretch * updatesPerStep), probe: (marks[2] - marks[1]) / 1000 };
}
