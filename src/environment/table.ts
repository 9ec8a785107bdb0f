import { checkInteger, checkKeys, checkList, checkNumber, checkString, isCount, isRecord, wrongKind, wrongValue } from '../check.js';
import { defined, type DefinedEnvironment } from './define.js';
import { box, discrete } from './environment.js';
import { createModel, drawFirstState, drawOutcome, type Outcome, type TableLayout, type TransitionModel } from './model.js';
import { isOneOf, type Task } from './task.js';

/**
 * A task whose complete model is known. Its physical state is one whole number; observed is a 1 at that place, and 0 elsewhere (one-hot), [states].
 * Transitions are drawn from the model.
 */
export function tableTask(id: string, model: TransitionModel): Task {
  const { states, actions, timeLimit, next, reward, terminated } = model;
  return {
    id,
    timeLimit,
    model,
    observationSpace: box(0, 1, { shape: [states] }),
    actionSpace: discrete(actions),
    stateSize: 1,
    bounds: { words: `a whole number from 0 to ${states - 1}`, hold: ({ 0: state }) => isOneOf(state, states) },
    start(state, stream) {
      state[0] = drawFirstState(model, stream);
    },
    move(state, action, stream) {
      const outcome = drawOutcome(model, state[0], action[0], stream);
      state[0] = next[outcome];
      return { reward: reward[outcome], terminated: terminated[outcome] === 1 };
    },
    observe([state]) {
      const seen = new Float64Array(states);
      seen[state] = 1;
      return seen;
    },
  };
}

/** A table of the user's own. */
export interface TableDefinition {
  /** For messages and reports, for example `Bridge-v0`. */
  readonly id: string;
  /** `[probability, next state, reward, terminated]` for each possible outcome; [states][actions] */
  readonly transitions: readonly (readonly (readonly Outcome[])[])[];
  /** The first state, or the probability of each; state 0 unless given. */
  readonly initial?: number | readonly number[];
  /** Steps after which an episode is truncated. */
  readonly maxSteps: number;
  /** States in a row where the table is drawn; all of them, at most 12, unless given. */
  readonly columns?: number;
  /** A sign for each action, for example `['←', '→']`; the actions' numbers unless given. */
  readonly actions?: readonly string[];
}

const KEYS = ['id', 'transitions', 'initial', 'maxSteps', 'columns', 'actions'] as const;
const MOST_STATES = 100_000;
const MOST_COLUMNS = 12;
/** How far probabilities may be from 1 in all. */
const ROUNDING = 1e-9;

/**
 * A task of the user's own with a known model: tabular methods and networks learn it alike.
 *
 * @throws TypeError or RangeError naming what is wrong with the definition
 */
export function defineTable(definition: TableDefinition): DefinedEnvironment {
  if (!isRecord(definition)) throw wrongKind('definition', 'an object', definition);
  checkKeys('definition', definition, KEYS);
  const id = checkString('definition.id', definition.id);
  const timeLimit = checkInteger('definition.maxSteps', definition.maxSteps, { min: 1 });
  const rows = checkList('definition.transitions', definition.transitions, 'a list with the actions of each state');
  if (rows.length > MOST_STATES) throw wrongValue('definition.transitions', `at most ${MOST_STATES} states`, rows.length);
  const actions = checkList('definition.transitions[0]', rows[0], 'a list with the outcomes of each action').length;
  if (actions < 2) throw wrongValue('definition.transitions[0]', 'at least 2 actions', actions);
  const transitions = rows.map((row, state) => {
    const path = `definition.transitions[${state}]`;
    const list = checkList(path, row, 'a list with the outcomes of each action');
    if (list.length !== actions) throw wrongValue(path, `${actions} actions, as state 0 has`, list.length);
    return list.map((outcomes, action) => checkOutcomes(`${path}[${action}]`, outcomes, rows.length));
  });
  const model = createModel(transitions, checkInitial(definition.initial ?? 0, rows.length), timeLimit, layoutOf(definition, rows.length, actions));
  return defined({ id, options: {}, build: () => tableTask(id, model) });
}

function checkOutcomes(path: string, value: unknown, states: number): Outcome[] {
  const outcomes = checkList(path, value, 'a list of [probability, next state, reward, terminated]').map((each, i) => checkOutcome(`${path}[${i}]`, each, states));
  const sum = outcomes.reduce((total, [probability]) => total + probability, 0);
  if (Math.abs(sum - 1) > ROUNDING) throw wrongValue(path, 'probabilities with the sum 1', sum);
  return outcomes;
}

function checkOutcome(path: string, value: unknown, states: number): Outcome {
  if (!Array.isArray(value) || value.length !== 4) throw wrongKind(path, '[probability, next state, reward, terminated]', value);
  const [probability, next, reward, terminated] = value as unknown[];
  if (typeof terminated !== 'boolean') throw wrongKind(`${path}[3]`, 'true or false', terminated);
  return [checkNumber(`${path}[0]`, probability, { min: 0, max: 1 }), checkInteger(`${path}[1]`, next, { min: 0, max: states - 1 }), checkNumber(`${path}[2]`, reward), terminated];
}

function checkInitial(value: unknown, states: number): Float64Array {
  if (isCount(value)) return oneHot(checkInteger('definition.initial', value, { max: states - 1 }), states);
  const list = checkList('definition.initial', value, 'a state, or the probability of each state').map((each, i) => checkNumber(`definition.initial[${i}]`, each, { min: 0, max: 1 }));
  const sum = list.reduce((total, each) => total + each, 0);
  if (list.length !== states) throw wrongValue('definition.initial', `${states} probabilities, one for each state`, list.length);
  if (Math.abs(sum - 1) > ROUNDING) throw wrongValue('definition.initial', 'probabilities with the sum 1', sum);
  return Float64Array.from(list);
}

/** The certain choice of one place. */
export function oneHot(place: number, size: number): Float64Array {
  const list = new Float64Array(size);
  list[place] = 1;
  return list;
}

function layoutOf({ columns, actions: signs }: TableDefinition, states: number, actions: number): TableLayout {
  const given = signs === undefined ? Array.from({ length: actions }, (_, action) => String(action)) : checkList('definition.actions', signs, 'a sign for each action').map((sign, i) => checkString(`definition.actions[${i}]`, sign));
  if (given.length !== actions) throw wrongValue('definition.actions', `${actions} signs, one for each action`, given.length);
  const width = checkInteger('definition.columns', columns ?? Math.min(states, MOST_COLUMNS), { min: 1, max: states });
  return { actions: given, marks: new Array<string>(states).fill(''), grids: [{ title: '', columns: width, states: Array.from({ length: states }, (_, state) => state) }] };
}
