import test from 'ava';

import { CREDITS } from '../../src/credit/registry.js';
import { creditContract } from '../../src/testing/credit-contract.js';

for (const { title, check } of Object.values(CREDITS).flatMap(creditContract)) test(title, check);
