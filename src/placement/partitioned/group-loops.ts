import type { Environment } from '../../environment/environment.js';
import { InternalError } from '../../errors.js';
import { WORD } from '../../memory/control.js';
import { attachBookmarks, firstStanding, passStanding, type EnvironmentGroup, type Standing } from '../../replay/bookmarks.js';
import { SLOT } from '../../replay/ring.js';
import { createRestPoints, finish, portOf, type EnvironmentLoop } from './environment-loop.js';
import { EPISODE_FIELDS, MAX_STEPS_PER_COMMAND } from './run-layout.js';
import { createBlockingPort, type InferencePort } from './inference-port.js';
import type { PartitionContext } from './partition-context.js';

/**
 * The training hosts of several environments, one for each group. The environments of a group answer together and are stepped
 * together, in their order; groups have nothing to do with one another, but that all store into the one replay and count their steps
 * together. A group whose turn is cut short where the run halts goes on with the rest of it once that goes on.
 *
 * The last observation of an episode is stored with the step that ended it: it is no state that anybody acts in, and a
 * minibatch wants no more of it than its inputs.
 *
 * As with one environment, all that a host knows lies in the arena: what a turn writes counts only once it is committed.
 *
 * @param environments all of them, in order
 */
export function createGroupLoops(views: PartitionContext, environments: readonly Environment[], stage: InferencePort = createBlockingPort(views)): EnvironmentLoop[] {
  const { control: { words }, replay, layout, arena } = views;
  const { voltages, lanes } = stage.activations;
  const bookmarks = attachBookmarks(arena, layout.groups, environments[0].observationSpace.low.length, replay);
  const list = arena.float64('episodes');
  const rests = createRestPoints(views);

  /** @param at slots, steps and episodes of all environments before this step */
  function takeStep(standing: Standing, lane: number, at: Counts): void {
    const result = stage.step(environments[lane], lane);
    replay.write(at.stored, voltages, layout.firstStochastic, result.reward, result.terminated ? SLOT.terminal : SLOT.transition, lanes, lane);
    passStanding(standing, at.stored, result);
    at.stored += 1;
    at.steps += 1;
    if (!standing.ended) return;
    list.set([at.steps, standing.episodeReturn, standing.length], (at.episodes % MAX_STEPS_PER_COMMAND) * EPISODE_FIELDS);
    storeLast(result.observation, at.stored);
    at.stored += 1;
    at.episodes += 1;
    standing.observation = environments[lane].reset();
  }

  const last = new Float32Array(layout.topology.neurons); // nobody acts in the last observation
  function storeLast(observation: ArrayLike<number>, slot: number): void {
    layout.encoder.encode(observation, last);
    replay.write(slot, last, layout.firstStochastic, 0, SLOT.final);
  }

  function createHost({ begin, end }: EnvironmentGroup, group: number): EnvironmentLoop {
    const size = end - begin;
    let standings: Standing[] | undefined;

    const show = (all: readonly Standing[]) => { stage.submit(group, all.map(({ observation }) => observation)); };

    function enter(): Standing[] {
      const left = bookmarks.read(group);
      left?.forEach(({ state }, i) => { environments[begin + i].setState(state); });
      return left ?? openAll();
    }

    function openAll(): Standing[] {
      const first = environments.slice(begin, end).map((environment) => ({ ...firstStanding(environment.reset()), state: environment.getState() }));
      bookmarks.commit(group, first);
      return first;
    }

    /** The next of the group that are to be stepped: all of them, but for those stepped before the last halt, and those beyond the next. */
    function turn(own: readonly Standing[]): { readonly first: number; readonly count: number } {
      const first = own.reduce((sum, { steps }) => sum + steps, 0) % size;
      const { steps } = bookmarks.totals();
      return { first, count: rests.at(steps) ? 0 : Math.min(size - first, Atomics.load(words, WORD.stepLimit) - steps) };
    }

    const mayStep = () => standings !== undefined && turn(standings).count > 0;

    return {
      begin() {
        standings = enter();
        rests.begin(bookmarks.totals().steps);
        stage.begin(group);
        show(standings);
      },
      ...portOf(stage, group),
      willStep: mayStep,
      isHeld: () => standings !== undefined && !mayStep() && !rests.at(bookmarks.totals().steps),
      isMidRound: () => standings !== undefined && turn(standings).first > 0,
      advance() {
        if (standings === undefined) throw new InternalError('the host has not begun');
        const { first, count } = turn(standings);
        if (count <= 0) {
          finish(views);
          return;
        }
        const at = { ...bookmarks.totals() };
        for (let i = first; i < first + count; i += 1) {
          takeStep(standings[i], begin + i, at);
          standings[i].state = environments[begin + i].getState();
        }
        bookmarks.commit(group, standings);
        if (first + count < size) return; // nothing is shown before all have stepped
        views.onGroupStepped(group);
        show(standings);
      },
    };
  }

  return layout.groups.map(createHost);
}

interface Counts {
  stored: number;
  steps: number;
  episodes: number;
}
