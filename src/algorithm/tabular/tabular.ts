import { checkFunction, checkInteger, checkSignal } from '../../check.js';
import type { TransitionModel } from '../../environment/model.js';
import { makeEnvironment } from '../../environment/registry.js';
import { isModuleName, loadModulesOf } from '../../modules.js';
import { commandOptions } from '../../plain.js';
import { createReader } from './actor.js';
import { readActionValues } from './backup.js';
import { evaluatePolicy, type TabularEvaluation } from './evaluate.js';
import { isLearner, learnsStateValues, METHODS, type LearnerName } from './methods.js';
import { plan, type PlanPoint } from './plan.js';
import { createPolicy, greedy } from './policy.js';
import { errorOf, solveFor, type Reference } from './reference.js';
import type { ErrorPoint } from './run-actors.js';
import { modelOf, resolveTabularSettings, type TabularOptions, type TabularSettings } from './settings.js';
import { createSharedRun, roundCapacity } from './shared-run.js';
import { createSlices, type Slices } from './slices.js';
import { runThreads } from './thread-pool.js';

/** What a run of a tabular method found. */
export interface TabularReport {
  readonly settings: TabularSettings;
  /** The task's name; of a module its id. */
  readonly task: string;
  readonly model: TransitionModel;
  /** [states] */
  readonly values: Float64Array;
  /** [states, actions], row-major */
  readonly actionValues: Float64Array;
  /** The exact solution, by another way. */
  readonly reference: Reference;
  /** The values of actions that follow from it; [states, actions], row-major */
  readonly exactActionValues: Float64Array;
  /** The error over time: steps are environment steps of methods that take samples, and else sweeps. */
  readonly errors: readonly ErrorPoint[];
  readonly steps: number;
  readonly episodes: number;
  /** Updates of table entries that actors made, and those of them that other threads' writes undid. 0 for methods without a table. */
  readonly updates: number;
  readonly lostUpdates: number;
  readonly seconds: number;
  /** Ended by the signal. */
  readonly stopped: boolean;
  /** Of the greedy policy that was found, or of the one that was evaluated. */
  readonly evaluation: TabularEvaluation;
  /** Of the uniform policy. */
  readonly random: TabularEvaluation;
}

export interface TabularRunOptions {
  /** Ends the run early: what was found until then is reported. */
  readonly signal?: AbortSignal;
  /** Episodes of the evaluation; 100 unless given. */
  readonly episodes?: number;
  readonly onProgress?: (step: number, episodes: number) => void;
}

type Found = Pick<TabularReport, 'values' | 'actionValues' | 'errors' | 'steps' | 'episodes' | 'updates' | 'lostUpdates'>;

/** Points of a learner's error curve. */
const POINTS = 100;

