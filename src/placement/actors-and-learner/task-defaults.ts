import type { Layer } from '../../options/resolve.js';
import type { MethodName } from './methods.js';

/** What a task ships with under all value methods, and under one method, where that is not the general default. */
type TaskDefaults = Partial<Record<'value' | 'd4pg' | MethodName, Layer>>;

const TASKS: Readonly<Partial<Record<string, TaskDefaults>>> = {
  'CartPole-v1': { value: { network: { observationScale: [2.4, 2, 0.21, 2] } } }, // two components are unbounded
};

/** The layers of shipped options for a task and a method, the first of which wins. */
export function shippedOptions(environment: string, method: MethodName | 'd4pg'): Layer[] {
  const task = TASKS[environment];
  return [task?.[method], method === 'd4pg' ? undefined : task?.value].filter((layer) => layer !== undefined);
}
