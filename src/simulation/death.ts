import { isCount, isRecord } from '../check.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { drawLesioned } from '../network/lesion.js';
import { neuronName, type Topology } from '../network/topology.js';
import type { Settings } from '../placement/partitioned/settings.js';
import type { Supervisor } from '../placement/partitioned/supervisor.js';
import { LARGEST_EVALUATION, randomEvaluation } from './measure.js';

/** A return measured after a death. */
export interface DeathPoint {
  readonly step: number;
  readonly meanReturn: number;
}

/** What the death of hidden neurons cost, and how long recovery took. Every return is the mean over the same episodes, exploration off. */
export interface DeathReport {
  /** Share of the hidden neurons that was to die, and the names of those that did. */
  readonly share: number;
  readonly neurons: readonly string[];
  /** When: an environment step, or in the last evaluation only. */
  readonly step: number | 'evaluation';
  /** Environment step at which they were born again, blank; null where they stayed dead, or the run ended before. */
  readonly rebirth: number | null;
  /** Episodes of each evaluation. */
  readonly episodes: number;
  /** Of the uniformly random policy. */
  readonly randomReturn: number;
  /** Immediately before the death, and immediately after it. */
  readonly before: number;
  readonly after: number;
  /** before - after. */
  readonly loss: number;
  /** From then on; where they are due on the step of the rebirth, before it. Empty for a death in evaluation only. */
  readonly points: readonly DeathPoint[];
  /** The lowest return after the death: learning on what is left may lose more than the death itself. */
  readonly lowest: number;
  /**
   * Environment steps from the death to the first evaluation of `recovered`, the one immediately after it included; null where
   * none has come.
   */
  readonly recoverySteps: number | null;
}

/** Distance from the return before the death that counts as back, as a share of the way to it from the random policy. */
const NEAR = 0.05;

/** True of a return that is back: at or above `before - 0.05 · |before - random|`. */
export function recovered(meanReturn: number, { before, randomReturn }: Pick<DeathReport, 'before' | 'randomReturn'>): boolean {
  return meanReturn >= before - NEAR * Math.abs(before - randomReturn);
}

/** The lowest of the returns after a death, the one immediately after it included. */
export function lowestReturn({ after, points }: Pick<DeathReport, 'after' | 'points'>): number {
  return Math.min(after, ...points.map(({ meanReturn }) => meanReturn));
}

/** The supervisor, as far as it decides over life and death. */
type Reaper = Pick<Supervisor, 'lesion' | 'reinitialise' | 'setEnabled'>;

/** Mean return of so many episodes; undefined where the evaluation was cut short. */
export type Measure = (episodes: number) => Promise<number | undefined>;

/** What was measured where they died. */
interface Death {
  readonly episodes: number;
  readonly randomReturn: number;
  readonly before: number;
  readonly after: number;
}

/** What a watch that goes on from here needs to know. */
export interface DeathState {
  /** Null while nobody has died. */
  readonly death: Death | null;
  readonly points: readonly DeathPoint[];
  readonly reborn: boolean;
}

const NOBODY_DIED: DeathState = { death: null, points: [], reborn: false };

/** The deaths that a checkpoint tells of; none where there is no checkpoint. @throws CheckpointError */
export function readDeathState(settings: Settings, checkpoint: Checkpoint | undefined): DeathState {
  if (checkpoint === undefined) return NOBODY_DIED;
  const { training: { death: state }, step } = checkpoint;
  if (isDeathState(state) && isPossible(state, settings.death, step)) return state;
  throw new CheckpointError('format', 'it does not tell who has died');
}

function isDeathState(value: unknown): value is DeathState {
  if (!isRecord(value) || typeof value.reborn !== 'boolean' || !Array.isArray(value.points)) return false;
  const { death, points } = value;
  if (death !== null && !(hasNumbers(death, ['randomReturn', 'before', 'after']) && isCount(death.episodes) && death.episodes > 0)) return false;
  return points.every((point: unknown) => hasNumbers(point, ['meanReturn']) && isCount(point.step));
}

function hasNumbers(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isRecord(value) && names.every((name) => Number.isFinite(value[name]));
}

/** Whether the settings ask for these deaths and evaluations, and they can have come by that step. */
function isPossible({ death, points, reborn }: DeathState, asked: Settings['death'], step: number): boolean {
  if (death === null) return points.length === 0 && !reborn;
  const died = typeof asked.step === 'number' ? asked.step : 0;
  const ascending = points.every((point, i) => point.step > (i === 0 ? died : points[i - 1].step) && point.step <= step);
  return asked.step !== null && died <= step && ascending && death.episodes <= LARGEST_EVALUATION && (!reborn || asked.rebirth !== null);
}