/**
 * Runs a tabular method on a task with a known model and compares what it found with the exact solution.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export async function runTabular(options: TabularOptions = {}, how: TabularRunOptions = {}): Promise<TabularReport> {
  const { signal, episodes, onProgress } = checkRunOptions(how);
  await loadModulesOf(options);
  const settings = resolveTabularSettings(options);
  const { method, discount, environment, seed } = settings;
  const model = modelOf(environment);
  const slices = createSlices(signal);
  const reference = await solveFor(method, { model, discount }, settings, slices);
  const begin = performance.now();
  const found = isLearner(method) ? await learn(settings, method, model, reference, signal, onProgress) : await follow(settings, model, reference, slices, onProgress);
  const seconds = (performance.now() - begin) / 1000;
  const policy = reference.fixed ?? greedyPolicy(found.actionValues, model);
  const uniform = new Float64Array(policy.length).fill(1 / model.actions);
  return {
    settings, task: isModuleName(environment) ? makeEnvironment(environment).id : environment, model, reference, exactActionValues: lookAhead(model, reference.values, discount), ...found, seconds, stopped: signal.aborted,
    evaluation: await evaluatePolicy(model, policy, episodes, seed, slices), random: await evaluatePolicy(model, uniform, episodes, seed, slices),
  };
}

function checkRunOptions(how: TabularRunOptions): Required<TabularRunOptions> {
  const { signal = new AbortController().signal, episodes = 100, onProgress } = commandOptions(how, ['signal', 'episodes', 'onProgress'], ['signal', 'onProgress']);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
  return { signal: checkSignal('signal', signal), episodes: checkInteger('episodes', episodes, { min: 1, max: 1_000_000 }), onProgress: how.onProgress ?? (() => undefined) };
}

async function learn(settings: TabularSettings, method: LearnerName, model: TransitionModel, reference: Reference, signal: AbortSignal, onProgress: (step: number, episodes: number) => void): Promise<Found> {
  const { discount, seed, steps = 1, stepSize = 0.1, initialValue = 0, actors = 1, threads = 1, rollout = 1, schedule } = settings;
  const shared = createSharedRun(method, model, initialValue, actors, schedule === 'synchronous' ? roundCapacity(method, rollout, model.timeLimit) : 0);
  const learning = { method, model, discount, stepSize, seed, fixed: reference.fixed };
  const { policy, epsilon, temperature } = settings;
  const task = { learning, policy: { policy, epsilon, temperature }, initialValue, steps, threads, actors, rollout, reference, points: POINTS, shared };
  const reports = await runThreads(task, signal, onProgress);
  const total = (read: (report: (typeof reports)[number]) => number) => reports.reduce((sum, report) => sum + read(report), 0);
  const { values, actionValues } = createReader({ ...learning, policy: createPolicy(settings) }, shared.table)();
  const updates = total((report) => report.updates);
  const taken = total((report) => report.steps);
  const points = reports.flatMap(({ errors }) => errors).filter(({ step }) => step < taken).toSorted((a, b) => a.step - b.step);
  return {
    values,
    actionValues: learnsStateValues(method) ? lookAhead(model, values, discount) : actionValues,
    errors: taken === 0 ? [] : [...points, { step: taken, ...errorOf(values, reference) }], // the last one once all threads are at rest
    steps: taken,
    episodes: total((report) => report.episodes),
    updates,
    lostUpdates: updates - shared.table.counts.reduce((sum, count) => sum + count, 0),
  };
}

/** Follows a method that runs on this thread, in slices. */
async function follow(settings: TabularSettings, model: TransitionModel, reference: Reference, slices: Slices, onProgress: (step: number, episodes: number) => void): Promise<Found> {
  const { discount, steps = 0 } = settings;
  const errors: ErrorPoint[] = [];
  let last: PlanPoint = { step: 0, values: new Float64Array(model.states), model, episodes: 0 };
  for (const point of plan(settings, { model, discount }, reference)) {
    last = point ?? last;
    if (point !== undefined && isPoint(point.step, errors.at(-1)?.step ?? 0)) errors.push({ step: point.step, ...errorOf(point.values, reference) });
    if (!slices.due()) continue;
    onProgress(last.step, last.episodes);
    await slices.rest();
    if (slices.signal.aborted) break;
  }
  if (errors.at(-1)?.step !== last.step) errors.push({ step: last.step, ...errorOf(last.values, reference) });
  const isSampled = METHODS[settings.method].kind === 'estimate';
  return { values: last.values, actionValues: lookAhead(last.model, last.values, discount), errors, steps: isSampled ? Math.min(steps, last.step) : last.step, episodes: last.episodes, updates: 0, lostUpdates: 0 };
}

/** Of thousands of sweeps, those that a picture can show. */
const isPoint = (step: number, before: number) => step <= 100 || step >= 1.05 * before;

/** Values of actions that follow from values of states; [states, actions], row-major */
function lookAhead(model: TransitionModel, values: Float64Array, discount: number): Float64Array {
  const { states, actions } = model;
  const actionValues = new Float64Array(states * actions);
  for (let state = 0; state < states; state += 1) readActionValues(model, values, discount, state, actionValues.subarray(state * actions, (state + 1) * actions));
  return actionValues;
}

/** The best action of each state, or each of several with the same chance; [states, actions] */
function greedyPolicy(actionValues: Float64Array, { states, actions }: TransitionModel): Float64Array {
  const probabilities = new Float64Array(states * actions);
  for (let state = 0; state < states; state += 1) {
    const [begin, end] = [state * actions, (state + 1) * actions];
    greedy.fill(actionValues.subarray(begin, end), probabilities.subarray(begin, end));
  }
  return probabilities;
}
