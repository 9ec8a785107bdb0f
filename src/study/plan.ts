import { checkName, checkObject, wrongValue } from '../check.js';
import { isOptionError } from '../errors.js';
import { renameOption } from '../options/origin.js';
import { resolveSettings } from '../simulation/options.js';
import { ALGORITHM_NAMES, findAlgorithm, fitsTask, type Options } from './algorithm.js';
import type { Arm, Study, TrialPlan } from './study.js';
import { trialSettings, type Trial } from './trial.js';

/** Points of a learning curve unless the study sets `evaluation.every`. */
const POINTS = 20;

/** The options that make a study's plan, by their names. */
interface PlanOptions {
  readonly environment?: string;
  readonly environments?: readonly string[];
  readonly seeds?: number;
  readonly steps?: number | null;
  readonly network?: { readonly hidden?: readonly number[] | null };
  readonly evaluation?: { readonly every?: number | null; readonly episodes?: number; readonly final?: number };
}

/** What all trials of a study have in common under these settings. */
export function trialPlan<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, settings: S): TrialPlan {
  const { environment = 'Pendulum-v1', environments = [environment], seeds = 5, steps = null, network, evaluation } = settings as PlanOptions; // by the names of its options
  const final = evaluation?.final ?? 20;
  return { environments, seeds, steps, hidden: network?.hidden ?? null, evaluation: { every: evaluation?.every ?? null, episodes: evaluation?.episodes ?? final, final }, ...study.plan?.(settings) };
}

/**
 * The trials of some arms: the same tasks, seeds, steps and evaluation episodes for all. An algorithm that cannot learn a task's actions is left out
 * there. Seeds go outermost, so that a study that is stopped has as many trials of one arm as of another.
 */
export function planArms({ environments, seeds, steps, hidden, evaluation }: TrialPlan, arms: readonly Arm[]): Trial[] {
  const usual = Array.from({ length: seeds }, (_, i) => i + 1);
  const all = [...new Set(arms.flatMap((arm) => arm.seeds ?? usual))].toSorted((a, b) => a - b);
  return all.flatMap((seed) => environments.flatMap((environment) => {
    const taskSteps = steps ?? resolveSettings({ environment }).steps;
    const common = { steps: taskSteps, evaluation: { ...evaluation, every: evaluation.every ?? Math.ceil(taskSteps / POINTS) } };
    const own = arms.filter((arm) => (arm.seeds ?? usual).includes(seed) && fitsTask(arm.algorithm, environment));
    return own.map(({ label, algorithm, repeat, options = {}, ...rest }): Trial => ({
      label,
      algorithm,
      environment,
      seed,
      steps: rest.steps ?? common.steps,
      options: withHidden(options, hidden),
      evaluation: rest.evaluation ?? common.evaluation,
      ...(repeat !== undefined && { repeat }),
    }));
  }));
}

/** The trials of a study, without those that follow from their results. */
export function planTrials<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, settings: S): Trial[] {
  return planArms(trialPlan(study, settings), study.arms(settings));
}

/** Tries the options of every arm on every task, so that a trial fails for what it learns and not for its settings. @throws TypeError or RangeError */
export function checkArms<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, settings: S): void {
  const arms = study.arms(settings);
  const option = study.table.rows.some(({ path }) => path === 'algorithms') ? 'algorithms' : 'arms'; // the user's name for arms
  for (const { label, algorithm } of arms) if (findAlgorithm(algorithm) === undefined) checkName(`${option}[${label}].algorithm`, algorithm, ALGORITHM_NAMES);
  refuseRepeated(option, arms.filter(({ seeds }) => seeds === undefined).map(({ label }) => label));
  for (const trial of planArms({ ...trialPlan(study, settings), seeds: 1 }, arms)) tryOptions(trial, option);
}

/** Errors in an arm's options name the arm: its `schedule` is no option of the study. */
function tryOptions(trial: Trial, arms: string): void {
  try {
    trialSettings(trial);
  } catch (error) {
    if (!isOptionError(error) || Object.keys(trial.options).length === 0) throw error;
    throw renameOption(error, (option) => `${arms}[${trial.label}].options.${option}`);
  }
}

/** An arm's own network comes before the study's. */
function withHidden(options: Options, hidden: readonly number[] | null): Options {
  if (hidden === null) return options;
  return { ...options, network: { hidden, ...checkObject('network', options.network ?? {}) } };
}

/** @throws RangeError naming an entry that comes twice */
export function refuseRepeated(option: string, names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw wrongValue(option, 'each name once', repeated);
}
