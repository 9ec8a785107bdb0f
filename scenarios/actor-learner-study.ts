import { ACTOR_LEARNER_METHODS, resolveActorLearnerSettings, TRAINABLE } from '../src/entries/internals.js';
import { makeEnvironment } from '../src/index.js';
import {
  curveOf, defineStudy, distinct, ENVIRONMENT, estimate, evaluateEvery, FINAL_EPISODES, ifAny, integer, listed, listOf, median, namesOf, NOTHING, number, option, orNull, OVER_SEEDS, plural, pointAt, reachOf, SAME_HIDDEN, score,
  SEED_COLUMNS, SEEDS, STEPS, TASK_SCORES, vary, whole, withInterval, type Arm, type TrialResult,
} from '../src/entries/study.js';
import { curveInTime } from './stragglers.js';

const group = 'Study';

type MethodName = (typeof ACTOR_LEARNER_METHODS)[number];

/** The world of virtual time: one unit is the median time that an actor takes for a gradient; messages take none, as in shared memory. */
const WORLD = { compute: 'lognormal(1, 0.3)', act: 0.2, step: 0.05, learningMessageDelay: 0 } as const;

/** Speed-ups of the paper on Atari, time to a reference score on 1, 2, 4, 8 and 16 threads. Mnih et al. 2016, Table 2: from memory, not checked. */
const PAPER: Readonly<Partial<Record<MethodName, Readonly<Record<number, number>>>>> = {
  'async-q': { 1: 1, 2: 3, 4: 6.3, 8: 13.3, 16: 24.1 },
  'async-sarsa': { 1: 1, 2: 2.8, 4: 5.9, 8: 13.1, 16: 22.1 },
  'async-nstep-q': { 1: 1, 2: 2.7, 4: 5.9, 8: 10.7, 16: 17.2 },
  a3c: { 1: 1, 2: 2.1, 4: 3.7, 8: 6.9, 16: 12.5 },
};

/** What is varied: the number of actors within a family, or the gradients that each gradient waits for. */
interface ActorArm extends Arm {
  readonly method: MethodName;
  readonly family: 'asynchronous' | 'own moments' | 'synchronous' | 'local credit' | 'stale';
  readonly actors: number;
  readonly delay: number;
}

const counts = (example: string, least: number) => distinct(listOf(integer({ min: least, max: 4096 }), `a list of numbers, for example ${example}`, { least: 1 }));

/** Level whose first evaluation ends the time of a speed-up. */
const reference = (environment: string, level: number | null) => level ?? TASK_SCORES[environment]?.threshold ?? null;

const updatesOf = ({ updatesPerSecond, seconds }: TrialResult) => Math.round(updatesPerSecond * seconds);

/** Updates until the first evaluation at or above a level, of each trial that has one. */
function updatesTo(level: number, results: readonly TrialResult[]): number[] {
  return results.flatMap((result) => {
    const point = result.curve.find(({ meanReturn }) => meanReturn >= level);
    return point === undefined || result.steps === 0 ? [] : [(updatesOf(result) * point.step) / result.steps];
  });
}

const TASK = vary(ENVIRONMENT, { default: 'CartPole-v1' });

/** The methods that learn a task's actions. */
function learnersOf(environment: string): readonly MethodName[] {
  const { actionSpace: { kind } } = makeEnvironment(environment);
  return ACTOR_LEARNER_METHODS.filter((method) => kind === 'discrete' || TRAINABLE.find(({ name }) => name === method)?.actions !== 'discrete');
}

