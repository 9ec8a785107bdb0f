import { ENVIRONMENT } from '../environment/options.js';
import { STEPS } from '../options/common.js';
import { distinct, integer, listOf, number } from '../options/kind.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAMES, type RuleName } from '../rule/registry.js';
import { evaluateEvery, FINAL_EPISODES, namesOf, sameHidden, SEEDS, shippedSteps } from './options.js';
import { planTrials, resolveStudySettings } from './settings.js';
import type { Trial } from './trial.js';

/** Neurons that cannot repair themselves: `broadcast`, of which only the outputs learn. */
export const FROZEN = 'frozen';

export const DEATH_ALGORITHMS: readonly (RuleName | typeof FROZEN)[] = [...RULE_NAMES, FROZEN];

/** On Pendulum this is enough to have learned before the death, and to show afterwards who recovers. */
const PENDULUM = { environment: 'Pendulum-v1', steps: 20_000 } as const;

const shares = distinct(listOf(number({ min: 0, max: 1, above: true }), 'a list of shares, for example [0.1, 0.5]', { least: 1 }), describeShare);

const group = 'Study';

/** It dies, and has a step left to be born again at. */
const DEATH_STEPS = vary(STEPS, { default: (at) => shippedSteps(at(ENVIRONMENT), PENDULUM), narrow: () => integer({ min: 3, max: 100_000_000 }) });
const EVERY = evaluateEvery(20, 'a twentieth of the steps');

const DEATH_STEP = option('death.at', integer({ min: 1 }), {
  default: (at) => Math.floor(at(DEATH_STEPS) / 2), narrow: (at) => integer({ min: 1, max: at(DEATH_STEPS) - 1 }), flag: '--death-step', argument: 'step',
  shown: 'half of the steps', help: 'environment step at which they die', group,
});

const DEATH_ROWS = [
  ENVIRONMENT,
  option('algorithms', namesOf(DEATH_ALGORITHMS), {
    default: ['broadcast', 'three-factor', FROZEN], flag: '--algorithms',
    help: `with commas between them: ${DEATH_ALGORITHMS.join(', ')}, which is broadcast with hidden rows that do not learn`, group: 'Run', everyday: true,
  }),
  option('shares', shares, { default: [0.1, 0.25, 0.5], flag: '--shares', argument: 'shares', help: 'shares of the hidden neurons that die, with commas between them', group, everyday: true }),
  vary(SEEDS, { help: 'trials of each algorithm, share and fate, from seeds 1, 2, …' }),
  DEATH_STEPS,
  sameHidden('its neurons are those that die'),
  DEATH_STEP,
  option('death.rebirthAfter', integer({ min: 0 }), {
    default: (at) => Math.min(at(EVERY), at(DEATH_STEPS) - 1 - at(DEATH_STEP)), narrow: (at) => integer({ min: 0, max: at(DEATH_STEPS) - 1 - at(DEATH_STEP) }),
    flag: '--rebirth-after', unit: 'environment steps', argument: 'steps', shown: 'a twentieth of the steps', help: 'environment steps from the death to the rebirth',
    group,
  }),
  EVERY,
  FINAL_EPISODES,
] as const;

/** What a user may set of a study of death. */
export type DeathStudyOptions = OptionsOf<(typeof DEATH_ROWS)[number]>;

/** Everything that decides the results of a study of death, resolved: plain data, its config.json. */
export type DeathStudySettings = SettingsOf<(typeof DEATH_ROWS)[number]>;

export const DEATH_STUDY = createTable(DEATH_ROWS);

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveDeathStudySettings(given: DeathStudyOptions = {}): DeathStudySettings {
  return DEATH_STUDY.resolve(given, (settings) => { planDeathTrials({ ...settings, seeds: 1 }); });
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
