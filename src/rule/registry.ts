import { isRecord } from '../check.js';
import { LOCALITIES } from '../credit/credit.js';
import { checkCredit } from '../credit/registry.js';
import { definitionChecks, isRule } from '../memory/user-definition.js';
import { createModules, createRegistry } from '../modules.js';
import { objectiveNamed } from '../objective/registry.js';
import { broadcast } from './broadcast.js';
import { coagent } from './coagent.js';
import { compatible, compatibleNatural } from './compatible.js';
import { creditRule, linearTdRule } from './credit-rule.js';
import { deep } from './deep.js';
import { exact } from './exact.js';
import { feedback } from './feedback.js';
import { kolenPollack } from './kolen-pollack.js';
import { linear, linearGlobal } from './linear.js';
import { quadratic } from './quadratic.js';
import type { Rule } from './rule.js';
import { sarsa } from './sarsa.js';
import { threeFactor } from './three-factor.js';

/** Every shipped rule, by name: a further rule is one file and one line here. */
export const RULES = {
  broadcast,
  'three-factor': threeFactor,
  feedback,
  'kolen-pollack': kolenPollack,
  compatible,
  'compatible-natural': compatibleNatural,
  coagent,
  sarsa,
  linear,
  'linear-global': linearGlobal,
  quadratic,
  deep,
  exact,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

const { add, find: findRule, named: ruleNamed } = createRegistry<Rule>('rule', RULES);

export { findRule, ruleNamed };

/** The rule of settings: the one named, or an objective of the user's choice under its credit. */
export function ruleOfSettings({ name, objective }: { readonly name: string; readonly objective?: string | undefined }): Rule {
  const rule = ruleNamed(name);
  return objective === undefined || rule.credit === undefined ? rule : creditRule(objectiveNamed(objective), rule.credit, rule);
}

/** Rules of the user's own: modules whose default export is a `Rule`, or a credit assignment, which is used under linear TD. */
export const { register: registerRule, load: loadRule } = createModules({
  option: 'rule',
  example: 'my-rule',
  has: (name) => findRule(name) !== undefined,
  add(name, exported) {
    if (isRecord(exported) && !isRule(exported) && typeof exported.locality === 'string') {
      const credit = checkCredit(name, exported, 'rule');
      const { summary } = credit;
      add(name, linearTdRule(credit, { name, summary, localityNote: `linear TD under your credit: ${summary}` }));
      return;
    }
    const checks = definitionChecks('rule', name);
    const { summary, locality, data, reads } = checks.definition(exported, 'a Rule', ['parameters', 'create']);
    checks.oneOf('locality', locality, LOCALITIES);
    checks.oneOf('data', data, ['replay', 'online']);
    checks.oneOf('reads', reads, ['sources', 'all']);
    const own = Object.assign({ localityNote: String(summary), hiddenIsStochastic: false, targetWeights: false }, exported as Rule);
    add(name, {
      ...own,
      name,
      parameters: (topology) => checks.shapes(own.parameters(topology), topology.neurons),
      create: (context) => checks.program(own.create(context), [['learn'], ['estimate']], ['broadcast']),
    });
  },
});

/** The names of all shipped rules, the default first. */
export const RULE_NAMES = Object.keys(RULES).filter((name): name is RuleName => name in RULES);
