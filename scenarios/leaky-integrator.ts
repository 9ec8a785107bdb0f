import { PARTITIONS, recurrentNeurons, RULE_NAMES, RULES, wrongValue, type ScheduleName } from '../src/entries/internals.js';
import {
  ascending, coarseCurves, countVerdicts, curveOf, defineStudy, distinct, DIVERGED_COLUMNS, episodeFigures, ENVIRONMENT, evaluateEvery, FINAL_EPISODES, ifAny, integer, interval, joinAges, LEARNING_CURVES, listed, listOf,
  ceilingReference, memorylessCeiling, NOTHING, number, option, OVER_SEEDS, ownHidden, percent, plural, pointAt, randomScore, recordingOf, refine, RETURN_COLUMNS, ruleOption, SCHEDULES_BOUND, schedulesOption, score, seedRange, SEEDS, shippedSteps, STEPS,
  STUDY_WORLD, vary, verdictOf, whole, withInterval, type AgeSummary, type Arm, type Estimate, type Row, type StudyColumn, type Verdict,
} from '../src/entries/study.js';
import { resolveSettings } from '../src/index.js';

/** Rules under which parameters of other partitions may be old: schedules other than the synchronous one run in virtual time. */
const LEAKY_RULES = RULE_NAMES.filter((name) => RULES[name].locality !== 'weights');

/** A short maze is learned in this many steps, and the connection matrix of so few neurons can be read. */
const MAZE = { environment: 'TMaze-v0(length=5)', steps: 20_000, hidden: [32] } as const;

const group = 'Study';
const TASK = vary(ENVIRONMENT, { default: MAZE.environment });
const HIDDEN = ownHidden(MAZE.hidden, 'its neurons are read again');
const densities = ascending(distinct(listOf(number({ min: 0, max: 1, above: true }), 'a list of fractions, for example [0.25, 1]', { least: 1 })));
const densitiesOf = (hidden: readonly number[]) => refine(densities, (path, fractions) => {
  const empty = fractions.find((recurrent) => recurrentNeurons(hidden, { recurrent }) === 0);
  if (empty !== undefined) throw wrongValue(path, `fractions of ${hidden.join('-')} hidden neurons that make one at least`, empty);
  return fractions;
});
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

/** The memory of a network: none, the observation traces that the task ships with, or leaky integrators of a fraction of its hidden neurons. */
type Memory = { readonly kind: 'memoryless' } | { readonly kind: 'observation traces'; readonly observationTraces: readonly number[] } | { readonly kind: 'leaky'; readonly density: number; readonly timeConstant: number };

/** Part of the sweep of networks, or of the repetition of the best under the schedules. */
interface LeakyArm extends Arm {
  readonly part: 'networks' | 'schedules';
  readonly network: Memory;
  readonly schedule: ScheduleName;
}

type LeakyRow = Row<LeakyArm, { readonly gain: Estimate | null; readonly verdict: Verdict | null; readonly staleness: AgeSummary | null }>;

const MEMORYLESS: Memory = { kind: 'memoryless' };
const describeNetwork = (network: Memory) => (network.kind === 'leaky' ? `density ${percent(network.density)}, time constant ${network.timeConstant}` : network.kind);

function networkOptions(network: Memory) {
  if (network.kind === 'leaky') return { observationTraces: [], recurrent: network.density, recurrentTimeConstant: network.timeConstant };
  return { observationTraces: network.kind === 'memoryless' ? [] : network.observationTraces, recurrent: 0 };
}

/** With barriers any number of partitions learns the same, and one is the fastest. Other schedules run in virtual time, so that a trial repeats itself. */
function scheduleOptions({ partitions, stalenessBound }: { readonly partitions: number; readonly stalenessBound: number }, schedule: ScheduleName) {
  if (schedule === 'synchronous') return {};
  const timing = { ...(schedule === 'bounded' && { stalenessBound }), ...(schedule === 'poisson' && { clockRate: 1 }) }; // one event in the time of an update
  return { time: 'virtual', schedule, partitions, timing, virtual: STUDY_WORLD };
}

/** The leaky network with the highest mean return; of equals the sparsest, and of these the fastest. */
export function bestNetwork<R extends Pick<LeakyRow, 'part' | 'network' | 'returns'>>(rows: readonly R[]): R | undefined {
  const known = rows.filter(({ part, network, returns }) => part === 'networks' && network.kind === 'leaky' && returns !== null);
  return known.reduce<R | undefined>((best, row) => (best === undefined || (row.returns?.mean ?? 0) > (best.returns?.mean ?? 0) ? row : best), undefined);
}

