import { checkInteger, describeRange, wrongKind, wrongValue } from '../check.js';
import { none } from './sections.js';
import type { OptionReader } from './reader.js';

/** Which share of the hidden neurons dies in a run, and when. */
export interface DeathSettings {
  /** Share of the hidden neurons, rounded to whole ones, at least one; 0: nobody dies. */
  readonly share: number;
  /** Environment step at which they fall silent; `evaluation`: only for a second evaluation after the last step; null: nobody dies. */
  readonly step: number | 'evaluation' | null;
  /** Environment step at which they are born again, blank; null: they stay dead. */
  readonly rebirth: number | null;
  /** Environment steps from the death to the first evaluation after it, and between two of them; null where there are none. */
  readonly evaluateEvery: number | null;
}

export const DEATH_KEYS: readonly string[] = ['share', 'step', 'rebirth', 'evaluateEvery'] satisfies (keyof DeathSettings)[];

/** Evaluations that a whole run would have where nothing is said. */
const EVALUATIONS = 20;

/**
 * @param steps environment steps of the run: who dies, or is born, does so before the last
 * @param hidden sizes of the hidden layers
 */
export function readDeath(reader: OptionReader, steps: number, hidden: readonly number[]): DeathSettings {
  const given = reader.value('death.step', null);
  if (hidden.length === 0) reader.number('death.share', 0, none('there are no hidden neurons that could die'));
  if (given === null) return nobodyDies(reader);
  const share = reader.number('death.share', 0, { min: 0, max: 1, above: true });
  const step = checkStep(given, steps);
  if (step === 'evaluation') return { share, step, rebirth: readNull(reader, 'rebirth', EVALUATION_ONLY), evaluateEvery: readNull(reader, 'evaluateEvery', EVALUATION_ONLY) };
  const rebirth = reader.value('death.rebirth', null);
  const every = reader.value('death.evaluateEvery', null);
  return {
    share,
    step,
    rebirth: rebirth === null ? null : checkInteger('death.rebirth', rebirth, { min: step, max: steps - 1, hint: 'from the death on, and before the last step' }),
    evaluateEvery: every === null ? Math.ceil(steps / EVALUATIONS) : checkInteger('death.evaluateEvery', every, { min: 1 }),
  };
}

const EVALUATION_ONLY = 'neurons that are silent in an evaluation only';

function nobodyDies(reader: OptionReader): DeathSettings {
  const who = 'a run in which nobody dies';
  const share = reader.number('death.share', 0, { min: 0, max: 1 });
  if (share > 0) throw wrongValue('death.step', 'a step for the share that dies', null);
  return { share, step: null, rebirth: readNull(reader, 'rebirth', who), evaluateEvery: readNull(reader, 'evaluateEvery', who) };
}

function readNull(reader: OptionReader, key: keyof DeathSettings, whose: string): null {
  const value = reader.value(`death.${key}`, null);
  if (value !== null) throw wrongValue(`death.${key}`, `nothing for ${whose}`, value);
  return value;
}

function checkStep(value: unknown, steps: number): number | 'evaluation' {
  if (value === 'evaluation') return value;
  const constraint = `${describeRange('a whole number', { min: 1, max: steps - 1 })}, or "evaluation"`;
  if (typeof value !== 'number') throw wrongKind('death.step', constraint, value);
  if (!Number.isSafeInteger(value) || value < 1 || value >= steps) throw wrongValue('death.step', constraint, value, `; the run has ${steps} steps`);
  return value;
}
