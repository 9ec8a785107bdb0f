import { CREDIT } from '../../credit/options.js';
import { ENVIRONMENT } from '../../environment/options.js';
import { environmentId } from '../../environment/registry.js';
import { CORRELATION, FINAL_NOISE, OUTPUT_NOISE, WARMUP_NOISE } from '../../explore/options.js';
import { KERNELS } from '../../kernels/options.js';
import { LAYERS } from '../../network/options.js';
import { SEED, STEPS } from '../../options/common.js';
import type { Ships } from '../../options/resolve.js';
import { option, vary, type SettingsOf } from '../../options/row.js';
import { createTable } from '../../options/table.js';
import { distributionRows, rate, replayRows, targetRows } from './rows.js';
import { shippedOptions } from './task-defaults.js';

/** The options of d4pg. */
const POLICY_ROWS = [
  ENVIRONMENT,
  CREDIT,
  ...LAYERS,
  ...distributionRows('categorical'),
  ...replayRows({ sampler: 'proportional', steps: 5 }),
  option('learning.actorRate', rate, { default: 1e-3, flag: '--actor-rate', argument: 'rate', help: 'learning rate of the actor', group: 'Learning' }),
  option('learning.criticRate', rate, { default: 1e-3, flag: '--critic-rate', argument: 'rate', help: 'learning rate of the critic', group: 'Learning' }),
  ...targetRows({ period: 1, rate: 0.005 }),
  vary(OUTPUT_NOISE, { default: 0.3 }),
  WARMUP_NOISE,
  CORRELATION,
  FINAL_NOISE,
  KERNELS,
  SEED,
  vary(STEPS, { default: 20_000 }),
] as const;

/** Everything a run of d4pg depends on, resolved: plain data, written to the run folder as it is. */
export type PolicySettings = SettingsOf<(typeof POLICY_ROWS)[number]>;

const ships: Ships = (at, path) => (path === ENVIRONMENT.path ? [] : shippedOptions(environmentId(at(ENVIRONMENT)), 'd4pg'));

export const POLICY_TABLE = createTable(POLICY_ROWS, ships);