/** Sees to the death and the rebirth that a run's settings ask for, each at its step, and measures around them. */
export class DeathWatch {
  readonly #settings: Settings;
  readonly #reaper: Reaper;
  readonly #neurons: readonly number[];
  readonly #names: readonly string[];
  readonly #points: DeathPoint[];
  #death: Death | undefined;
  #reborn: boolean;

  /** @param state of a watch before, to go on from; who is alive is for the arena to say */
  constructor(settings: Settings, topology: Topology, reaper: Reaper, { death, points, reborn }: DeathState = NOBODY_DIED) {
    this.#settings = settings;
    this.#reaper = reaper;
    this.#neurons = drawLesioned(topology, settings.seed, settings.death.share);
    this.#names = this.#neurons.map((neuron) => neuronName(topology, neuron));
    this.#death = death ?? undefined;
    this.#points = [...points];
    this.#reborn = reborn;
  }

  /** The next environment step after `step` at which `attend` has something to do; Infinity where there is none. */
  nextHalt(step: number): number {
    const { steps, death: { step: died, rebirth, evaluateEvery } } = this.#settings;
    if (typeof died !== 'number') return Infinity;
    const next = evaluateEvery === null || step < died ? died : died + (Math.floor((step - died) / evaluateEvery) + 1) * evaluateEvery;
    return Math.min(...[died, rebirth ?? Infinity, Math.min(next, steps)].filter((halt) => halt > step));
  }

  /**
   * Does what is due at environment step `step`, with no command going on. Can be called twice: what is done is not done again,
   * and what was cut short is.
   *
   * @param episodes of each evaluation, unless there was one already
   */
  async attend(step: number, episodes: number, measure: Measure): Promise<void> {
    const { steps, death: { step: died, rebirth } } = this.#settings;
    if (this.#death === undefined) {
      if (step === died) await this.#die(episodes, measure, true);
      else if (died === 'evaluation' && step >= steps) await this.#die(episodes, measure, false);
    } else if (this.#measuresAt(step)) {
      const meanReturn = await measure(this.#death.episodes);
      if (meanReturn === undefined) return;
      this.#points.push({ step, meanReturn });
    }
    if (this.#death !== undefined && step === rebirth && !this.#reborn) {
      this.#reaper.reinitialise(this.#neurons);
      this.#reborn = true;
    }
  }

  state(): DeathState {
    return { death: this.#death ?? null, points: [...this.#points], reborn: this.#reborn };
  }

  /** What there is to say so far; undefined while nobody has died. */
  report(): DeathReport | undefined {
    const { share, step, rebirth } = this.#settings.death;
    if (this.#death === undefined || step === null) return undefined;
    const { before, after } = this.#death;
    return {
      share,
      neurons: this.#names,
      step,
      rebirth: this.#reborn ? rebirth : null,
      ...this.#death,
      loss: before - after,
      points: [...this.#points],
      lowest: lowestReturn({ after, points: this.#points }),
      recoverySteps: typeof step === 'number' ? this.#recoverySteps(this.#death, step) : null,
    };
  }

  /** @param forGood false where they live on after the evaluation */
  async #die(episodes: number, measure: Measure, forGood: boolean): Promise<void> {
    const before = await measure(episodes);
    if (before === undefined) return;
    this.#reaper.setEnabled(this.#neurons, false);
    const after = await measure(episodes);
    if (after === undefined || !forGood) this.#reaper.setEnabled(this.#neurons, true);
    if (after === undefined) return;
    if (forGood) this.#reaper.lesion(this.#neurons);
    this.#death = { episodes, randomReturn: randomEvaluation(this.#settings, episodes).meanReturn, before, after };
  }

  #measuresAt(step: number): boolean {
    const { steps, death: { step: died, evaluateEvery } } = this.#settings;
    if (typeof died !== 'number' || evaluateEvery === null || step <= died || step > steps || this.#points.at(-1)?.step === step) return false;
    return step === steps || (step - died) % evaluateEvery === 0;
  }

  #recoverySteps(death: Death, died: number): number | null {
    const back = [{ step: died, meanReturn: death.after }, ...this.#points].find(({ meanReturn }) => recovered(meanReturn, death));
    return back === undefined ? null : back.step - died;
  }
}
