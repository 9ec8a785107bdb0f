import { integer } from './kind.js';
import { option } from './row.js';

export const SEED = option('seed', integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), {
  default: 1, flag: '--seed', argument: 'number',
  help: 'seed of all random streams',
  group: 'Run', everyday: true,
});

export const STEPS = option('steps', integer({ min: 1, max: 100_000_000 }), {
  default: 40_000, flag: '--steps', unit: 'environment steps', argument: 'count', help: 'environment steps', group: 'Run', everyday: true,
});
