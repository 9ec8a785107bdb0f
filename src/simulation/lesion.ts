import { isCount, isRecord } from '../check.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { drawLesioned } from '../network/lesion.js';
import { neuronName, type Topology } from '../network/topology.js';
import type { LesionSettings } from '../placement/partitioned/lesion-options.js';
import type { Settings } from '../placement/partitioned/settings.js';
import type { Supervisor } from '../placement/partitioned/supervisor.js';
import { LARGEST_EVALUATION, randomEvaluation } from './measure.js';
import type { LesionPoint, LesionReport } from './training.js';

/** Tolerance of recovery, as a fraction of the distance from the random policy to the return before the lesion. */
const TOLERANCE = 0.05;

/** True of a return at or above `before - 0.05 · |before - random|`. */
export function recovered(meanReturn: number, { before, randomReturn }: Pick<LesionReport, 'before' | 'randomReturn'>): boolean {
  return meanReturn >= before - TOLERANCE * Math.abs(before - randomReturn);
}

/** The lowest return after a lesion, the one immediately after it included. */
export function lowestReturn({ after, points }: Pick<LesionReport, 'after' | 'points'>): number {
  return Math.min(after, ...points.map(({ meanReturn }) => meanReturn));
}

/** The operations of the supervisor on neurons. */
type LesionTarget = Pick<Supervisor, 'lesion' | 'reinitialise' | 'setEnabled'>;

/** Mean return of so many episodes; undefined if the evaluation was cut short. */
export type Measure = (episodes: number) => Promise<number | undefined>;

/** The measurement around a lesion. */
interface LesionMeasurement {
  readonly episodes: number;
  readonly randomReturn: number;
  readonly before: number;
  readonly after: number;
}

/** The state of a protocol, as checkpoints keep it. */
export interface LesionState {
  /** Null before the lesion. */
  readonly measured: LesionMeasurement | null;
  readonly points: readonly LesionPoint[];
  readonly reinitialised: boolean;
}

const NO_LESION: LesionState = { measured: null, points: [], reinitialised: false };

/** The state in a checkpoint; that before any lesion without one. @throws CheckpointError */
export function readLesionState(settings: Settings, checkpoint: Checkpoint | undefined): LesionState {
  if (checkpoint === undefined) return NO_LESION;
  const { training: { lesion: state }, step } = checkpoint;
  if (isLesionState(state) && isPossible(state, settings.lesion, step)) return state;
  throw new CheckpointError('format', 'its state of the lesion is not one that its settings can lead to');
}

function isLesionState(value: unknown): value is LesionState {
  if (!isRecord(value) || typeof value.reinitialised !== 'boolean' || !Array.isArray(value.points)) return false;
  const { measured, points } = value;
  if (measured !== null && !(hasNumbers(measured, ['randomReturn', 'before', 'after']) && isCount(measured.episodes) && measured.episodes > 0)) return false;
  return points.every((point: unknown) => hasNumbers(point, ['meanReturn']) && isCount(point.step));
}

function hasNumbers(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isRecord(value) && names.every((name) => Number.isFinite(value[name]));
}

/** Whether these settings lead to such a state by that step. */
function isPossible({ measured, points, reinitialised }: LesionState, asked: LesionSettings, step: number): boolean {
  if (measured === null) return points.length === 0 && !reinitialised;
  const begin = typeof asked.step === 'number' ? asked.step : 0;
  const ascending = points.every((point, i) => point.step > (i === 0 ? begin : points[i - 1].step) && point.step <= step);
  return asked.step !== null && begin <= step && ascending && measured.episodes <= LARGEST_EVALUATION && (!reinitialised || asked.reinitialiseAt !== null);
}

/** Applies the lesion and the re-initialisation of a run at their steps, and measures around them. */
export class LesionProtocol {
  readonly #settings: Settings;
  readonly #target: LesionTarget;
  readonly #neurons: readonly number[];
  readonly #names: readonly string[];
  readonly #points: LesionPoint[];
  #measured: LesionMeasurement | undefined;
  #reinitialised: boolean;

