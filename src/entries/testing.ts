/** `ganglion/testing`: the contract suites that hold the shipped modules, for a user's own. They run under any test runner. */
export type { ContractCheck } from '../testing/check.js';
export { creditContract } from '../testing/credit-contract.js';
export { environmentContract } from '../testing/environment-contract.js';
export { objectiveContract } from '../testing/objective-contract.js';
