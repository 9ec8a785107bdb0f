import { bestNetwork, bestTrial, countLeakyTrials, drawEpisodes, drawLeaky, isEpisodeOf, LEAKY_STUDY, leakyFindings, leakyPage, planLeakyTrials, planScheduleTrials, resolveLeakyStudySettings, summariseLeaky, watchTrial, type LeakyEpisodes, type LeakyStudySettings, type StudyFolder, type TrialResult } from '../src/entries/study.js';
import { describeLeakyStudy, leakyWords } from './leaky-words.js';
import { CONFIG, PARALLEL } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { runStudyScenario } from './study.js';

const NAME = 'leaky-integrator';

/** What leaky recurrence remembers: by time constant, density and schedule, beside a network without memory. */
export const leakyIntegrator: Scenario = {
  name: NAME,
  summary: 'sweep the time constant and the density of a leaky recurrent network, and the schedule: what does it remember that a memoryless one cannot?',
  table: LEAKY_STUDY,
  commands: [CONFIG, PARALLEL],
  run(input) {
    const { options, parallel } = input;
    const settings = resolveLeakyStudySettings(options);
    const { environment, rule, timeConstants, densities, schedules, seeds } = settings;
    const trials = planLeakyTrials(settings);
    const planned = countLeakyTrials(settings);
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeLeakyStudy(settings),
      fields: { environment, rule: rule.name, timeConstants, densities, schedules, seeds },
      trials,
      planned,
      following: (results) => followingTrials(settings, results),
      parallel,
      summarise: (results) => summariseLeaky(settings, results),
      describe: (rows) => leakyFindings(settings, rows).map(({ title, paragraphs, table }) => ({ words: `${environment}: ${title}\n${paragraphs.join('\n')}`, table })),
      async report(folder, results) {
        const pictures = await drawLeaky(settings, results);
        folder.write('returns', pictures.returns);
        folder.write('schedules', pictures.schedules);
        folder.write('curves', pictures.curves);
        const episode = await findEpisode(settings, results, folder, input.interrupt);
        const drawn = episode && (await drawEpisodes(episode, `${episode.label}, seed ${episode.seed}, after learning`));
        if (drawn !== undefined) folder.write('voltages', drawn.voltages);
        if (drawn !== undefined) folder.write('activity', drawn.activity);
        if (drawn !== undefined) folder.write('connections', drawn.connections);
        const all = [...trials, ...followingTrials(settings, results)];
        folder.write('report', leakyPage(settings, leakyWords(NAME, settings, { planned, ended: results.length, parallel }), all, results, pictures, drawn));
      },
    }, input);
  },
};

/** The best network under the schedules; none where no network has a return. */
function followingTrials(settings: LeakyStudySettings, results: readonly TrialResult[]) {
  const best = bestNetwork(summariseLeaky(settings, results));
  return best === undefined ? [] : planScheduleTrials(settings, best.network);
}

/** Watched once: what the folder has is not learned again. */
async function findEpisode(settings: LeakyStudySettings, results: readonly TrialResult[], folder: StudyFolder, signal: AbortSignal): Promise<LeakyEpisodes | undefined> {
  const best = bestNetwork(summariseLeaky(settings, results));
  const found = best && bestTrial(best.network, results);
  if (found === undefined) return undefined;
  const known = folder.read('episode');
  if (isEpisodeOf(found.trial, known)) return known;
  if (signal.aborted) return undefined;
  process.stderr.write(`learning ${found.trial.label}, seed ${found.trial.seed}, once more, to look at it from inside\n`);
  const episode = await watchTrial(found.trial, signal);
  if (episode !== undefined) folder.write('episode', episode);
  return episode;
}
