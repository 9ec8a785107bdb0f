import { checkName, wrongValue } from '../check.js';
import { DDPG_ROWS, shippedDdpg, type DdpgSettings } from '../algorithm/ddpg/settings.js';
import { canonicalName, isModuleName, MODULE_PATTERN } from '../modules.js';
import { HIDDEN_NOISE } from '../explore/options.js';
import { HIDDEN } from '../network/options.js';
import { findCredit } from '../credit/registry.js';
import { STEPS } from '../options/common.js';
import { integer, kind, listOf, NOT_NEGATIVE, number, oneOf, orNull, refine } from '../options/kind.js';
import { option, vary, withoutFlags, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAMES } from '../rule/registry.js';
import { CERTIFIED_CREDITS, CERTIFIED_NAMES, certifiedRule } from './certified-rules.js';
import { TWIN } from './control-critic.js';

/** The kinds that a certificate has unless others are named: the control, and the rules that can be certified. */
export const CRITIC_NAMES: readonly string[] = [TWIN, ...CERTIFIED_NAMES];

const KNOWN = [...CRITIC_NAMES, ...CERTIFIED_CREDITS];

const group = 'Certificate';

/** Each once, in the order of the registry. */
const utilityRules = refine(listOf(oneOf(RULE_NAMES), 'a list of rules, for example ["linear", "compatible"]'), (_, names) => RULE_NAMES.filter((name) => names.includes(name)));

/** A shipped kind, or a credit of a module of the user's own that has been loaded. */
const criticName = kind<string>({
  check(path, value) {
    const name = typeof value === 'string' ? canonicalName(value) : value;
    return typeof name === 'string' && isModuleName(name) && findCredit(name) !== undefined ? name : checkName(path, name, KNOWN);
  },
  argument: 'name',
  schema: { anyOf: [{ enum: KNOWN }, { type: 'string', pattern: MODULE_PATTERN }] },
});

/** Each once, the shipped ones in their order. */
const critics = refine(listOf(criticName, 'a list of rules, for example ["linear", "compatible"]'), (path, names) => {
  if (names.length === 0) throw wrongValue(path, 'at least one kind', names);
  return [...KNOWN.filter((name) => names.includes(name)), ...new Set(names.filter((name) => !KNOWN.includes(name)))];
});

/** What is certified, besides the run of DDPG that it is certified on. */
const CERTIFICATION = [
  option('certificate.critics', critics, {
    default: CRITIC_NAMES, flag: '--critics', shown: 'all but none', help: `comma-separated kinds of critics; twin is the control: ${KNOWN.join(', ')}; or the path of your own credit`,
    group, everyday: true,
  }),
  option('certificate.neurons', integer({ min: 1 }), { default: 4, flag: '--neurons', help: 'number of neurons probed in each layer, from the first on', group, everyday: true }),
  option('certificate.explorers', oneOf(['chosen', 'all']), {
    default: 'chosen', flag: '--explorers', argument: 'which', help: 'hidden neurons that explore: chosen (those that are probed) or all', group,
  }),
  option('certificate.probeEvery', integer({ min: 1 }), { default: 1000, flag: '--probe-every', argument: 'steps', unit: 'environment steps', help: 'environment steps from one probe to the next', group }),
  option('certificate.minibatches', integer({ min: 4, max: 1024 }), { default: 64, flag: '--minibatches', help: 'minibatches drawn for each probe', group }),
  option('certificate.criticRate', orNull(number(NOT_NEGATIVE)), {
    default: null, flag: '--kinds-rate', argument: 'rate', shown: 'as each rule ships', help: 'learning rate of the critics, in place of the default of each rule', group,
  }),
  option('certificate.utilitySeeds', integer({ min: 0, max: 1000 }), { default: 2, flag: '--utility-seeds', help: 'seeds of the measurement of depth utility; 0: none', group }),
  option('certificate.utilitySteps', integer({ min: 1, max: 100_000_000 }), {
    default: (at) => at(CERTIFIED_STEPS), flag: '--utility-steps', unit: 'environment steps', argument: 'count',
    help: 'environment steps of each of its trials', group,
  }),
  // The shipped default alone: a further rule costs half a minute per seed.
  option('certificate.utilityRules', utilityRules, { default: ['broadcast'], flag: '--utility-rules', help: `rules for that measurement, besides DDPG: ${RULE_NAMES.join(', ')}`, group }),
] as const;

/** Independent of DDPG's defaults for the task: two layers, to be compared, and hidden neurons that explore, without which no critic can estimate their slope. */
const always = { unshipped: () => true };
const CERTIFIED_STEPS = vary(STEPS, { default: 10_000, ...always });

const OWN_DDPG = withoutFlags(DDPG_ROWS, ['learning.gradientDelay', 'credit']).filter((row) => row.path !== 'exploration.hiddenNeurons').map((row) => {
  if (row.path === STEPS.path) return CERTIFIED_STEPS;
  if (row.path === HIDDEN.path) return vary(HIDDEN, { default: [32, 32], ...always });
  return row.path === HIDDEN_NOISE.path ? vary(HIDDEN_NOISE, { default: 0.1, ...always }) : row;
});

const isExploration = ({ path }: { readonly path: string }) => path.startsWith('exploration.');

const CERTIFICATE_ROWS = [...OWN_DDPG.filter((row) => !isExploration(row)), ...OWN_DDPG.filter(isExploration), ...CERTIFICATION] as const;

/** Everything a certificate depends on, resolved: plain data. */
export type CertificateSettings = SettingsOf<(typeof CERTIFICATE_ROWS)[number]>;

/** What a user may set; the rest has defaults. */
export type CertificateOptions = OptionsOf<(typeof CERTIFICATE_ROWS)[number]>;

export const CERTIFICATE = createTable(CERTIFICATE_ROWS, shippedDdpg);

/**
 * Checks a user's options, fills in defaults and returns the complete settings.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveCertificateSettings(given: CertificateOptions = {}): CertificateSettings {
  return CERTIFICATE.resolve(given, ({ exploration: { hidden }, learning: { gradientDelay: delay } }) => {
    if (hidden === 0) throw wrongValue('exploration.hidden', 'a number > 0', 0, ': the slope of a neuron that does not explore cannot be estimated');
    if (delay > 0) throw wrongValue('learning.gradientDelay', '0', delay, ': the critics learn at the current parameters');
  });
}

/** The settings of the run of DDPG, given the probed neurons. */
export function ddpgSettings({ certificate, exploration, ...settings }: CertificateSettings, chosen: readonly string[]): DdpgSettings {
  return { ...settings, exploration: { ...exploration, hiddenNeurons: certificate.explorers === 'all' ? null : chosen } };
}

/** η_Q that a kind starts with: the control's is DDPG's own; a rule's is as given, or else its own. */
export function criticRateOf(name: string, { certificate: { criticRate }, learning }: CertificateSettings): number {
  if (name === TWIN) return learning.criticRate;
  return criticRate ?? certifiedRule(name).defaults?.rule?.criticRate ?? 1e-2;
}
