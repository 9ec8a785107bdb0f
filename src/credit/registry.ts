import { backpropCredit } from './backprop.js';
import { broadcastCredit } from './broadcast.js';
import type { CreditAssignment } from './credit.js';
import { feedbackCredit } from './feedback.js';
import { noCredit } from './none.js';
import { threeFactorCredit } from './three-factor.js';

/** Every shipped credit assignment, by name: a further one is one file and one line here. */
export const CREDITS = {
  backprop: backpropCredit,
  broadcast: broadcastCredit,
  feedback: feedbackCredit,
  'three-factor': threeFactorCredit,
  none: noCredit,
} as const satisfies Record<string, CreditAssignment>;

export type CreditName = keyof typeof CREDITS;

/** Those that need nothing of the objective but its errors: they serve every algorithm that leaves credit open. */
export const OPEN_CREDITS = ['backprop', 'broadcast', 'feedback', 'none'] as const satisfies readonly CreditName[];
export type OpenCreditName = (typeof OPEN_CREDITS)[number];
