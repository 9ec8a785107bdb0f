import { describeNeighbour, describeStragglers, drawNeighbour, drawStragglers, isOutcome, measureNeighbour, neighbourTable, planStragglerTrials, resolveStragglerStudySettings, STRAGGLER_STUDY, stragglerContenders, stragglerPage, stragglerTable, summariseStragglers, type NeighbourFindings, type StragglerStudySettings, type StudyFolder } from '../src/entries/study.js';
import { CONFIG, PARALLEL } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { describeStragglerStudy, stragglerWords } from './straggler-words.js';
import { runStudyScenario } from './study.js';

const NAME = 'stragglers';

/** What slow partitions cost those who wait for them, and those who do not. */
export const stragglers: Scenario = {
  name: NAME,
  summary: 'slow some partitions down: what do barriers, bounds and free running lose? and beside a busy process, for real?',
  table: STRAGGLER_STUDY,
  commands: [CONFIG, PARALLEL],
  run(input) {
    const { options, parallel } = input;
    const settings = resolveStragglerStudySettings(options);
    const { environment, algorithms, disciplines, slowdowns, share, partitions, rateLimit, seeds } = settings;
    const trials = planStragglerTrials(settings);
    let findings: NeighbourFindings = { skipped: 'The trials come first.' };
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeStragglerStudy(settings),
      fields: { environment, algorithms, disciplines, slowdowns, share, partitions, rateLimit, seeds },
      trials,
      parallel,
      async measure(folder, signal) {
        findings = await findNeighbour(settings, folder, signal);
        return { neighbour: findings };
      },
      summarise: (results) => summariseStragglers(stragglerContenders(settings), results),
      describe: (rows) => [
        ...(rows.length === 0 ? [] : [{ words: `${environment}: ${describeStragglers(settings, rows)}`, table: stragglerTable(rows) }]),
        { words: describeNeighbour(findings), ...('skipped' in findings ? {} : { table: neighbourTable(findings) }) },
      ],
      async report(folder, results) {
        const pictures = await drawStragglers(settings, results);
        const picture = await drawNeighbour(findings);
        folder.write('speeds', pictures.speeds);
        folder.write('curves', pictures.curves);
        folder.write('returns', pictures.returns);
        folder.write('staleness', pictures.staleness);
        if (!('skipped' in findings)) folder.write('neighbourPicture', picture);
        folder.write('report', stragglerPage(settings, stragglerWords(NAME, settings, { planned: trials.length, ended: results.length, parallel }), trials, results, pictures, { findings, picture }));
      },
    }, input);
  },
};

/** Measured once: what the folder has is not measured again. */
async function findNeighbour(settings: StragglerStudySettings, folder: StudyFolder, signal: AbortSignal): Promise<NeighbourFindings> {
  const known = folder.read('neighbour');
  if (isOutcome(known)) return known;
  if (settings.neighbour.run === 'on' && !signal.aborted) process.stderr.write('measuring beside a busy process\n');
  const findings = await measureNeighbour(settings, signal);
  if (!('skipped' in findings)) folder.write('neighbour', findings);
  return findings;
}
