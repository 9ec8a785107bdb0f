import { OptionTypeError } from '../errors.js';
import { definitionChecks, isRule } from '../memory/user-definition.js';
import { createModules, createRegistry } from '../modules.js';
import { backpropCredit } from './backprop.js';
import { broadcastCredit } from './broadcast.js';
import { LOCALITIES, type CreditAssignment } from './credit.js';
import { feedbackCredit } from './feedback.js';
import { kolenPollackCredit } from './kolen-pollack.js';
import { layerBroadcastCredit, layerHeadsCredit } from './layer-heads.js';
import { noCredit } from './none.js';
import { perturbedCredit } from './perturbed.js';
import { skipSumCredit } from './skip-sum.js';
import { threeFactorCredit } from './three-factor.js';

/** Every shipped credit assignment, by name: a further one is one file and one line here. */
export const CREDITS = {
  backprop: backpropCredit,
  broadcast: broadcastCredit,
  feedback: feedbackCredit,
  'kolen-pollack': kolenPollackCredit,
  'layer-heads': layerHeadsCredit,
  'layer-broadcast': layerBroadcastCredit,
  perturbed: perturbedCredit,
  'skip-sum': skipSumCredit,
  'three-factor': threeFactorCredit,
  none: noCredit,
} as const satisfies Record<string, CreditAssignment>;

export type CreditName = keyof typeof CREDITS;

/** Those that need nothing of the objective but its errors: they serve every algorithm that leaves credit open. */
export const OPEN_CREDITS = ['backprop', 'broadcast', 'feedback', 'kolen-pollack', 'layer-heads', 'layer-broadcast', 'perturbed', 'skip-sum', 'none'] as const satisfies readonly CreditName[];
export type OpenCreditName = (typeof OPEN_CREDITS)[number];

const { add, find: findCredit, named: creditNamed } = createRegistry<CreditAssignment>('credit assignment', CREDITS);

export { findCredit, creditNamed };

/** Credit assignments of the user's own: modules whose default export is a `CreditAssignment`. */
export const { register: registerCredit, load: loadCredit } = createModules({
  option: 'credit',
  example: 'my-credit',
  has: (name) => findCredit(name) !== undefined,
  add: (name, exported) => { add(name, checkCredit(name, exported)); },
});

/** A module's default export as a credit assignment, whose functions check what they return. @throws TypeError if it is none. @param option that names the module */
export function checkCredit(name: string, exported: unknown, option = 'credit'): CreditAssignment {
  if (isRule(exported)) throw new OptionTypeError(option, `"${option}" expected a CreditAssignment, got a Rule (use --rule)`);
  const checks = definitionChecks(option, name);
  const { locality, outputs } = checks.definition(exported, 'a CreditAssignment', ['create']);
  checks.oneOf('locality', locality, LOCALITIES);
  if (outputs !== undefined) checks.oneOf('outputs', outputs, ['skip', 'heads']);
  const own = Object.assign({ parameters: () => [] }, exported as CreditAssignment);
  return {
    ...own,
    name,
    parameters: (topology) => checks.shapes(own.parameters(topology), topology.neurons),
    create: (context) => checks.program(own.create(context), [['assign', 'spread']], ['prepare', 'learn']),
  };
}
