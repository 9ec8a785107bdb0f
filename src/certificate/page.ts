import { reportPage, type Section } from '../report/page.js';
import type { Evaluation } from '../simulation/training.js';
import type { Certified } from './certificate.js';
import type { CertificatePictures } from './picture.js';
import type { CertificateSettings } from './settings.js';
import { layerTable, referenceTable, utilityTable } from './tables.js';
import type { LayerUtility } from './utility.js';
import { EXPLANATIONS } from './explanations.js';

export interface CertificateFindings {
  readonly settings: CertificateSettings;
  readonly certified: Certified;
  readonly utility: readonly LayerUtility[];
  /** Return of DDPG itself after the run, exploration off, and of the random policy. */
  readonly evaluation: Evaluation;
  readonly random: Evaluation;
  /** Environment steps taken: fewer than the settings' where the run was interrupted. */
  readonly steps: number;
}

/** A certificate as one HTML file. */
export function certificatePage({ settings, certified, utility, evaluation, random, steps }: CertificateFindings, pictures: CertificatePictures): string {
  const { environment, network, exploration, certificate, seed } = settings;
  const { kinds, probes } = certified;
  const explorers = certificate.explorers === 'all' ? 'all hidden neurons' : `the first ${certificate.neurons} of each hidden layer`;
  const sections: Section[] = [
    {
      title: 'What was measured',
      paragraphs: [
        EXPLANATIONS.question,
        `DDPG on ${environment}, seed ${seed}, ${steps.toLocaleString('en')} environment steps, hidden layers ${network.hidden.join(', ') || 'none'}. While acting, ${explorers} explored with standard deviation ${exploration.hidden}. `
          + `${probes.length} probes of ${certificate.minibatches} minibatches. DDPG itself came to ${evaluation.meanReturn.toFixed(1)} over ${evaluation.episodes} episodes without exploration; the random policy to ${random.meanReturn.toFixed(1)}.`,
      ],
    },
    { title: 'Agreement', paragraphs: [EXPLANATIONS.cosine, EXPLANATIONS.interval], table: layerTable(certified), note: `${EXPLANATIONS.paired} ${EXPLANATIONS.natural}` },
    { title: 'Neuron by neuron', picture: pictures.matrix },
    { title: 'In the course of the run', picture: pictures.course },
    { title: 'What the critics estimate', picture: pictures.values },
    { title: 'The reference', paragraphs: [EXPLANATIONS.reference], table: referenceTable(certified) },
    ...(utility.length === 0 ? [] : [{ title: 'Depth utility', paragraphs: [EXPLANATIONS.utility], table: utilityTable(utility), ...failureNote(utility) }]),
    {
      title: 'The kinds',
      table: {
        columns: [{ name: 'kind' }, { name: 'critic rate', numeric: true }, { name: 'what crosses between neurons' }, { name: 'diverged' }],
        rows: kinds.map(({ kind, criticRate, locality, failure }) => [kind, criticRate, locality, failure ?? 'no']),
      },
    },
  ];
  return reportPage({ title: `Certificate: ${environment}, seed ${seed}`, lead: 'Does what each neuron learns on its own agree with the gradient of the whole?', sections });
}

function failureNote(utility: readonly LayerUtility[]): { note?: string } {
  const failures = [...new Set(utility.flatMap(({ learner, failures: of }) => of.map((failure) => `${learner}, ${failure}`)))];
  return failures.length === 0 ? {} : { note: `Ended early: ${failures.join('; ')}` };
}
