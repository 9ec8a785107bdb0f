import colours from 'picocolors';

import { textTable } from '../src/entries/internals.js';
import { layerTable, referenceTable, utilityTable, EXPLANATIONS, type CertificateFindings, type LayerUtility } from '../src/entries/study.js';
import type { Certified, Evaluation } from '../src/index.js';

/** The result of a certificate: printed by `--json`, kept in `result.json`. */
export interface CertificateResult {
  readonly scenario: 'certificate';
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly probes: number;
  /** DDPG's own, after the run. */
  readonly evaluation: Evaluation;
  readonly random: { readonly meanReturn: number };
  readonly results: {
    readonly agreement: Certified['courses'];
    readonly kinds: Certified['kinds'];
    readonly utility: readonly LayerUtility[];
  };
  readonly runFolder: string;
}

const WIDTH = 110;

/** Prints a certificate for people, on stderr: stdout is for machines. */
export function printCertificate({ settings, certified, utility }: CertificateFindings, { evaluation, random, status, steps, runFolder }: CertificateResult): void {
  const { environment, seed, exploration, certificate: { explorers, neurons } } = settings;
  const title = (text: string) => `\n${colours.bold(text)}`;
  const small = (text: string) => colours.dim(wrap(text));
  const explored = explorers === 'all' ? 'all hidden neurons explored' : `${neurons} neurons of each hidden layer explored`;
  const failures = certified.kinds.flatMap(({ kind, failure }) => (failure === null ? [] : [colours.red(`${kind} diverged: ${failure}`)]));
  const lines = [
    title(`${environment}: certificate, seed ${seed}, ${steps.toLocaleString('en')} steps, ${status}`),
    `DDPG ${colours.green(evaluation.meanReturn.toFixed(1))} over ${evaluation.episodes} episodes, random policy ${random.meanReturn.toFixed(1)}; ${explored} (σ ${exploration.hidden})`,
    ...failures,
    title('Cosine between what neurons learn on their own and the policy gradient'),
    textTable(layerTable(certified)),
    small(`${EXPLANATIONS.cosine} ${EXPLANATIONS.interval} ${EXPLANATIONS.paired}`),
    title('The reference'),
    textTable(referenceTable(certified)),
    small(EXPLANATIONS.reference),
    ...(utility.length === 0 ? [] : [title('Depth utility'), textTable(utilityTable(utility)), small(EXPLANATIONS.utility)]),
    `\nrun folder: ${runFolder}\n`,
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last.length + word.length < WIDTH) lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
