import { mean } from '../telemetry/statistics.js';
import { fitsTask } from './algorithm.js';
import { estimate, ifAny } from './estimate.js';
import { planArms, trialPlan } from './plan.js';
import type { Arm, ArmResults, BaseRow, Report, Row, Study } from './study.js';
import type { Trial, TrialResult } from './trial.js';

/** Everything about a study that its results so far give. */
export interface StudyState<S extends object, A extends Arm, Own extends object, M> {
  readonly report: Report<S, Row<A, Own>, M>;
  /** The trials that can run: those that follow are in it after all of the first have ended. */
  readonly trials: readonly Trial[];
  /** Trials of the whole study. */
  readonly planned: number;
}

/** Computes the rows of a study from the results of its trials. */
export function summarise<S extends object, A extends Arm, Own extends object, M>(
  study: Study<S, A, Own, M>,
  settings: S,
  results: readonly TrialResult[],
  measured?: M,
): StudyState<S, A, Own, M> {
  const plan = trialPlan(study, settings);
  const reportOf = (arms: readonly A[]): Report<S, Row<A, Own>, M> => {
    const entries = plan.environments.flatMap((environment) => {
      const own = arms.filter(({ algorithm, auxiliary }) => auxiliary !== true && fitsTask(algorithm, environment));
      const labels = own.map(({ label }) => label);
      return own.filter(({ label }, i) => labels.indexOf(label) === i).map((arm) => {
        const collected = collect(study, settings, arms, arm, environment, results);
        return { row: rowOf(study, collected, arm.steps ?? plan.steps), results: collected.results };
      });
    });
    return { settings, entries, rows: entries.filter((entry) => entry.results.length > 0).map(({ row }) => row), results, measured };
  };
  const first = study.arms(settings);
  const trials = planArms(plan, first);
  const report = reportOf(first);
  const done = new Set(results.map(({ trial }) => trialName(trial)));
  const following = study.following !== undefined && trials.every((trial) => done.has(trialName(trial))) ? study.following.arms(report) : [];
  return {
    report: following.length === 0 ? report : reportOf([...first, ...following]),
    trials: [...trials, ...planArms(plan, following)],
    planned: trials.length + (study.following?.trials(settings) ?? 0),
  };
}

/** Within one study. */
function trialName({ environment, label, seed }: Trial): string {
  return JSON.stringify([environment, label, seed]);
}

function collect<S extends object, A extends Arm, Own extends object, M>(
  { divergedAsRandom = false }: Study<S, A, Own, M>,
  settings: S,
  arms: readonly A[],
  arm: A,
  environment: string,
  all: readonly TrialResult[],
): ArmResults<S, A> {
  const others = (matches: (arm: A) => boolean) => {
    const labels = new Set(arms.filter(matches).map(({ label }) => label));
    return all.filter(({ trial }) => trial.environment === environment && labels.has(trial.label));
  };
  const results = others(({ label }) => label === arm.label);
  const finished = results.filter(({ failure }) => failure === null);
  const returnOf: ArmResults<S, A>['returnOf'] = ({ failure, returns, randomReturn }) => {
    if (failure === null) return mean(returns);
    return divergedAsRandom && failure.kind === 'diverged' ? (randomReturn ?? undefined) : undefined;
  };
  const paired: ArmResults<S, A>['paired'] = (references, number) => estimate(results.flatMap((own) => {
    const other = references.find(({ trial }) => trial.seed === own.trial.seed);
    const found = other === undefined ? undefined : number(own, other);
    return found === undefined || found === null || Number.isNaN(found) ? [] : [found]; // 0/0 of trials that never updated
  }));
  return {
    settings, arm, environment, results, finished, others, returnOf, paired,
    estimate: (number) => estimate(finished.flatMap((result) => number(result) ?? [])),
    gainOver: (matches) => paired(others(matches), (own, other) => (returnOf(own) ?? NaN) - (returnOf(other) ?? NaN)),
  };
}

/** Fields of an arm that determine its trials; the others are its facts. */
const ARM_KEYS: ReadonlySet<string> = new Set<keyof Arm>(['label', 'algorithm', 'options', 'seeds', 'repeat', 'steps', 'evaluation', 'auxiliary']);

function rowOf<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, own: ArmResults<S, A>, steps: number | null): Row<A, Own> {
  const { arm, environment, results, finished, returnOf } = own;
  const { label, algorithm } = arm;
  const facts = Object.fromEntries(Object.entries(arm).filter(([key]) => !ARM_KEYS.has(key)));
  const returns = estimate(results.flatMap((result) => returnOf(result) ?? []));
  const base: BaseRow = {
    environment,
    label,
    algorithm,
    steps: results.at(0)?.trial.steps ?? steps ?? 0,
    seeds: returns?.values.length ?? 0,
    failures: results.length - finished.length,
    diverged: results.filter(({ failure }) => failure?.kind === 'diverged').length,
    returns,
    randomReturn: ifAny(results.flatMap(({ randomReturn }) => randomReturn ?? []), mean),
  };
  return Object.assign({ environment, label, algorithm }, facts, base, study.row?.(own)) as Row<A, Own>; // its parts, by their types
}