const networkRow = (rows: readonly LeakyRow[], kind: Memory['kind']) => rows.find(({ part, network }) => part === 'networks' && network.kind === kind);

const RETURN_CELLS: readonly StudyColumn<LeakyRow>[] = [
  ...DIVERGED_COLUMNS, ...RETURN_COLUMNS,
  ['over memoryless', ({ gain }) => score(gain?.mean)], ['95 % interval', ({ gain }) => interval(gain)],
  ['leaky recurrence', ({ network, verdict }) => (network.kind === 'leaky' ? verdict : null) ?? NOTHING],
];

/** The return of leaky recurrence by time constant, density and schedule, beside a network without memory. */
export const leakyIntegrator = defineStudy({
  name: 'leaky-integrator',
  summary: 'sweep time constant, density and schedule of a leaky recurrent network: its return against networks without memory',
  title: 'Leaky integrators: the memory of a recurrent network',
  question: 'Hidden neurons are read again in the next environment step, through leaky integrators. Which time constants and how many such neurons make up for what a task hides, and does it take the synchronous schedule?',
  options: [
    TASK,
    ruleOption('rule.name', { known: LEAKY_RULES, oracles: false }, { default: (at) => resolveSettings({ environment: at(TASK) }).rule.name, flag: '--rule', shown: 'the default of the task' }),
    option('timeConstants', ascending(distinct(listOf(number({ min: 1, max: 1e6 }), 'a list of time constants in steps, for example [1, 8]', { least: 1 }))), {
      default: [1, 4, 16, 64], flag: '--time-constants', argument: 'steps', unit: 'environment steps',
      help: 'longest time constants of the leaky integrators, comma-separated', group, everyday: true,
    }),
    option('densities', densities, {
      default: [0.0625, 0.125, 0.5, 1], narrow: (at) => densitiesOf(at(HIDDEN)), flag: '--densities', argument: 'shares', help: 'fractions of the hidden neurons with recurrent connections, comma-separated', group, everyday: true,
    }),
    schedulesOption(['synchronous', 'hogwild', 'bounded', 'poisson'], { help: 'comma-separated schedules for a second training of the best network', group }),
    vary(PARTITIONS, {
      default: (at) => Math.min(2, sum(at(HIDDEN))), narrow: (at) => integer({ min: 1, max: sum(at(HIDDEN)) }),
      help: 'partitions under schedules other than synchronous', group, everyday: false,
    }),
    SCHEDULES_BOUND,
    vary(SEEDS, { help: 'trials of each network, from seeds 1, 2, …, and of each schedule, from as many further seeds' }),
    vary(STEPS, { default: (at) => shippedSteps(at(TASK), MAZE) }),
    HIDDEN,
    evaluateEvery(10, 'a tenth of the steps'),
    FINAL_EPISODES,
  ],
  describe: ({ environment, rule: { name }, timeConstants, densities: fractions, seeds }) =>
    `time constants ${timeConstants.join(', ')} and densities ${fractions.map(percent).join(', ')} of a leaky recurrent network: ${name} on ${environment}, ${plural(seeds, 'seed')} each`,
  plan: coarseCurves,
  divergedAsRandom: true,
  arms({ environment, rule: { name: algorithm }, densities: fractions, timeConstants }): LeakyArm[] {
    const { observationTraces } = resolveSettings({ environment }).network;
    const networks: Memory[] = [
      MEMORYLESS,
      ...(observationTraces.length === 0 ? [] : [{ kind: 'observation traces', observationTraces } as const]),
      ...fractions.flatMap((density) => timeConstants.map((timeConstant) => ({ kind: 'leaky', density, timeConstant } as const))),
    ];
    return networks.map((network) => ({ label: describeNetwork(network), algorithm, part: 'networks', network, schedule: 'synchronous', options: { network: networkOptions(network) } }));
  },
  row({ arm: { network, part, schedule }, results, gainOver }) {
    const gain = network.kind === 'memoryless' ? null : gainOver((arm) => arm.network.kind === 'memoryless' && arm.part === part && arm.schedule === schedule);
    return {
      /** Return less that of the memoryless network from the same seed under the same schedule. */
      gain,
      /** Null with fewer than three seeds. */
      verdict: gain && verdictOf(gain),
      /** Null with one partition. */
      staleness: ifAny(results.flatMap(({ timing }) => (timing === undefined || timing.staleness.reads === 0 ? [] : [timing.staleness])), joinAges),
    };
  },
  following: {
    trials: ({ seeds, schedules }) => 2 * seeds * schedules.length,
    arms({ settings, rows }): LeakyArm[] {
      const best = bestNetwork(rows);
      const seeds = Array.from({ length: settings.seeds }, (_, i) => settings.seeds + i + 1); // fresh ones: the best was chosen by the others
      return best === undefined ? [] : settings.schedules.flatMap((schedule) => [MEMORYLESS, best.network].map((network): LeakyArm => ({
        label: `${schedule}: ${describeNetwork(network)}`, algorithm: settings.rule.name, part: 'schedules', network, schedule, seeds, options: { network: networkOptions(network), ...scheduleOptions(settings, schedule) },
      })));
    },
  },
  measure: recordingOf<object, LeakyRow>(bestNetwork),
  tables({ settings: { environment, steps, rule: { name } }, rows }) {
    const ceiling = memorylessCeiling(environment);
    const [networks, schedules] = (['networks', 'schedules'] as const).map((wanted) => rows.filter(({ part }) => part === wanted));
    return [
      {
        title: 'Return by density and time constant',
        note: `${name}, ${whole(steps)} environment steps; random policy ${randomScore(rows)}; ${ceiling === undefined ? 'the task hides nothing' : `without memory at most ${score(ceiling.value)} (${ceiling.source})`}.`,
        rows: networks,
        names: [['network', ({ network }) => network.kind]],
        numbers: [['density', ({ network }) => (network.kind === 'leaky' ? percent(network.density) : NOTHING)], ['time constant', ({ network }) => (network.kind === 'leaky' ? String(network.timeConstant) : NOTHING)], ...RETURN_CELLS],
      },
      ...(schedules.length === 0 ? [] : [{
        title: 'Return by schedule',
        rows: schedules,
        names: [['schedule', ({ schedule }: LeakyRow) => schedule], ['network', ({ network }: LeakyRow) => describeNetwork(network)]] as const,
        numbers: [...RETURN_CELLS, ['median age read', ({ staleness }: LeakyRow) => whole(staleness?.median)], ['at most', ({ staleness }: LeakyRow) => whole(staleness?.max)]] as const,
      }]),
    ];
  },
  async figures({ settings: { environment, densities: fractions, timeConstants }, rows, measured }) {
    const references = [...ceilingReference(environment), ...(['memoryless', 'observation traces'] as const).flatMap((kind) => {
      const value = networkRow(rows, kind)?.returns?.mean;
      return value === undefined ? [] : [{ name: `${kind} ${score(value)}`, value }];
    })];
    const sweep = { title: `Return at the end against time constant: ${environment}`, x: 'time constant of the slowest integrator, in environment steps', xTicks: timeConstants, y: 'mean return', subtitle: OVER_SEEDS };
    const best = bestNetwork(rows);
    return [
      {
        ...sweep, file: 'returns', heading: 'Return against time constant',
        lines({ network, part, returns }) {
          if (part !== 'networks' || network.kind !== 'leaky') return [];
          const name = `density ${percent(network.density)}`;
          const points = pointAt(network.timeConstant, returns);
          const together = { panel: 'means of all densities', name, points: points.map(({ x, y }) => ({ x, y })), references };
          return [...(fractions.length > 1 ? [together] : []), { panel: name, name, points, references }];
        },
      },
      {
        file: 'schedules', heading: 'Return by schedule, drawn', title: `Return at the end by schedule: ${environment}`, subtitle: `${OVER_SEEDS}; fresh seeds; faint: single seeds`, value: 'mean return',
        bars: ({ part, network, schedule, returns }) => (part === 'networks' ? [] : [{ panel: describeNetwork(network), name: schedule, estimate: returns, references: ceilingReference(environment) }]),
      },
      {
        ...LEARNING_CURVES, heading: 'Learning curves', title: `Learning curves: ${environment}`, subtitle: `${OVER_SEEDS}; of the leaky networks the one with the highest return at the end`,
        lines: ({ label, part, network }, results) => (part === 'networks' && (network.kind !== 'leaky' || label === best?.label) ? [{ name: label, points: curveOf(results), references: ceilingReference(environment) }] : []),
      },
      ...(await episodeFigures(measured)),
    ];
  },
  findings({ rows }) {
    const leaky = rows.filter(({ part, network }) => part === 'networks' && network.kind === 'leaky');
    const [best, without, traces] = [bestNetwork(rows), networkRow(rows, 'memoryless'), networkRow(rows, 'observation traces')];
    if (best === undefined || without === undefined) return [];
    const tried = rows.filter(({ part, network }) => part === 'schedules' && network.kind === 'leaky');
    return [
      `Compared with the memoryless network, which has a mean return of ${withInterval(without.returns)}, leaky recurrence ${leaky.every(({ verdict }) => verdict === null) ? 'was tried with too few seeds for a verdict' : countVerdicts(leaky.map(({ verdict }) => verdict), 'networks')}.`,
      `The highest mean return, ${withInterval(best.returns)}, has ${describeNetwork(best.network)}; the same seeds chose it.`,
      ...(traces === undefined ? [] : [`The observation traces that the task ships with have ${withInterval(traces.returns)}.`]),
      ...(tried.length === 0 ? [] : [`From fresh seeds, ${describeNetwork(best.network)} has ${listed(tried.map(({ schedule, returns, verdict }) => `${schedule} ${withInterval(returns)}${verdict === null ? '' : ` (${verdict})`}`))}.`]),
    ];
  },
  howToRead: [
    'A higher return is better: the mean of the final evaluation over seeds, with its 95 % percentile bootstrap interval. A trial that diverged counts with the random policy\'s return on its episodes. Over memoryless: the difference from the memoryless network of the same seed under the same schedule, on the same episodes. Leaky recurrence helps if the interval of that difference lies above 0, and harms if it lies below. With five seeds such intervals tend to be too narrow, and of a dozen networks some stand out by chance. A mean over few episodes may exceed the limit of memoryless policies by chance.',
    'Density: the fraction of the hidden neurons that every neuron of the first hidden layer reads again in the next environment step, each through a leaky integrator. With one hidden layer it is the fraction of all possible lateral connections. Time constant: of the slowest integrator; they are spread from 1 to it in equal ratios. With 1, all carry on the voltage of the step before.',
    'Median age read, at most: of the voltages that partitions read from one another, in updates of their writers. A rule that learns online keeps partitions close to one another under every schedule: ages are small then.',
  ],
  method: ({ steps, seeds, partitions, stalenessBound, evaluation, network }) => [
    'c ← c + (v − c) / τ from step to step, with c = 0 at the start of an episode: v is the sampled voltage of a hidden neuron, exploration included, and c an input neuron that all neurons of the first hidden layer read with weights of their own. These weights are drawn and learned like all others, without unrolling: credit goes back by one step, and further by eligibility traces alone.',
    `Every network has ${network.hidden.join('-')} hidden neurons and learns for ${whole(steps)} environment steps from ${seedRange(seeds)}, under the synchronous schedule. All have the settings that the rule ships with for the task, except for their memory. The memoryless network has none, the leaky ones their integrators. Observation traces, if the task ships with them, are integrators of the observations with fixed weights, shown for comparison.`,
    `The best leaky network and the memoryless one learn again under each schedule, from fresh seeds, ${seeds + 1} to ${2 * seeds}. Synchronous: a barrier at every gate, the same for any number of partitions. The others run in virtual time on ${plural(partitions, 'partition')} and repeat bit for bit: an update takes lognormal(1, 0.3), acting and the environment 0.02, a message 0.1. Hogwild: no partition waits. Bounded: at most ${stalenessBound} updates ahead of the slowest. Poisson: updates begin at random times, one in the time of an update.`,
    `Evaluations are on ${plural(evaluation.final, 'episode')} at the end that depend on the seed alone, without exploration, and on fewer every ${whole(evaluation.every)} steps; integrators start each of them at 0. They change nothing in the training.`,
    'Settings are listed for the first networks and the last trial; the other leaky ones differ in “network.recurrent” and “network.recurrentTimeConstant” alone.',
  ],
  shown: ({ rows }) => rows.filter((_, i) => i < 3 || i === rows.length - 1).map(({ label }) => label),
});