/** What more actors buy, and what asynchrony and staleness cost. */
export const actorLearnerStudy = defineStudy({
  name: 'actor-learners',
  summary: 'return of actor-learners by steps, updates and virtual time: number of actors, asynchrony, moments, credit, staleness',
  title: 'Actor-learners',
  question: 'How much sooner does a reference score come with more actors? What do asynchrony, moments of actors\' own, local credit and stale gradients cost?',
  options: [
    TASK,
    option('algorithms', namesOf(ACTOR_LEARNER_METHODS), {
      default: (at) => learnersOf(at(TASK)).filter((name) => name === 'a3c' || name === 'async-nstep-q'), narrow: (at) => namesOf(learnersOf(at(TASK))), flag: '--algorithms', help: `comma-separated methods: ${ACTOR_LEARNER_METHODS.join(', ')}`, group: 'Run', everyday: true }),
    option('actors', counts('[1, 2, 4]', 1), { default: [1, 2, 4, 8, 16], flag: '--actors', help: 'numbers of actors, comma-separated; speed-ups are over the first', group, everyday: true }),
    option('gradientDelays', counts('[0, 16]', 0), { default: [0, 1, 4, 16, 64], flag: '--gradient-delays', unit: 'gradients', help: 'gradients that each gradient waits for, comma-separated', group, everyday: true }),
    option('staleActors', integer({ min: 1, max: 4096 }), { default: 8, flag: '--stale-actors', help: 'actors of the runs with delayed gradients', group }),
    option('localCredit', namesOf(['broadcast', 'feedback', 'layer-heads', 'layer-broadcast', 'skip-sum', 'kolen-pollack', 'none']), { default: ['broadcast'], flag: '--local-credits', help: 'credits beside backprop, comma-separated', group }),
    option('reference', orNull(number()), { default: null, flag: '--reference', argument: 'return', shown: 'the threshold of the task', help: 'return that a run is timed to', group }),
    SEEDS,
    vary(STEPS, { default: 100_000 }),
    SAME_HIDDEN,
    evaluateEvery(40, 'a fortieth of the steps'),
    FINAL_EPISODES,
  ],
  describe: ({ environment, algorithms, actors, seeds }) => `${algorithms.join(', ')} with ${actors.join(', ')} actors on ${environment}, ${plural(seeds, 'seed')} each`,
  arms: ({ environment, algorithms, actors, gradientDelays, staleActors, localCredit }) => algorithms.flatMap((method) => {
    const { learning: { rate } } = resolveActorLearnerSettings({ algorithm: method, environment, schedule: 'hogwild' });
    const arm = (family: ActorArm['family'], count: number, label: string, options: object, delay = 0): ActorArm => ({
      label: `${method}, ${label}`, algorithm: method, method, family, actors: count, delay, options: { schedule: 'hogwild', time: 'virtual', virtual: WORLD, actors: count, ...options },
    });
    return [
      ...actors.map((count) => arm('asynchronous', count, plural(count, 'actor'), {})),
      ...actors.filter((count) => count > 1).flatMap((count) => [
        arm('own moments', count, `${count} actors, own moments`, { learning: { moments: 'own' } }),
        arm('synchronous', count, `${count} actors, synchronous`, { schedule: 'synchronous', learning: { rate: rate * count } }),
      ]),
      ...localCredit.flatMap((credit) => actors.map((count) => arm('local credit', count, `${plural(count, 'actor')}, ${credit}`, { credit }))),
      ...gradientDelays.map((delay) => arm('stale', staleActors, `gradients ${delay} late`, { learning: { gradientDelay: delay } }, delay)),
    ];
  }),
  row({ settings: { environment, actors, reference: given }, arm, results, finished, others, estimate: estimateOf }) {
    const level = reference(environment, given);
    const none = { reached: 0, steps: null, time: null };
    const reach = level === null ? none : reachOf(level, results);
    const first = level === null ? none : reachOf(level, others(({ method, family, actors: count, options }) => method === arm.method && count === actors[0] && options?.credit === arm.options?.credit && (family === arm.family || family === 'asynchronous')));
    return {
      /** Trials that reach the reference score; medians of their environment steps, updates and virtual time until then. */
      reached: reach.reached, stepsToReference: reach.steps, timeToReference: reach.time,
      updatesToReference: level === null ? null : ifAny(updatesTo(level, finished), median),
      /** Virtual time of the first number of actors over the own, both to the reference score. */
      speedUp: reach.time === null || first.time === null || reach.time === 0 ? null : first.time / reach.time,
      updates: estimateOf(updatesOf),
    };
  },
  tables: ({ settings: { environment, steps, reference: given }, rows }) => [
    {
      title: environment,
      note: `${whole(steps)} environment steps of all actors together; reference score ${score(reference(environment, given))}; random policy ${score(rows.find(({ randomReturn }) => randomReturn !== null)?.randomReturn)}.`,
      names: [['', ({ label }) => label]],
      numbers: [
        ...SEED_COLUMNS,
        ['return at the end', ({ returns }) => withInterval(returns)], ['updates', ({ updates }) => whole(updates?.mean)], ['reached', ({ reached, seeds }) => `${reached} of ${seeds}`],
        ['env steps', ({ stepsToReference }) => whole(stepsToReference)], ['updates', ({ updatesToReference }) => whole(updatesToReference)], ['virtual time', ({ timeToReference }) => whole(timeToReference)],
        ['speed-up', ({ speedUp }) => speedUp?.toFixed(1) ?? NOTHING],
      ],
    },
    {
      title: 'Speed-up to the reference score, beside the paper\'s', note: 'The paper\'s are on Atari, from memory (Mnih et al. 2016, Table 2) and not checked.', rows: rows.filter(({ family }) => family === 'asynchronous'),
      names: [['method', ({ method }) => method]],
      numbers: [['actors', ({ actors }) => String(actors)], ['speed-up', ({ speedUp }) => speedUp?.toFixed(1) ?? NOTHING], ['the paper\'s', ({ method, actors }) => PAPER[method]?.[actors]?.toFixed(1) ?? NOTHING]],
    },
  ],
  figures: ({ settings: { environment } }) => {
    const name = ({ actors, family, delay, label }: Pick<ActorArm, 'actors' | 'family' | 'delay' | 'label'>) => (family === 'stale' ? `${delay} late` : family === 'local credit' ? label.split(', ').slice(1).join(', ') : plural(actors, 'actor'));
    const panel = ({ method, family }: Pick<ActorArm, 'method' | 'family'>) => `${method}, ${family}`;
    return [
      {
        file: 'speed-ups', title: `Speed-up to the reference score: ${environment}`, subtitle: 'virtual time of the first number of actors over the own; medians over seeds', x: 'actors', y: 'speed-up',
        lines: (row) => (row.family === 'stale' || row.speedUp === null ? [] : [{ panel: row.method, name: row.family, points: pointAt(row.actors, estimate([row.speedUp])) }]),
      },
      { file: 'learning-curves', title: `Returns against environment steps: ${environment}`, subtitle: OVER_SEEDS, x: 'environment steps of all actors', y: 'mean return', lines: (row, results) => [{ panel: panel(row), name: name(row), points: curveOf(results) }] },
      { file: 'time', title: `Returns against virtual time: ${environment}`, subtitle: `${OVER_SEEDS}; up to when the first of the seeds is done`, x: 'virtual time, in gradients of one actor', y: 'mean return', lines: (row, results) => [{ panel: panel(row), name: name(row), points: curveInTime(results) }] },
      {
        file: 'staleness', title: 'Return by staleness', subtitle: `after the same number of environment steps; ${OVER_SEEDS}`, x: 'gradients that each gradient waits for', y: 'mean return',
        lines: (row) => (row.family === 'stale' ? [{ name: row.method, points: pointAt(row.delay, row.returns) }] : []),
      },
    ];
  },
  findings: ({ settings: { algorithms, environment, reference: given }, rows }) => algorithms.flatMap((method) => {
    const own = rows.filter((row) => row.method === method && row.seeds > 0);
    const speeds = own.filter(({ family, speedUp }) => family === 'asynchronous' && speedUp !== null);
    const varied = own.filter(({ family }) => family !== 'stale');
    const most = Math.max(...varied.map(({ actors }) => actors));
    const ends = varied.filter(({ actors }) => actors === most).map(({ label, returns }) => `${label.slice(method.length + 2)} ${withInterval(returns)}`);
    const stale = own.filter(({ family }) => family === 'stale').map(({ delay, returns }) => `${delay}: ${withInterval(returns)}`);
    return [
      ...(speeds.length === 0 ? [] : [`${method} comes to ${score(reference(environment, given))} this many times sooner: ${listed(speeds.map(({ actors, speedUp }) => `${speedUp?.toFixed(1) ?? NOTHING} with ${plural(actors, 'actor')}`))}.`]),
      ...(ends.length === 0 ? [] : [`Mean returns of ${method} at the end: ${listed(ends)}.`]),
      ...(stale.length === 0 ? [] : [`${method} with gradients that wait for so many others ends at ${listed(stale)}.`]),
    ];
  }),
  howToRead: [
    'Speed-up: the median virtual time of the trials that reach the reference score, with the first number of actors over the own; how many trials reach it is beside it. Environment steps and updates to the reference score are medians too.',
    'Asynchronous: each gradient is applied at once, with shared moments. Own moments: each actor has its own. Synchronous: one update of the summed gradients, at a rate times the number of actors. Stale: each gradient waits until so many others have come.',
  ],
  method: ({ steps, seeds, evaluation }) => [
    `Time is virtual: every actor has a core of its own, and a run repeats bit for bit. Durations: ${Object.entries(WORLD).map(([key, value]) => `${key} ${value}`).join(', ')}; one unit is the median time of a gradient.`,
    `Every trial learns for ${whole(steps)} environment steps of all actors together, from ${seeds === 1 ? 'seed 1' : `seeds 1 to ${seeds}`}, and is evaluated every ${whole(evaluation.every)} steps, while virtual time is stopped.`,
  ],
  shown: ({ rows }) => rows.filter(({ family, actors }) => family === 'asynchronous' && actors === Math.max(...rows.map((row) => row.actors))).map(({ label }) => label),
});
