import type { CreditAssignment } from './credit.js';

/** `none`: ∂J/∂v_n := 0. Hidden neurons stay as they were drawn: what the other credits have to beat. */
export const noCredit: CreditAssignment = {
  name: 'none',
  summary: 'nothing: hidden neurons stay as they were drawn',
  locality: 'reward',
  parameters: () => [],
  create: () => ({
    assign({ count }, _error, credit, { begin, end, size }) {
      for (let row = 0; row < count; row += 1) credit.fill(0, row * size + begin, row * size + end);
    },
  }),
};
