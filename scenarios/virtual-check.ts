import { agesTable, compareWithReality, curveTable, describeReality, drawReality, planRealTrials, planVirtualTrials, REALITY, realityPage, realityTable, resolveRealitySettings, type RealitySettings, type StudyWords } from '../src/entries/study.js';
import { CONFIG } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { runStudyScenario } from './study.js';
import { episodes } from './study-words.js';

const NAME = 'virtual-check';

/** Whether a virtual world made of measured durations behaves as the real one did. */
export const virtualCheck: Scenario = {
  name: NAME,
  summary: 'hold virtual time against reality: the same training on threads and in a world of measured durations',
  table: REALITY,
  commands: [CONFIG],
  run(input) {
    const settings = resolveRealitySettings(input.options);
    const { environment, algorithm, partitions, seeds, steps } = settings;
    const trials = planRealTrials(settings);
    const planned = trials.length + seeds;
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeCheck(settings),
      fields: { environment, algorithm, partitions, seeds, steps },
      trials,
      planned,
      following: (real) => planVirtualTrials(settings, real),
      parallel: 1, // real runs need their cores
      summarise: (results) => [compareWithReality(results)].filter((findings) => findings !== undefined),
      describe: (rows) => rows.flatMap((findings) => [
        { words: `${environment}: ${describeReality(findings)}`, table: realityTable(findings) },
        { words: 'Ages of the voltages read, all seeds together', table: agesTable(findings) },
        { words: 'Mean returns', table: curveTable(findings) },
      ]),
      async report(folder, results) {
        const pictures = await drawReality(settings, compareWithReality(results));
        folder.write('staleness', pictures.staleness);
        folder.write('curves', pictures.curves);
        folder.write('report', realityPage(checkWords(settings, planned, results.length), trials, results, pictures));
      },
    }, input);
  },
};

function describeCheck({ environment, algorithm, partitions, seeds }: RealitySettings): string {
  return `${algorithm}, hogwild on ${partitions} partitions, ${environment}, ${seeds} seed${seeds === 1 ? '' : 's'}: twice for real, and once in virtual time`;
}

function checkWords(settings: RealitySettings, planned: number, ended: number): StudyWords {
  const { environment, algorithm, partitions, seeds, steps, network, evaluation } = settings;
  const interrupted = ended < planned ? ` Interrupted: ${ended} of ${planned} trials have ended.` : '';
  const hidden = network.hidden === null ? '' : ` --hidden ${network.hidden.join(',') || 'none'}`;
  return {
    title: 'Virtual time and reality',
    lead: `A virtual world made of the durations that a real run took: does the same training behave in it as on threads? Here: ${describeCheck(settings)}.${interrupted}`,
    method: [
      `Each seed trains for ${steps.toLocaleString('en')} environment steps: twice on threads, with timing.measure, one run after another; then in virtual time, where an update, an acting tick, an environment step and the waking of a sleeping partition take as long as one of those of the first real run, drawn at random. Evaluations are on ${episodes(evaluation.final)}, without exploration, every ${evaluation.every.toLocaleString('en')} steps.`,
      'Partitions have a core each in virtual time, and wait a little for one another\'s voltages, where the machine has as many cores; else they share as many as it has, and do not.',
      'Ages are those of voltages, in acting and on minibatches together. What the virtual world leaves out: that durations which follow one another are alike, that those of both partitions are long at the same time, and what measuring costs.',
    ],
    commands: [
      `node scenarios/run ${NAME} --environment ${environment} --algorithm ${algorithm} --partitions ${partitions} --seeds ${seeds} --steps ${steps}${hidden} --evaluate-every ${evaluation.every} --episodes ${evaluation.final}`,
      'With --out and the folder of this study it goes on where it was stopped. Real runs do not repeat themselves exactly.',
    ],
  };
}
