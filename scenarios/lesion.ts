import { RULE_NAMES } from '../src/entries/internals.js';
import {
  algorithmsOption, curveOf, defineStudy, distinct, ENVIRONMENT, estimate, evaluateEvery, FINAL_EPISODES, ifAny, integer, interval, isGain, listOf, lowestReturn, mean, median, NOTHING, number,
  option, OVER_SEEDS, percent, plural, sameHidden, score, SEED_COLUMNS, seedRange, SEEDS, shippedSteps, shortName, STEPS, vary, whole, withInterval, type Arm, type TrialResult,
} from '../src/entries/study.js';

/** The control without hidden learning: `broadcast`, of which only the outputs learn. */
const FROZEN = 'frozen';

export const LESION_ALGORITHMS: readonly string[] = [...RULE_NAMES, FROZEN];

/** Enough to learn Pendulum before the lesion, and to show recovery after it. */
const PENDULUM = { environment: 'Pendulum-v1', steps: 20_000 } as const;

const group = 'Study';

/** One step before the lesion, and one after it for the reinitialisation. */
const LESION_STEPS = vary(STEPS, { default: (at) => shippedSteps(at(ENVIRONMENT), PENDULUM), narrow: () => integer({ min: 3, max: 100_000_000 }) });
const EVERY = evaluateEvery(20, 'a twentieth of the steps');
const LESION_STEP = option('lesion.step', integer({ min: 1 }), {
  default: (at) => Math.floor(at(LESION_STEPS) / 2), narrow: (at) => integer({ min: 1, max: at(LESION_STEPS) - 1 }), flag: '--lesion-step', formerly: ['--death-step', 'death.at'], argument: 'step',
  shown: 'half of the steps', help: 'environment step of the lesion', group,
});

/** An algorithm, the fraction of its hidden neurons that is lesioned, and whether they are reinitialised. */
interface LesionArm extends Arm {
  readonly fraction: number;
  readonly reinitialised: boolean;
  /** `broadcast`, or `frozen`, which is not in the registry. */
  readonly learner: string;
}

const describeFate = (reinitialised: boolean) => (reinitialised ? 'reinitialised' : 'silent');

/** Steps to recovery, per seed. A trial that does not recover counts with all the steps it has left, so that the mean is a lower bound. Empty if nothing was learned. */
const leastRecoveries = ({ recoveries, learned }: { recoveries: readonly (number | null)[]; learned: boolean }, left: number) => (learned ? recoveries.map((steps) => steps ?? left) : []);

/** Evaluations of a trial by environment steps since the lesion: the return before it at 0, the return after it at 1. */
export function curveAroundLesion({ curve, lesion: report }: Pick<TrialResult, 'curve' | 'lesion'>, at: number) {
  const around = report === undefined ? [] : [{ step: at, meanReturn: report.before }, { step: at + 1, meanReturn: report.after }, ...report.points];
  return [...curve.filter(({ step }) => step < at), ...around].map(({ step, meanReturn }) => ({ step: step - at, meanReturn }));
}

