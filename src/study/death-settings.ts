import { checkInteger, checkKeys, checkList, checkName, checkNumber, checkObject, wrongValue } from '../check.js';
import { listEnvironments } from '../environment/registry.js';
import { checkHidden } from '../options/sections.js';
import { plainOptions } from '../plain.js';
import { RULE_NAMES, type RuleName } from '../rule/registry.js';
import { resolveSettings } from '../simulation/options.js';
import { planTrials, refuseRepeated, resolveStudySettings } from './settings.js';
import type { Trial } from './trial.js';

/** Neurons that cannot repair themselves: `broadcast`, of which only the outputs learn. */
export const FROZEN = 'frozen';

export const DEATH_ALGORITHMS: readonly (RuleName | typeof FROZEN)[] = [...RULE_NAMES, FROZEN];

/** What a user may set of a study of death. */
export interface DeathStudyOptions {
  environment?: string;
  /** Names of rules, or `frozen`. */
  algorithms?: readonly string[];
  /** Shares of the hidden neurons that die. */
  shares?: readonly number[];
  /** How many: 1, 2, …, seeds. */
  seeds?: number;
  steps?: number;
  network?: { hidden?: readonly number[] | null };
  death?: {
    /** Environment step of the death; half of the steps unless given. */
    at?: number;
    /** Environment steps from the death to the rebirth; one interval between evaluations unless given. */
    rebirthAfter?: number;
  };
  /** Environment steps between two evaluations, and episodes of each. */
  evaluation?: { every?: number; final?: number };
}

/** Everything that decides the results of a study of death, resolved: plain data, its config.json. */
export interface DeathStudySettings {
  readonly environment: string;
  readonly algorithms: readonly string[];
  readonly shares: readonly number[];
  readonly seeds: number;
  readonly steps: number;
  readonly network: { readonly hidden: readonly number[] | null };
  readonly death: { readonly at: number; readonly rebirthAfter: number };
  readonly evaluation: { readonly every: number; readonly final: number };
}

/** On Pendulum this is enough to have learned before the death, and to show afterwards who recovers. */
const PENDULUM = { environment: 'Pendulum-v1', steps: 20_000 } as const;

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveDeathStudySettings(given: DeathStudyOptions = {}): DeathStudySettings {
  const options = plainOptions(given);
  checkKeys('', options, ['environment', 'algorithms', 'shares', 'seeds', 'steps', 'network', 'death', 'evaluation']);
  const section = (name: string, keys: readonly string[]) => {
    const found = checkObject(name, options[name] ?? {});
    checkKeys(name, found, keys);
    return found;
  };
  const [network, death, evaluation] = [section('network', ['hidden']), section('death', ['at', 'rebirthAfter']), section('evaluation', ['every', 'final'])];
  const environment = checkName('environment', options.environment ?? PENDULUM.environment, listEnvironments());
  const steps = checkInteger('steps', options.steps ?? (environment === PENDULUM.environment ? PENDULUM.steps : resolveSettings({ environment }).steps), { min: 3, max: 100_000_000 });
  const every = checkInteger('evaluation.every', evaluation.every ?? Math.ceil(steps / 20), { min: 1 });
  const at = checkInteger('death.at', death.at ?? Math.floor(steps / 2), { min: 1, max: steps - 1 });
  const settings: DeathStudySettings = {
    environment,
    algorithms: checkNames(options.algorithms ?? ['broadcast', 'three-factor', FROZEN]),
    shares: checkShares(options.shares ?? [0.1, 0.25, 0.5]),
    seeds: checkInteger('seeds', options.seeds ?? 5, { min: 1, max: 1000 }),
    steps,
    network: { hidden: checkLayers(network.hidden ?? null) },
    death: { at, rebirthAfter: checkInteger('death.rebirthAfter', death.rebirthAfter ?? Math.min(every, steps - 1 - at), { min: 0, max: steps - 1 - at }) },
    evaluation: { every, final: checkInteger('evaluation.final', evaluation.final ?? 20, { min: 1, max: 10_000 }) },
  };
  planDeathTrials({ ...settings, seeds: 1 });
  return settings;
}

/** One line of the comparison: an algorithm, a share of its hidden neurons that dies, and whether they are born again. */
export interface DeathContender {
  readonly algorithm: string;
  readonly share: number;
  readonly reborn: boolean;
  /** What its trials are called. */
  readonly label: string;
}

/** Every share, with and without rebirth, of every algorithm. */
export function deathContenders({ algorithms, shares }: Pick<DeathStudySettings, 'algorithms' | 'shares'>): DeathContender[] {
  return shares.flatMap((share) => [false, true].flatMap((reborn) => algorithms.map((algorithm) => ({
    algorithm,
    share,
    reborn,
    label: `${algorithm}, ${describeShare(share)} ${describeFate(reborn)}`,
  }))));
}

/** `10 %` */
export function describeShare(share: number): string {
  return `${Number((100 * share).toFixed(4))} %`;
}

export function describeFate(reborn: boolean): string {
  return reborn ? 'born again' : 'stay dead';
}

/** The trials of a study of death. All contenders get the same seeds, steps and evaluations. */
export function planDeathTrials(settings: DeathStudySettings): Trial[] {
  const { environment, seeds, steps, network, death: { at, rebirthAfter }, evaluation: { every, final } } = settings;
  const algorithms = deathContenders(settings).map(({ algorithm, share, reborn, label }) => ({
    label,
    ...(algorithm === FROZEN ? { algorithm: 'broadcast' } : { algorithm }),
    options: {
      ...(algorithm === FROZEN && { rule: { hiddenRate: 0 } }),
      death: { share, step: at, rebirth: reborn ? at + rebirthAfter : null, evaluateEvery: every },
    },
  }));
  return planTrials(resolveStudySettings({ environments: [environment], algorithms, seeds, steps, network, evaluation: { every, episodes: final, final } }));
}

function checkNames(value: unknown): string[] {
  const names = checkList('algorithms', value, `a list of ${DEATH_ALGORITHMS.join(', ')}`).map((name) => checkName('algorithms', name, DEATH_ALGORITHMS));
  refuseRepeated('algorithms', names);
  return names;
}

function checkShares(value: unknown): number[] {
  const shares = checkList('shares', value, 'a list of shares, for example [0.1, 0.5]').map((share) => checkNumber('shares', share, { min: 0, max: 1, above: true }));
  refuseRepeated('shares', shares.map(describeShare));
  return shares;
}

function checkLayers(value: unknown): number[] | null {
  if (value === null) return null;
  const layers = checkHidden(value);
  if (layers.length === 0) throw wrongValue('network.hidden', 'a hidden layer: its neurons are those that die', layers);
  return layers;
}
