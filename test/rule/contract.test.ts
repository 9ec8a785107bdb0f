import { RULE_NAMES } from '../../src/rule/registry.js';
import { ruleContract } from '../contracts/rule-contract.js';

for (const name of RULE_NAMES) ruleContract(name);
