import { describeDensity, type LeakyStudySettings, type StudyWords } from '../src/entries/study.js';
import { episodes, type StudyCourse } from './study-words.js';

/** `time constants 1, 16 and densities 25 %, 100 % of a leaky recurrent network: sarsa on TMaze-v0, 5 seeds each` */
export function describeLeakyStudy({ environment, rule, timeConstants, densities, seeds }: LeakyStudySettings): string {
  return `time constants ${timeConstants.join(', ')} and densities ${densities.map(describeDensity).join(', ')} of a leaky recurrent network: ${rule.name} on ${environment}, ${seeds} seed${seeds === 1 ? '' : 's'} each`;
}

/** What the page of a study of leaky integrators says besides tables and pictures. */
export function leakyWords(scenario: string, settings: LeakyStudySettings, { planned, ended, parallel }: StudyCourse): StudyWords {
  const interrupted = ended < planned ? ` Interrupted: ${ended} of ${planned} trials have ended.` : '';
  return {
    title: 'Leaky integrators: what a recurrent network remembers',
    lead: `Hidden neurons are read again in the next environment step, through leaky integrators. Which time constants and how many such neurons make up for what a task hides, and does it take everybody to keep step? Here: ${describeLeakyStudy(settings)}.${interrupted}`,
    method: describeMethod(settings, parallel),
    commands: [repeatCommand(scenario, settings), 'With --out and the folder of this study it goes on where it was stopped, and repeats nothing.'],
  };
}

function describeMethod({ steps, seeds, partitions, bound, evaluation, network }: LeakyStudySettings, parallel: number): string[] {
  const count = (number: number) => number.toLocaleString('en');
  return [
    `c ← c + (v − c) / τ from step to step, c = 0 at the start of an episode: v is the voltage of a hidden neuron as it was acted, exploration included, and c an input neuron that all of the first hidden layer read with weights of their own. These weights are drawn and learned like all others, from the stream or from a replay, with nothing unrolled: credit goes back by one step, and further by eligibility traces alone.`,
    `Every network has ${network.hidden.join('-')} hidden neurons and learns for ${count(steps)} environment steps from ${seeds === 1 ? 'seed 1' : `seeds 1 to ${seeds}`}, under the synchronous schedule. All have the settings that the rule ships with for the task, but for what they remember with: the memoryless network nothing, the leaky ones nothing but their integrators. The sensory memory, where the task ships with one, is another thing: integrators of the observations, each with a gain of its own, whose weights are fixed; it is shown for comparison.`,
    `The best leaky network and the memoryless one learn again under each schedule, from fresh seeds, ${seeds + 1} to ${2 * seeds}. Synchronous: a barrier at every gate, the same for any number of partitions. The others run in virtual time on ${partitions} partition${partitions === 1 ? '' : 's'}, so that they can be repeated bit for bit: an update takes lognormal(1, 0.3), acting and the environment 0.02, a message 0.1. Hogwild: nobody waits. Bounded: at most ${bound} updates ahead of the slowest. Poisson: updates begin at random times, one in the time of an update.`,
    `Evaluations are on ${episodes(evaluation.final)} at the end that depend on nothing but the seed, without exploration, and on fewer every ${count(evaluation.every)} steps; integrators start each of them at 0. They change nothing in the training.`,
    `Trials ran ${parallel} at a time on Node ${process.versions.node}. Settings are listed for the first networks and the last trial; the other leaky ones differ in nothing but “network.recurrent” and “network.timeConstant”.`,
  ];
}

/** The command line that runs the same study. */
function repeatCommand(scenario: string, { environment, rule, timeConstants, densities, schedules, partitions, bound, seeds, steps, network, evaluation }: LeakyStudySettings): string {
  const flags = [
    `--environment ${environment.includes('(') ? `"${environment}"` : environment}`,
    `--rule ${rule.name}`,
    `--time-constants ${timeConstants.join(',')}`,
    `--densities ${densities.join(',')}`,
    `--schedules ${schedules.join(',')}`,
    `--partitions ${partitions}`,
    `--bound ${bound}`,
    `--seeds ${seeds}`,
    `--steps ${steps}`,
    `--hidden ${network.hidden.join(',')}`,
    `--evaluate-every ${evaluation.every}`,
    `--episodes ${evaluation.final}`,
  ];
  return `node scenarios/run ${scenario} ${flags.join(' ')}`;
}
