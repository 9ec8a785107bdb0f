import { CREDITS } from '../../src/credit/registry.js';
import { creditContract } from '../contracts/credit-contract.js';

for (const credit of Object.values(CREDITS)) creditContract(credit);
