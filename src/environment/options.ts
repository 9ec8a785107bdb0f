import { MODULE_PATTERN } from '../modules.js';
import { kind } from '../options/kind.js';
import { option } from '../options/row.js';
import { checkEnvironment, listEnvironments } from './registry.js';

const GAME = /^(MinAtar\/)(.*)-v1$/;
const games = listEnvironments().flatMap((id) => GAME.exec(id)?.[2] ?? []);

/** Names of the shipped environments, in words for a help text. */
export const SHIPPED = `${listEnvironments().filter((id) => !id.startsWith('MinAtar/')).join(', ')}, MinAtar/<game>-v1 (${games.join(', ')}; -v0 for all six actions)`;

/** An environment by its name, with options of its task in parentheses or without. */
export const environmentName = kind<string>({
  check: checkEnvironment,
  argument: 'id',
  schema: { anyOf: [{ type: 'string', pattern: `^(${listEnvironments().join('|')})\\s*(\\(.*\\))?\\s*$` }, { type: 'string', pattern: MODULE_PATTERN }] }, // shipped, or a module
});

export const ENVIRONMENT = option('environment', environmentName, {
  default: 'Pendulum-v1', flag: '--environment', help: `task: ${SHIPPED}; or the path of your own module, such as ./my-task.js`,
  group: 'Run', everyday: true,
});
