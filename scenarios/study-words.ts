import type { StudySettings, StudyWords } from '../src/entries/study.js';

/** How far a study got, and how. */
export interface StudyCourse {
  readonly planned: number;
  readonly ended: number;
  readonly parallel: number;
}

/** `broadcast, ddpg on Pendulum-v1, 5 seeds each` */
export function describeStudy({ environments, algorithms, seeds }: StudySettings): string {
  return `${algorithms.map(({ label }) => label).join(', ')} on ${environments.join(', ')}, ${seeds} seed${seeds === 1 ? '' : 's'} each`;
}

/** What the page of a comparison says besides tables and pictures. */
export function studyWords(scenario: string, settings: StudySettings, { planned, ended, parallel }: StudyCourse): StudyWords {
  const interrupted = ended < planned ? ` Interrupted: ${ended} of ${planned} trials have ended.` : '';
  return {
    title: 'Neurons that learn for themselves, and DDPG',
    lead: `Under a rule every neuron of the policy learns its own weights from what it sees and hears (how local each rule is, stands below); DDPG trains a network by backpropagation. Here: ${describeStudy(settings)}.${interrupted}`,
    method: describeMethod(settings, parallel),
    commands: [repeatCommand(scenario, settings), 'With --out and the folder of this study it goes on where it was stopped, and repeats nothing.'],
  };
}

function describeMethod({ algorithms, steps, network, seeds, evaluation }: StudySettings, parallel: number): string[] {
  const every = evaluation.every === null ? 'every twentieth of a trial' : `every ${evaluation.every.toLocaleString('en')} environment steps`;
  const length = steps === null ? 'the number of environment steps that the task ships with' : `${steps.toLocaleString('en')} environment steps`;
  const hidden = network.hidden === null ? 'its network too' : `but for the hidden layers, which are ${network.hidden.join('-') || 'left out'} for all`;
  const own = algorithms.some(({ options }) => Object.keys(options).length > 0) ? ', and but for what the study sets for single algorithms' : '';
  return [
    `On each task every algorithm learns from ${seeds === 1 ? 'seed 1' : `the same seeds, 1 to ${seeds},`} for ${length}. It is evaluated without exploration on the same episodes, which depend on nothing but the seed: on ${episodes(evaluation.episodes)} ${every}, and on ${episodes(evaluation.final)} at the end.`,
    `Each algorithm has the settings it ships with for the task, ${hidden}${own}; all are listed below. All share the environments, the replay, the random streams and the arithmetic.`,
    'Where the settings do not say otherwise, rules run on one partition under the synchronous schedule, and DDPG on one thread: such a trial can be repeated bit for bit, whatever runs beside it.',
    `Trials ran ${parallel} at a time on Node ${process.versions.node}; speeds were measured so.`,
  ];
}

export function episodes(count: number): string {
  return `${count} episode${count === 1 ? '' : 's'}`;
}

/** The command line that runs the same study. */
function repeatCommand(scenario: string, { environments, algorithms, seeds, steps, network, evaluation }: StudySettings): string {
  if (algorithms.some(({ label, algorithm, options }) => label !== algorithm || Object.keys(options).length > 0)) {
    return `node scenarios/run ${scenario} --config config.json, with the config.json that lies beside this page`;
  }
  const flags = [
    `--environments ${environments.join(',')}`,
    `--algorithms ${algorithms.map(({ label }) => label).join(',')}`,
    `--seeds ${seeds}`,
    ...(steps === null ? [] : [`--steps ${steps}`]),
    ...(network.hidden === null ? [] : [`--hidden ${network.hidden.join(',') || 'none'}`]),
    ...(evaluation.every === null ? [] : [`--evaluate-every ${evaluation.every}`]),
    `--evaluation-episodes ${evaluation.episodes}`,
    `--episodes ${evaluation.final}`,
  ];
  return `node scenarios/run ${scenario} ${flags.join(' ')}`;
}
