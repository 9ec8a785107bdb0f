import { creditNamed } from '../credit/registry.js';
import { linearTdRule } from '../rule/credit-rule.js';
import { findRule, RULE_NAMES, RULES } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';

/**
 * The shipped rules that can be certified: those that learn from a replay, as DDPG does. `kolen-pollack` is left out: its feedback weights
 * follow the steps of the weights, which here follow another gradient.
 */
export const CERTIFIED_NAMES: readonly string[] = RULE_NAMES.filter((name) => RULES[name].data === 'replay' && name !== 'kolen-pollack');

/** Shipped credits without a rule; they are certified if named. Under `none` hidden neurons have no gradient, and so no cosine. */
export const CERTIFIED_CREDITS: readonly string[] = ['none'];

/** The rule of a name: itself, or linear TD under a credit. */
export function certifiedRule(name: string): Rule {
  const rule = findRule(name);
  if (rule !== undefined) return rule;
  const { summary } = creditNamed(name);
  return linearTdRule(creditNamed(name), { name, summary, localityNote: `linear TD under this credit: ${summary}` });
}
