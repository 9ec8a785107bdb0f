import { broadcast } from './broadcast.js';
import { coagent } from './coagent.js';
import { compatible, compatibleNatural } from './compatible.js';
import { deep } from './deep.js';
import { exact } from './exact.js';
import { linear, linearGlobal } from './linear.js';
import { quadratic } from './quadratic.js';
import type { Rule } from './rule.js';
import { sarsa } from './sarsa.js';
import { threeFactor } from './three-factor.js';

/** Every shipped rule, by name: a further rule is one file and one line here. */
export const RULES = {
  broadcast,
  'three-factor': threeFactor,
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

/** The names of all rules, the default first. */
export const RULE_NAMES = Object.keys(RULES).filter((name): name is RuleName => name in RULES);
