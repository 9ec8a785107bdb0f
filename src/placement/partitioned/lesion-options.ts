import { wrongValue } from '../../check.js';
import { NEURAL_HIDDEN } from '../../network/neuron-options.js';
import { STEPS } from '../../options/common.js';
import { integer, integerOr, kind, number, only, orNull, refine, type Kind } from '../../options/kind.js';
import { option, type At, type SettingsOf } from '../../options/row.js';
import { numberOrText } from '../../options/text.js';

const group = 'Lesions';

/** Evaluations per run, unless the interval is given. */
const EVALUATIONS = 20;

/** `0.1@10000`: the fraction and the step of a lesion. */
function readLesion(text: string, flag: string): { fraction: unknown; step: unknown } {
  const parts = text.split('@');
  if (parts.length !== 2) throw wrongValue(flag, '<fraction>@<step>, such as 0.1@10000, or <fraction>@evaluation', text);
  return { fraction: numberOrText(parts[0]), step: numberOrText(parts[1]) };
}

const STEP = option('lesion.step', orNull(integerOr('evaluation', 'a whole number', { min: 1 })), {
  default: null, narrow: (at) => orNull(integerOr('evaluation', 'a whole number', { min: 1, max: at(STEPS) - 1 }, `; the run has ${at(STEPS)} steps`)), shown: 'never', formerly: ['death.step'],
  help: 'environment step of the lesion; evaluation: only in a second evaluation after the last step', group,
});

/** Null, for the reason given. */
const nothing = (reason: string): Kind<null> => kind({
  check(path, value) {
    if (value !== null) throw wrongValue(path, `nothing: ${reason}`, value);
    return value;
  },
  argument: 'nothing',
  schema: { type: 'null' },
});

/** Options of a lesion during training. */
function afterLesion(at: At, then: (step: number) => Kind<number | null>): Kind<number | null> {
  const step = at(STEP);
  if (step === null) return nothing('the run has no lesion');
  return step === 'evaluation' ? nothing('the lesion is for an evaluation only') : then(step);
}

/** The lesion of a run: the fraction of the hidden neurons that is disabled, and when. */
export const LESION = [
  option('lesion.fraction', number({ min: 0, max: 1 }), {
    default: 0,
    narrow: (at) => (at(NEURAL_HIDDEN).length === 0 ? only(0, 'there are no hidden neurons') : at(STEP) === null ? undefined : number({ min: 0, max: 1, above: true })),
    flag: '--lesion', argument: '<fraction>@<step>', spread: readLesion, shown: 'no lesion', formerly: ['--kill', 'death.share'],
    help: 'fraction of the hidden neurons to disable, and the environment step; with @evaluation only in a second evaluation at the end', group,
  }),
  STEP,
  option('lesion.reinitialiseAt', orNull(integer({ min: 1 })), {
    default: null, narrow: (at) => afterLesion(at, (step) => orNull(integer({ min: step, max: at(STEPS) - 1, hint: 'from the lesion on, and before the last step' }))),
    flag: '--reinitialise-at', argument: 'step', shown: 'never', formerly: ['--rebirth', 'death.rebirth'],
    help: 'environment step at which disabled neurons are enabled again with newly drawn parameters', group,
  }),
  option('lesion.evaluateEvery', orNull(integer({ min: 1 })), {
    default: null, narrow: (at) => afterLesion(at, () => refine(orNull(integer({ min: 1 })), (_, every) => every ?? Math.ceil(at(STEPS) / EVALUATIONS))),
    unit: 'environment steps', shown: 'a twentieth of the steps', formerly: ['death.evaluateEvery'], help: 'environment steps between two evaluations after the lesion', group,
  }),
] as const;

export type LesionSettings = SettingsOf<(typeof LESION)[number]>['lesion'];