  /** @param state of a protocol to continue; which neurons are enabled is in the arena */
  constructor(settings: Settings, topology: Topology, target: LesionTarget, { measured, points, reinitialised }: LesionState = NO_LESION) {
    this.#settings = settings;
    this.#target = target;
    this.#neurons = drawLesioned(topology, settings.seed, settings.lesion.fraction);
    this.#names = this.#neurons.map((neuron) => neuronName(topology, neuron));
    this.#measured = measured ?? undefined;
    this.#points = [...points];
    this.#reinitialised = reinitialised;
  }

  /** The next environment step after `step` at which `attend` acts; Infinity if there is none. */
  nextPause(step: number): number {
    const { steps, lesion: { step: begin, reinitialiseAt, evaluateEvery } } = this.#settings;
    if (typeof begin !== 'number') return Infinity;
    const next = evaluateEvery === null || step < begin ? begin : begin + (Math.floor((step - begin) / evaluateEvery) + 1) * evaluateEvery;
    return Math.min(...[begin, reinitialiseAt ?? Infinity, Math.min(next, steps)].filter((pause) => pause > step));
  }

  /**
   * Does the work due at environment step `step`, while no command runs. A second call at the same step does only interrupted work.
   *
   * @param episodes of each evaluation, unless there was one already
   */
  async attend(step: number, episodes: number, measure: Measure): Promise<void> {
    const { steps, lesion: { step: begin, reinitialiseAt } } = this.#settings;
    if (this.#measured === undefined) {
      if (step === begin) await this.#lesion(episodes, measure, true);
      else if (begin === 'evaluation' && step >= steps) await this.#lesion(episodes, measure, false);
    } else if (this.#measuresAt(step)) {
      const meanReturn = await measure(this.#measured.episodes);
      if (meanReturn === undefined) return;
      this.#points.push({ step, meanReturn });
    }
    if (this.#measured !== undefined && step === reinitialiseAt && !this.#reinitialised) {
      this.#target.reinitialise(this.#neurons);
      this.#reinitialised = true;
    }
  }

  state(): LesionState {
    return { measured: this.#measured ?? null, points: [...this.#points], reinitialised: this.#reinitialised };
  }

  /** Undefined before the lesion. */
  report(): LesionReport | undefined {
    const { fraction, step, reinitialiseAt } = this.#settings.lesion;
    if (this.#measured === undefined || step === null) return undefined;
    const { before, after } = this.#measured;
    return {
      fraction,
      neurons: this.#names,
      step,
      reinitialisedAt: this.#reinitialised ? reinitialiseAt : null,
      ...this.#measured,
      returnDrop: before - after,
      points: [...this.#points],
      lowest: lowestReturn({ after, points: this.#points }),
      recoverySteps: typeof step === 'number' ? this.#recoverySteps(this.#measured, step) : null,
    };
  }

  /** @param lasting false if the neurons are enabled again after the evaluation */
  async #lesion(episodes: number, measure: Measure, lasting: boolean): Promise<void> {
    const before = await measure(episodes);
    if (before === undefined) return;
    this.#target.setEnabled(this.#neurons, false);
    const after = await measure(episodes);
    if (after === undefined || !lasting) this.#target.setEnabled(this.#neurons, true);
    if (after === undefined) return;
    if (lasting) this.#target.lesion(this.#neurons);
    this.#measured = { episodes, randomReturn: randomEvaluation(this.#settings, episodes).meanReturn, before, after };
  }

  #measuresAt(step: number): boolean {
    const { steps, lesion: { step: begin, evaluateEvery } } = this.#settings;
    if (typeof begin !== 'number' || evaluateEvery === null || step <= begin || step > steps || this.#points.at(-1)?.step === step) return false;
    return step === steps || (step - begin) % evaluateEvery === 0;
  }

  #recoverySteps(measured: LesionMeasurement, begin: number): number | null {
    const first = [{ step: begin, meanReturn: measured.after }, ...this.#points].find(({ meanReturn }) => recovered(meanReturn, measured));
    return first === undefined ? null : first.step - begin;
  }
}
