import { createDdpg } from '../simulation/ddpg.js';
import { Certificate } from './certificate.js';
import { ddpgSettings, type CertificateSettings } from './settings.js';
import { planUtility } from './utility.js';

/** Updates that a short run is timed over, after as many to warm up. */
const TIMED = 100;

/**
 * How long a certificate will take on this machine, from a short run of the same thing: training and probes, and then the trials of
 * depth utility, of which DDPG's take turns on one thread while the rules' run beside them.
 *
 * @returns seconds
 */
export async function estimateSeconds(settings: CertificateSettings): Promise<number> {
  const { learning, steps, certificate: { probeEvery, utilitySteps } } = settings;
  const updates = (of: number) => Math.max(0, of - learning.warmup) * learning.updatesPerStep;
  const probes = Math.ceil(steps / probeEvery);
  const trials = planUtility(settings).filter(({ learner }) => learner === 'ddpg').length;
  const whole = await timeUpdates(settings);
  const alone = await timeUpdates({ ...settings, certificate: { ...settings.certificate, critics: [] } });
  return updates(steps) * whole.update + probes * whole.probe + trials * updates(utilitySteps) * alone.update;
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
