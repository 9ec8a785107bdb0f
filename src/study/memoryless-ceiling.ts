import { makeEnvironment } from '../environment/registry.js';
import type { Reference } from '../report/panels.js';
import { score } from './format.js';

/** What the best policy without memory comes to on a task. */
export interface Ceiling {
  readonly value: number;
  /** Where the number is from. */
  readonly source: string;
}

/** Of the tasks that hide something: as `src/environment` derives or measures them. */
const CEILINGS: readonly { readonly task: string; readonly source: string; readonly value: (environment: string) => number }[] = [
  { task: 'TMaze-v0', source: 'half of the turns right', value: () => 1.95 },
  { task: 'DelayedRecall-v0', source: 'a guess', value: guess },
  { task: 'CartPoleNoVel-v1', source: 'best of 4,141 threshold policies', value: () => 45 },
  { task: 'PendulumNoVel-v1', source: 'best of 819 torques that depend on the angle alone', value: () => -1051 },
  { task: 'MountainCarContinuousNoVel-v0', source: 'to stand still', value: () => 0 },
];

/** Undefined for tasks that hide nothing. */
export function memorylessCeiling(environment: string): Ceiling | undefined {
  const { id } = makeEnvironment(environment);
  const known = CEILINGS.find(({ task }) => task === id);
  return known && { value: known.value(environment), source: known.source };
}

/** One arm in so many is the right one. */
function guess(environment: string): number {
  const { actionSpace } = makeEnvironment(environment);
  return actionSpace.kind === 'discrete' ? 1 / actionSpace.count : 1;
}

/** The ceiling as a dashed line, for tasks that hide something. */
export function ceilingReference(environment: string): Reference[] {
  return [memorylessCeiling(environment) ?? []].flat().map(({ value }) => ({ name: `without memory at most ${score(value)}`, value }));
}
