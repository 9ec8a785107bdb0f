import test from 'ava';

import { makeEnvironment } from '../../src/environment/registry.js';
import { OptionRangeError } from '../../src/errors.js';

/** States that a task cannot be in. */
const STATES: [string, number[], RegExp][] = [
  ['Pendulum-v1', [0, 8.1], /its speed within ±8, got \[0,8\.1\]$/],
  ['Acrobot-v1', [0, 0, 13, 0], /its speeds within ±4π and ±9π/],
  ['MountainCar-v0', [0.7, 0], /its place between -1\.2 and 0\.6 and its speed within ±0\.07/],
  ['MountainCarContinuous-v0', [0, -0.08], /its place between -1\.2 and 0\.6 and its speed within ±0\.07/],
  ['TMaze-v0(length=5)', [2, 0], /its cue 0 or 1 and its place a whole number from 0 to 5/],
  ['TMaze-v0(length=5)', [1, 2.5], /its cue 0 or 1 and its place a whole number from 0 to 5/],
  ['TMaze-v0(length=5)', [1, 6], /its cue 0 or 1 and its place a whole number from 0 to 5/],
  ['DelayedRecall-v0(delay=3,arms=4)', [4, 0], /its cue a whole number from 0 to 3 and its clock one from 0 to 5/],
  ['MinAtar/Breakout-v1(sticky=0)', new Array<number>(38).fill(4), /a state that MinAtar\/Breakout-v1 can be in, whole numbers within the bounds of its game/],
];

for (const [name, state, message] of STATES) {
  test(`${name}: a state that it cannot be in is refused, and it stays as it was: ${JSON.stringify(state)}`, (t) => {
    const environment = makeEnvironment(name);
    environment.reset();
    const before = environment.getState();
    const error = t.throws(() => { environment.setState(state); }, { instanceOf: OptionRangeError });
    t.regex(error.message, message);
    t.true(error.message.startsWith('"state" expected a state that '));
    t.deepEqual(environment.getState(), before);
  });
}
