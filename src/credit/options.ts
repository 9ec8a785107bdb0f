import { checkName } from '../check.js';
import { canonicalName, MODULE_PATTERN } from '../modules.js';
import { kind } from '../options/kind.js';
import { option } from '../options/row.js';
import { CREDITS, findCredit, OPEN_CREDITS, type OpenCreditName } from './registry.js';

/** A credit assignment's name, shipped or of a module of the user's own that has been loaded. */
const creditName = kind<string, OpenCreditName | (string & {})>({ // the names are what an editor proposes
  check(path, value) {
    const name = typeof value === 'string' ? canonicalName(value) : value;
    const own = typeof name === 'string' && findCredit(name) !== undefined && !(name in CREDITS);
    return own ? name : checkName(path, name, OPEN_CREDITS);
  },
  argument: 'name',
  schema: { anyOf: [{ enum: OPEN_CREDITS }, { type: 'string', pattern: MODULE_PATTERN }] },
});

/** How hidden neurons get their credit, where an algorithm leaves that open. */
export const CREDIT = option('credit', creditName, {
  default: 'backprop', flag: '--credit', help: `credit assignment of the hidden layers: ${OPEN_CREDITS.join(', ')}; or the path of your own module`,
  group: 'Run', everyday: true,
});
