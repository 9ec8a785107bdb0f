import { checkName, isRecord, wrongKind, wrongValue } from '../check.js';
import { DDPG_GRAMMAR, resolveDdpgSettings, type DdpgOptions, type DdpgSettings } from '../baseline/settings.js';
import { checkLayer, createReader, type Grammar, type OptionReader } from '../options/reader.js';
import { NOT_NEGATIVE, SECTION_KEYS } from '../options/sections.js';
import { RULE_NAMES, RULES, type RuleName } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';
import { TWIN } from './twin.js';

/** What is certified, besides the run of DDPG that it is certified on. */
export interface CertificationSettings {
  /** Kinds of critics: rules of the registry, and the control. */
  readonly critics: readonly CriticName[];
  /** Neurons of each layer that are looked at. */
  readonly neurons: number;
  /** Which hidden neurons explore: those that are looked at, or all. */
  readonly explorers: 'chosen' | 'all';
  /** Environment steps from one probe to the next. */
  readonly probeEvery: number;
  /** Fresh minibatches of each probe. */
  readonly minibatches: number;
  /** η_Q of every kind; null: each rule's own. */
  readonly criticRate: number | null;
  /** Seeds, from the run's own on, that depth utility is measured over; 0: not at all. */
  readonly utilitySeeds: number;
  /** Environment steps of each of its trials. */
  readonly utilitySteps: number;
  /** The rules that it is measured for, besides DDPG. */
  readonly utilityRules: readonly RuleName[];
}

/** Everything a certificate depends on, resolved: plain data. */
export interface CertificateSettings extends Omit<DdpgSettings, 'exploration'> {
  readonly exploration: Omit<DdpgSettings['exploration'], 'hiddenNeurons'>;
  readonly certificate: CertificationSettings;
}

/** What a user may set; whatever is left out takes the default. */
export interface CertificateOptions extends Omit<DdpgOptions, 'exploration'> {
  exploration?: Partial<CertificateSettings['exploration']>;
  certificate?: Partial<CertificationSettings>;
}

export type CriticName = RuleName | typeof TWIN;

/** The kinds there are: the control, and the rules that learn from the replay, as DDPG does. */
export const CRITIC_NAMES: readonly CriticName[] = [TWIN, ...RULE_NAMES.filter((name) => RULES[name].experience === 'replay')];

const GRAMMAR: Grammar = {
  sections: {
    ...DDPG_GRAMMAR.sections,
    exploration: SECTION_KEYS.exploration,
    certificate: ['critics', 'neurons', 'explorers', 'probeEvery', 'minibatches', 'criticRate', 'utilitySeeds', 'utilitySteps', 'utilityRules'],
  },
  single: DDPG_GRAMMAR.single,
};

/** Where nothing is given: two layers, to be compared, and hidden neurons that explore, or no critic could know their slope. */
const DEFAULTS = { network: { hidden: [32, 32] }, exploration: { hidden: 0.1 }, steps: 10_000 } as const;

/** The rule that depth utility is measured for where nothing is said: the shipped default. A further one costs half a minute per seed. */
const UTILITY_RULES: readonly RuleName[] = ['broadcast'];

/**
 * Checks what a user gave, fills in defaults and returns the complete settings.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveCertificateSettings(given: CertificateOptions = {}): CertificateSettings {
  const layer = checkLayer(given, GRAMMAR);
  const section = (name: string) => (isRecord(layer[name]) ? layer[name] : {});
  const options: Record<string, unknown> = {
    steps: DEFAULTS.steps,
    ...Object.fromEntries(Object.entries(layer).filter(([name]) => name !== 'certificate')),
    network: { ...DEFAULTS.network, ...section('network') },
    exploration: { ...DEFAULTS.exploration, ...section('exploration') },
  };
  const { exploration: { output, hidden, warmup, correlation, final }, ...settings } = resolveDdpgSettings(options);
  if (hidden === 0) throw wrongValue('exploration.hidden', 'a number > 0', 0, ': a neuron that never explores has no slope to be known');
  if (settings.learning.delay > 0) throw wrongValue('learning.delay', '0', settings.learning.delay, ': the critics learn along at the present parameters');
  return { ...settings, exploration: { output, hidden, warmup, correlation, final }, certificate: readCertification(createReader([layer]), settings.steps) };
}

function readCertification(reader: OptionReader, steps: number): CertificationSettings {
  const criticRate = reader.value('certificate.criticRate', null);
  return {
    critics: checkCritics(reader.value('certificate.critics', CRITIC_NAMES)),
    neurons: reader.integer('certificate.neurons', 4, { min: 1 }),
    explorers: reader.name('certificate.explorers', 'chosen', ['chosen', 'all']),
    probeEvery: reader.integer('certificate.probeEvery', 1000, { min: 1 }),
    minibatches: reader.integer('certificate.minibatches', 64, { min: 4, max: 1024 }),
    criticRate: criticRate === null ? null : reader.number('certificate.criticRate', 0, NOT_NEGATIVE),
    utilitySeeds: reader.integer('certificate.utilitySeeds', 2, { min: 0, max: 1000 }),
    utilitySteps: reader.integer('certificate.utilitySteps', steps, { min: 1, max: 100_000_000 }),
    utilityRules: checkRules('certificate.utilityRules', reader.value('certificate.utilityRules', UTILITY_RULES), RULE_NAMES),
  };
}

function checkCritics(value: unknown): CriticName[] {
  const critics = checkRules('certificate.critics', value, CRITIC_NAMES);
  if (critics.length === 0) throw wrongValue('certificate.critics', 'at least one kind', value);
  return critics;
}

function checkRules<Name extends string>(path: string, value: unknown, known: readonly Name[]): Name[] {
  if (!Array.isArray(value)) throw wrongKind(path, 'a list of rules, for example ["linear", "compatible"]', value);
  const names = value.map((name: unknown) => checkName(path, name, known));
  return known.filter((name) => names.includes(name));
}

/** The settings of the run of DDPG, given which neurons are looked at. */
export function ddpgSettings({ certificate, exploration, ...settings }: CertificateSettings, chosen: readonly string[]): DdpgSettings {
  return { ...settings, exploration: { ...exploration, hiddenNeurons: certificate.explorers === 'all' ? null : chosen } };
}

/** η_Q that a kind starts with: the control's is DDPG's own; a rule's is as given, or else its own. */
export function criticRateOf(name: CriticName, { certificate: { criticRate }, learning }: CertificateSettings): number {
  if (name === TWIN) return learning.criticRate;
  const rule: Rule = RULES[name];
  return criticRate ?? rule.defaults?.rule?.criticRate ?? 1e-2;
}
