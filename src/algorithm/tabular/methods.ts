/** What a method approximates: the best values, those of the best policy of its kind (greedy about itself for ε = 0), or those of a fixed policy. */
export type Goal = 'optimal' | 'own-policy' | 'fixed-policy';

interface Method {
  readonly summary: string;
  readonly goal: Goal;
  /** Reads the model; learns from samples into a table; or estimates the model from samples and reads the estimate. */
  readonly kind: 'model' | 'table' | 'estimate';
  /** ε unless given: of the policy that is found, of the one that explores, or of the one that is evaluated. */
  readonly epsilon: number;
}

/** Every method: a further one is a line here, and a file or a branch where its kind is run. */
export const METHODS = {
  'value-iteration': { summary: 'backs all states up until they settle', kind: 'model', goal: 'own-policy', epsilon: 0 },
  'policy-iteration': { summary: 'solves for the values of a policy, makes it greedy, repeats', kind: 'model', goal: 'own-policy', epsilon: 0 },
  'modified-policy-iteration': { summary: 'the same, with a few backups in place of the solution', kind: 'model', goal: 'own-policy', epsilon: 0 },
  'linear-system': { summary: 'solves for the values of a fixed policy', kind: 'model', goal: 'fixed-policy', epsilon: 1 },
  'model-estimate': { summary: 'counts the transitions of random actions, and iterates values on the estimate', kind: 'estimate', goal: 'own-policy', epsilon: 0 },
  td: { summary: 'TD(0): evaluates a fixed policy from single steps', kind: 'table', goal: 'fixed-policy', epsilon: 1 },
  'first-visit-mc': { summary: 'Monte Carlo: evaluates a fixed policy from returns after first visits', kind: 'table', goal: 'fixed-policy', epsilon: 1 },
  'every-visit-mc': { summary: 'Monte Carlo: the same, after every visit', kind: 'table', goal: 'fixed-policy', epsilon: 1 },
  sarsa: { summary: 'learns the values of the policy that explores, from the action taken next', kind: 'table', goal: 'own-policy', epsilon: 0.1 },
  'expected-sarsa': { summary: 'the same, from the mean over the actions that may be next', kind: 'table', goal: 'own-policy', epsilon: 0.1 },
  'q-learning': { summary: 'learns the best values, from the best action next', kind: 'table', goal: 'optimal', epsilon: 0.1 },
  'double-q-learning': { summary: 'the same with two tables: one selects the action, the other one values it', kind: 'table', goal: 'optimal', epsilon: 0.1 },
} as const satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof METHODS;
export type LearnerName = { [Name in MethodName]: (typeof METHODS)[Name]['kind'] extends 'table' ? Name : never }[MethodName];

export const METHOD_NAMES = Object.keys(METHODS) as MethodName[];

/** True for methods that learn a table from samples: they run on threads. */
export function isLearner(name: MethodName): name is LearnerName {
  return METHODS[name].kind === 'table';
}

/** True for methods that learn from whole episodes. */
export const isMonteCarlo = (name: MethodName): boolean => name === 'first-visit-mc' || name === 'every-visit-mc';

/** True for methods whose table holds values of states; the others hold values of actions, row after row. */
export const learnsStateValues = (name: MethodName): boolean => name === 'td' || isMonteCarlo(name);

/** Entries of a method's table. */
export function entriesOf(name: LearnerName, states: number, actions: number): number {
  if (learnsStateValues(name)) return states;
  return states * actions * (name === 'double-q-learning' ? 2 : 1);
}