/** The cost of lesions of hidden neurons, and recovery by further learning. */
export const lesion = defineStudy({
  name: 'lesion',
  formerly: ['neuron-death'],
  summary: 'disable hidden neurons in the middle of a run: how far does the return drop, and how long does recovery take?',
  title: 'Lesions of hidden neurons, and recovery',
  question: 'Some hidden neurons fall silent in the middle of a run while the others go on learning. How far does the return drop at once, and how long does recovery take?',
  options: [
    ENVIRONMENT,
    algorithmsOption({ known: LESION_ALGORITHMS }, ['broadcast', 'three-factor', FROZEN], `comma-separated algorithms: ${LESION_ALGORITHMS.join(', ')} (broadcast without learning in hidden layers), or paths of your own rules or credits`),
    option('fractions', distinct(listOf(number({ min: 0, max: 1, above: true }), 'a list of fractions, for example [0.1, 0.5]', { least: 1 }), percent), {
      default: [0.1, 0.25, 0.5], flag: '--fractions', argument: 'fractions', formerly: ['--shares', 'shares'], help: 'fractions of the hidden neurons to disable, comma-separated', group, everyday: true,
    }),
    vary(SEEDS, { help: 'trials of each algorithm and fraction, with and without re-initialisation, from seeds 1, 2, …' }),
    LESION_STEPS,
    sameHidden('its neurons are lesioned'),
    LESION_STEP,
    option('lesion.reinitialiseAfter', integer({ min: 0 }), {
      default: (at) => Math.min(at(EVERY), at(LESION_STEPS) - 1 - at(LESION_STEP)), narrow: (at) => integer({ min: 0, max: at(LESION_STEPS) - 1 - at(LESION_STEP) }),
      flag: '--reinitialise-after', formerly: ['--rebirth-after', 'death.rebirthAfter'], unit: 'environment steps', argument: 'steps', shown: 'a twentieth of the steps', help: 'environment steps from the lesion to the re-initialisation', group,
    }),
    EVERY,
    FINAL_EPISODES,
  ],
  describe: ({ environment, algorithms: learners, fractions, seeds }) => `lesions of ${fractions.map(percent).join(', ')} of the hidden neurons: ${learners.join(', ')} on ${environment}, ${plural(seeds, 'seed')} each`,
  arms: ({ algorithms: learners, fractions, lesion: { step, reinitialiseAfter }, evaluation: { every } }) => fractions.flatMap((fraction) => [false, true].flatMap((reinitialised) => learners.map((learner): LesionArm => ({
    label: `${shortName(learner)}, ${percent(fraction)} ${describeFate(reinitialised)}`,
    algorithm: learner === FROZEN ? 'broadcast' : learner,
    learner: shortName(learner),
    fraction,
    reinitialised,
    options: { ...(learner === FROZEN && { rule: { hiddenRate: 0 } }), lesion: { fraction, step, reinitialiseAt: reinitialised ? step + reinitialiseAfter : null, evaluateEvery: every } },
  })))),
  row({ finished }) {
    const lesions = finished.flatMap(({ lesion: report }) => report ?? []);
    const meanOf = (value: (found: (typeof lesions)[number]) => number) => ifAny(lesions.map(value), mean);
    const gains = lesions.map(({ before, randomReturn }) => before - randomReturn);
    const learned = isGain(gains);
    const recoveries = lesions.map(({ recoverySteps }) => recoverySteps);
    const known = recoveries.filter((steps) => steps !== null);
    return {
      /** Mean returns immediately before the lesion, immediately after, the lowest from then on, and at the end. */
      before: meanOf(({ before }) => before),
      after: meanOf(({ after }) => after),
      lowest: meanOf(lowestReturn),
      final: meanOf(({ points, after }) => points.at(-1)?.meanReturn ?? after),
      /** before − after, and before − random. */
      returnDrop: estimate(lesions.map(({ returnDrop }) => returnDrop)),
      gain: estimate(gains),
      /** True if the interval of the gain lies above 0: something could be lost and recovered. */
      learned,
      /** Environment steps from the lesion to recovery, per seed; null without recovery. */
      recoveries,
      recovered: learned ? known.length : null,
      recoverySteps: learned ? ifAny(known, median) : null,
    };
  },
  tables: ({ settings: { environment, steps, lesion }, rows }) => [{
    title: environment,
    note: `${whole(steps)} environment steps, lesion at step ${whole(lesion.step)}; random policy ${score(rows[0].randomReturn)}.`,
    names: [['algorithm', ({ learner }) => learner], ['lesioned', ({ fraction }) => percent(fraction)], ['then', ({ reinitialised }) => describeFate(reinitialised)]],
    numbers: [
      ...SEED_COLUMNS,
      ['before', ({ before }) => score(before)], ['after', ({ after }) => score(after)],
      ['lost', ({ returnDrop }) => score(returnDrop?.mean)], ['95 % interval', ({ returnDrop }) => interval(returnDrop)],
      ['lowest', ({ lowest }) => score(lowest)],
      ['recovered', ({ seeds, recovered }) => (seeds === 0 ? NOTHING : recovered === null ? 'nothing learned' : `${recovered} of ${seeds}`)],
      ['steps to recovery', ({ recoverySteps }) => whole(recoverySteps)],
      ['at the end', ({ final }) => score(final)],
    ],
  }],
  figures: ({ settings: { environment, steps, lesion } }) => [
    {
      file: 'learning-curves', heading: 'Returns around the lesion', title: `Returns around the lesion of hidden neurons: ${environment}`, subtitle: OVER_SEEDS, x: 'environment steps after the lesion', y: 'mean return',
      lines: ({ learner, fraction, reinitialised }, results) => [{
        panel: `${percent(fraction)} lesioned, ${reinitialised ? `reinitialised ${whole(lesion.reinitialiseAfter)} steps later` : 'silent to the end'}`, name: learner,
        points: curveOf(results.map((result) => ({ curve: curveAroundLesion(result, lesion.step) }))),
      }],
    },
    {
      file: 'losses', heading: 'What was lost', title: 'Return lost at once', subtitle: `immediately before the lesion less immediately after; ${OVER_SEEDS}; faint: single seeds`, value: 'mean return lost',
      bars: ({ learner, fraction, reinitialised, returnDrop }) => (reinitialised ? [] : [{ panel: `${percent(fraction)} lesioned`, name: learner, estimate: returnDrop }]),
    },
    {
      file: 'recoveries', heading: 'How long recovery took', title: 'Environment steps to recovery', value: 'environment steps',
      subtitle: 'a trial that does not recover counts with all the steps it has left: the mean is then at least this; 95 % bootstrap interval over seeds; faint: single seeds',
      bars: (row) => [{
        panel: `${percent(row.fraction)} lesioned`, name: `${row.learner}, ${describeFate(row.reinitialised)}${row.seeds === 0 || row.learned ? '' : ' (nothing learned)'}`,
        estimate: estimate(leastRecoveries(row, steps - lesion.step)),
      }],
    },
  ],
  findings: ({ settings: { algorithms: learners }, rows }) => learners.map(shortName).flatMap((learner) => {
    const own = rows.filter((row) => row.learner === learner && row.seeds > 0);
    if (own.length === 0) return [];
    if (!own.some(({ learned }) => learned)) return [`${learner} had learned nothing before the lesion that it could lose: its gain over the random policy was ${withInterval(own[0].gain)}.`];
    return own.filter(({ reinitialised, learned }) => !reinitialised && learned).map(({ fraction, returnDrop, recovered, seeds, recoverySteps }) => {
      if (returnDrop === null || returnDrop.interval[0] <= 0) return `A lesion of ${percent(fraction)} takes no clear return from ${learner} at once: ${withInterval(returnDrop)}.`;
      const again = own.find((row) => row.fraction === fraction && row.reinitialised);
      const after = (steps: number | null) => (steps === null ? '' : `, in ${whole(steps)} steps at the median`);
      return `A lesion of ${percent(fraction)} takes ${withInterval(returnDrop)} from ${learner} at once; ${recovered} of ${seeds} trials recover${after(recoverySteps)}${again === undefined || again.recovered === null ? '' : `, and ${again.recovered} of ${again.seeds} with reinitialisation${after(again.recoverySteps)}`}.`;
    });
  }),
  howToRead: [
    'A higher return is better. Before and after: the mean return immediately before and after the lesion, over seeds. Lost: their difference, with its 95 % percentile bootstrap interval. Lowest: the lowest return of a trial from then on, over seeds; learning with the remaining neurons may lose more than the lesion itself, and a trial may recover, fall, and recover again. At the end: the mean return after the last step.',
    'Recovered: trials with an evaluation after the lesion that is back to within 5 % of |before − random| of the return before it. Steps to recovery: environment steps from the lesion to the first such evaluation, as the median of the trials that have one; 0 if almost nothing was lost. “Nothing learned”: the 95 % interval of before − random reaches down to 0, so that nothing could be recovered. The resolution is that of the evaluations.',
  ],
  method: ({ steps, seeds, lesion, evaluation, algorithms: learners }) => [
    `Every trial learns for ${whole(steps)} environment steps, from ${seedRange(seeds)}. At step ${whole(lesion.step)} a random fraction of the hidden neurons, drawn by the seed, falls silent: the voltage of a silent neuron is 0 for all readers, it does not explore, and it does not learn. The neurons of a smaller fraction are among those of a larger one. Until the lesion the trials of one seed and algorithm are the same. Learning rates fall over the whole trial, whatever happens in it.`,
    `“Silent”: to the end of the trial. “Reinitialised”: ${whole(lesion.reinitialiseAfter)} steps later the silent neurons get new random weights, initial critics and empty traces. Neurons that read them keep their weights.`,
    ...(learners.includes(FROZEN) ? [`“${FROZEN}” is broadcast with hidden rows that stay as drawn: only the outputs can compensate for the lesion.`] : []),
    `Evaluations are on ${plural(evaluation.final, 'episode')} that depend on the seed alone, without exploration: immediately before the lesion, immediately after, and every ${whole(evaluation.every)} steps from then on; before the lesion every ${whole(evaluation.every)} steps of the trial. They change nothing in the training.`,
    'Each trial runs on one partition under the synchronous schedule and repeats bit for bit. Settings are listed for the first fraction; the others differ in the lesion alone.',
  ],
  shown: ({ settings: { algorithms: learners, fractions } }) => learners.map((learner) => `${shortName(learner)}, ${percent(fractions[0])} ${describeFate(false)}`),
});
