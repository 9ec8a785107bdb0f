import { wrongValue } from '../../check.js';
import { NEURAL_HIDDEN } from '../../network/neuron-options.js';
import { STEPS } from '../../options/common.js';
import { integer, integerOr, kind, number, only, orNull, refine, type Kind } from '../../options/kind.js';
import { option, type At, type SettingsOf } from '../../options/row.js';
import { numberOrText } from '../../options/text.js';

const group = 'Death of neurons';

/** Evaluations that a whole run would have where nothing is said. */
const EVALUATIONS = 20;

/** `0.1@10000`: the share that dies, and when. */
function readKill(text: string, flag: string): { share: unknown; step: unknown } {
  const parts = text.split('@');
  if (parts.length !== 2) throw wrongValue(flag, '<share>@<step>, such as 0.1@10000, or <share>@evaluation', text);
  return { share: numberOrText(parts[0]), step: numberOrText(parts[1]) };
}

const STEP = option('death.step', orNull(integerOr('evaluation', 'a whole number', { min: 1 })), {
  default: null, narrow: (at) => orNull(integerOr('evaluation', 'a whole number', { min: 1, max: at(STEPS) - 1 }, `; the run has ${at(STEPS)} steps`)), shown: 'never',
  help: 'environment step at which they fall silent; evaluation: only for a second evaluation after the last step', group,
});

/** Null, for the reason given. */
const nothing = (whose: string): Kind<null> => kind({
  check(path, value) {
    if (value !== null) throw wrongValue(path, `nothing for ${whose}`, value);
    return value;
  },
  argument: 'nothing',
  schema: { type: 'null' },
});

/** What only a death in the middle of the run has. */
function afterDeath(at: At, then: (step: number) => Kind<number | null>): Kind<number | null> {
  const step = at(STEP);
  if (step === null) return nothing('a run in which nobody dies');
  return step === 'evaluation' ? nothing('neurons that are silent in an evaluation only') : then(step);
}

/** Which share of the hidden neurons dies in a run, and when. */
export const DEATH = [
  option('death.share', number({ min: 0, max: 1 }), {
    default: 0,
    narrow: (at) => (at(NEURAL_HIDDEN).length === 0 ? only(0, 'there are no hidden neurons that could die') : at(STEP) === null ? undefined : number({ min: 0, max: 1, above: true })),
    flag: '--kill', argument: '<share>@<step>', spread: readKill, shown: 'nobody',
    help: 'share of the hidden neurons that falls silent at a step, or, with @evaluation, in a second evaluation at the end only', group,
  }),
  STEP,
  option('death.rebirth', orNull(integer({ min: 1 })), {
    default: null, narrow: (at) => afterDeath(at, (step) => orNull(integer({ min: step, max: at(STEPS) - 1, hint: 'from the death on, and before the last step' }))),
    flag: '--rebirth', argument: 'step', shown: 'never', help: 'environment step at which the dead are born again, blank', group,
  }),
  option('death.evaluateEvery', orNull(integer({ min: 1 })), {
    default: null, narrow: (at) => afterDeath(at, () => refine(orNull(integer({ min: 1 })), (_, every) => every ?? Math.ceil(at(STEPS) / EVALUATIONS))),
    unit: 'environment steps', shown: 'a twentieth of the steps', help: 'environment steps from the death to the first evaluation after it, and between two of them',
    group,
  }),
] as const;

export type DeathSettings = SettingsOf<(typeof DEATH)[number]>['death'];
