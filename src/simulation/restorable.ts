import { isCount } from '../check.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { CURSORS, readCursors } from '../environment/cursor-records.js';
import type { EnvironmentCursor, EnvironmentGroup } from '../environment/cursor.js';
import { makeEnvironment } from '../environment/registry.js';
import { CheckpointError } from '../errors.js';
import { withObservationTraces, type ObservationEncoding } from '../network/observation-traces.js';
import { SLOT, type RingShape } from '../replay/ring.js';
import { LAST_STEP } from './measure.js';

/** What a run's settings imply for the state in its checkpoints. */
export interface Restorable {
  readonly environment: string;
  readonly senses: ObservationEncoding;
  /** Numbers in an observation. */
  readonly observations: number;
  readonly ring: Pick<RingShape, 'capacity' | 'environments'>;
  readonly groups: readonly EnvironmentGroup[];
  /** True where minibatches are drawn from the replay. */
  readonly sampled: boolean;
  /** Updates that a partition may have made by the time that so many steps were taken and slots stored. */
  readonly updates: (steps: number, stored: number) => { readonly least: number; readonly most: number };
  /** True if all partitions make each update together. */
  readonly together: boolean;
}

/**
 * Checks all counters and conditions on which a resumed run depends. A file with a right checksum may still contain
 * anything; what passes here neither brings a run down nor keeps it busy without end.
 *
 * @param checkpoint whose blocks are those of the settings
 * @throws CheckpointError naming what cannot be
 */
export function checkState(checkpoint: Checkpoint, run: Restorable): void {
  const { counters: { steps, stored, episodes }, numbers } = checkpoint;
  if (steps > LAST_STEP) refuse(`${steps} environment steps`);
  if (episodes > steps || stored > 2 * steps) refuse(`${stored} slots and ${episodes} episodes after ${steps} steps`);
  checkNumbers(checkpoint);
  checkUpdates(checkpoint, run);
  if (!every(numbers('alive', 'int32'), (word) => word === 0 || word === 1)) refuse('neurons that are neither silenced nor alive');
  checkNoise(checkpoint);
  checkCursors(checkpoint, run);
  checkReplay(checkpoint, run);
}

function refuse(what: string): never {
  throw new CheckpointError('format', `its contents are impossible: ${what}`);
}

function every(values: ArrayLike<number>, holds: (value: number) => boolean): boolean {
  for (let i = 0; i < values.length; i += 1) if (!holds(values[i])) return false;
  return true;
}

/** Parameters are looked at as each command ends; moments may overflow. */
function checkNumbers({ blocks, numbers }: Checkpoint): void {
  for (const { name, type } of blocks) {
    const finite = type === 'float64' || (type === 'float32' && !name.startsWith('replay/') && !/\/(first|second)$/.test(name));
    if (finite && !every(numbers(name, type), Number.isFinite)) refuse(`numbers of ${name} that are not finite`);
  }
}

function checkUpdates({ blocks, counters: { steps, stored }, numbers }: Checkpoint, { updates, together }: Restorable): void {
  const [, stride] = blocks.find(({ name }) => name === 'version')?.shape ?? [1, 1];
  const versions = numbers('version', 'int32');
  const { least, most } = updates(steps, stored);
  for (let i = 0; i < versions.length; i += stride) {
    if (!isCount(versions[i]) || versions[i] < least || versions[i] > most) refuse(`${versions[i]} updates of a partition after ${steps} steps`);
    if (together && versions[i] !== versions[0]) refuse(`${versions[0]} updates of one partition and ${versions[i]} of another, which make them together`);
  }
}

function checkNoise({ counters: { steps }, numbers }: Checkpoint): void {
  const latest = 2 * (steps + 1) + 1;
  if (!every(numbers('exploration/moved', 'float64'), (moved) => isCount(moved) && moved <= latest)) refuse(`noise that moved after step ${steps}`);
}

function checkCursors(checkpoint: Checkpoint, run: Restorable): void {
  const { counters } = checkpoint;
  const cursors = cursorsOf(checkpoint, run);
  const sum = (key: 'stored' | 'steps' | 'episodes') => cursors.reduce((total, cursor) => total + cursor[key], 0);
  for (const key of ['stored', 'steps', 'episodes'] as const) {
    if (!cursors.every((cursor) => isCount(cursor[key])) || sum(key) !== counters[key]) refuse(`${sum(key)} ${key} of its environments, and ${counters[key]} in all`);
  }
  const environment = withObservationTraces(makeEnvironment(run.environment), run.senses);
  for (const cursor of cursors) checkCursor(cursor, environment, environmentsOf(run) > 1);
  environment.close();
}

const environmentsOf = ({ groups }: Restorable) => groups[groups.length - 1].end;

function cursorsOf({ counters: { cursorRecord, stored }, numbers }: Checkpoint, run: Restorable): EnvironmentCursor[] {
  const { groups, observations } = run;
  const records = numbers(CURSORS, 'float64');
  const commits = groups.length > 1 ? numbers('group/cursorRecord', 'int32') : [cursorRecord];
  const cursors = groups.flatMap((group, i) => readCursors(records, group, commits[i], environmentsOf(run), { observations }) ?? []);
  for (const { slot, previous } of cursors) {
    if (![slot, previous].every((each) => each === -1 || (isCount(each) && each < stored)) || previous > slot) refuse(`a step in slot ${slot}, after slot ${previous} of ${stored}`);
  }
  return cursors;
}

/** @param several true where the last observation of an episode is stored with the step that ended it */
function checkCursor({ stored, steps, episodes, length, ended, state }: EnvironmentCursor, environment: ReturnType<typeof makeEnvironment>, several: boolean): void {
  const finals = several || !ended ? episodes : episodes - 1;
  if (stored !== steps + finals || !isCount(length) || length > steps) refuse(`an environment with ${stored} slots and ${episodes} episodes after ${steps} steps`);
  try {
    environment.setState(state);
    const { actionSpace } = environment;
    if (several || !ended) environment.step(actionSpace.kind === 'discrete' ? 0 : actionSpace.low.map(() => 0)); // of an environment that is then discarded
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    refuse(`a state that its environment rejects (${error.message})`);
  }
}

/** Kinds, and successors where they are kept: drawing a minibatch does not end before it has found transitions. */
function checkReplay({ counters: { steps, stored }, numbers }: Checkpoint, { ring: { capacity, environments = 1 }, sampled }: Restorable): void {
  const kinds = numbers('replay/kind', 'int32');
  if (!every(kinds, (kind) => kind === SLOT.transition || kind === SLOT.terminal || kind === SLOT.final)) refuse('slots of the replay of no known kind');
  if (!sampled) return;
  let finals = 0;
  for (let i = 0; i < kinds.length; i += 1) if (kinds[i] === SLOT.final) finals += 1;
  const possible = stored <= capacity ? finals === stored - steps : 2 * finals <= kinds.length + 1; // a transition comes before each
  if (!possible) refuse(`${finals} ends of episodes in ${kinds.length} slots of the replay`);
  if (environments === 1) return;
  const next = numbers('replay/next', 'int32');
  if (!every(next, (slots) => isCount(slots) && slots <= capacity)) refuse('successors in the replay that are none');
  let open = 0;
  const newest = (stored - 1) % capacity;
  for (let i = 0; i < next.length; i += 1) {
    const age = newest - i + (i > newest ? capacity : 0);
    if (kinds[i] !== SLOT.final && (next[i] === 0 || next[i] > age)) open += 1;
  }
  if (open > environments) refuse(`${open} transitions without a successor in ${environments} environments`);
}
