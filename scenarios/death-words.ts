import { describeShare, FROZEN, type DeathStudySettings, type StudyWords } from '../src/entries/study.js';
import { episodes, type StudyCourse } from './study-words.js';

/** `10 %, 50 % of the hidden neurons die: broadcast, frozen on Pendulum-v1, 5 seeds each` */
export function describeDeathStudy({ environment, algorithms, shares, seeds }: DeathStudySettings): string {
  return `${shares.map(describeShare).join(', ')} of the hidden neurons die: ${algorithms.join(', ')} on ${environment}, ${seeds} seed${seeds === 1 ? '' : 's'} each`;
}

/** What the page of a study of death says besides table and pictures. */
export function deathWords(scenario: string, settings: DeathStudySettings, { planned, ended, parallel }: StudyCourse): StudyWords {
  const interrupted = ended < planned ? ` Interrupted: ${ended} of ${planned} trials have ended.` : '';
  return {
    title: 'Death of neurons, and recovery',
    lead: `Hidden neurons fall silent in the middle of a run; the others go on learning. What is lost at once, and how long until the network is back? Here: ${describeDeathStudy(settings)}.${interrupted}`,
    method: describeMethod(settings, parallel),
    commands: [repeatCommand(scenario, settings), 'With --out and the folder of this study it goes on where it was stopped, and repeats nothing.'],
  };
}

function describeMethod({ steps, seeds, death, evaluation, algorithms }: DeathStudySettings, parallel: number): string[] {
  const count = (number: number) => number.toLocaleString('en');
  return [
    `Every trial learns for ${count(steps)} environment steps, from ${seeds === 1 ? 'seed 1' : `seeds 1 to ${seeds}`}. At step ${count(death.at)} a random share of the hidden neurons, drawn by the seed, falls silent: a silent neuron's voltage is 0 for everybody, it does not explore, and it learns nothing. The neurons of a smaller share are among those of a larger, and until then the trials of one seed and algorithm are the same. Learning rates fall over the whole trial, whatever happens in it.`,
    `“Stay dead” says all. “Born again”: ${count(death.rebirthAfter)} steps later the dead get fresh random weights, critics as at the start, and nothing remembered. Those who read them still read them with the weights they had.`,
    ...(algorithms.includes(FROZEN) ? [`“${FROZEN}” is broadcast with hidden rows that stay as they were drawn: its hidden neurons cannot make up for the dead, only the outputs can.`] : []),
    `Evaluations are on ${episodes(evaluation.final)} that depend on nothing but the seed, without exploration: immediately before the death, immediately after, and every ${count(evaluation.every)} steps from then on; before the death every ${count(evaluation.every)} steps of the trial. They change nothing in the training.`,
    `Trials ran ${parallel} at a time on Node ${process.versions.node}, each on one partition under the synchronous schedule: it can be repeated bit for bit. Settings are listed for the first share; the others differ in nothing but “death”.`,
  ];
}

/** The command line that runs the same study. */
function repeatCommand(scenario: string, { environment, algorithms, shares, seeds, steps, network, death, evaluation }: DeathStudySettings): string {
  const flags = [
    `--environment ${environment}`,
    `--algorithms ${algorithms.join(',')}`,
    `--shares ${shares.join(',')}`,
    `--seeds ${seeds}`,
    `--steps ${steps}`,
    ...(network.hidden === null ? [] : [`--hidden ${network.hidden.join(',')}`]),
    `--death-step ${death.at}`,
    `--rebirth-after ${death.rebirthAfter}`,
    `--evaluate-every ${evaluation.every}`,
    `--episodes ${evaluation.final}`,
  ];
  return `node scenarios/run ${scenario} ${flags.join(' ')}`;
}
