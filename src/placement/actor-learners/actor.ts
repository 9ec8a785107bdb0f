import { createEnvironmentLoop } from '../../environment/loop.js';
import type { StepResult } from '../../environment/environment.js';
import { createStream } from '../../random/stream.js';
import type { Announcement, Coroutine } from '../../schedule/work.js';
import { decodeActor, encodeActor, spread, type ActorState, type Phase } from './actor-state.js';
import { createBehaviour } from './behaviour.js';
import { BEHAVIOUR, type ActorCursors } from './cursors.js';
import { makeActorEnvironment, type ActorLearnersLayout } from './layout.js';
import type { ActorLearnerSettings } from './settings.js';
import type { UpdatePort } from './updates.js';
import type { Workbench } from './workbench.js';

/** The actors that a worker carries: dealt in turn, so that the first worker has the first one. */
export function actorsOf({ actors, workers }: Pick<ActorLearnerSettings, 'actors' | 'workers'>, worker: number): number[] {
  return Array.from({ length: actors }, (_, actor) => actor).filter((actor) => actor % workers === worker);
}

/** An actor-learner: acts in an environment of its own, and learns from each rollout. */
export interface Actor {
  /** Does what was announced last. @returns what comes next; undefined if the update port admits no further rollout */
  advance(): Announcement | undefined;
  /** Rollout after rollout, until the update port admits no further one. Pauses after each. */
  run(): Coroutine;
  /** Makes a rollout count whose gradient was contributed. @param marker the date of an episode that ended in it */
  commit(marker: number): void;
  /** Of a rollout under way, all numbers. */
  state(): ActorState;
  /** @throws RangeError where the environment cannot be in that state */
  restore(state: ActorState): void;
  close(): void;
}

export function createActor(index: number, layout: ActorLearnersLayout, { networks, objective, rollout }: Workbench, cursors: ActorCursors, port: UpdatePort): Actor {
  const { method, settings: { seed, learning: { discount, rewardScale } }, cursors: { components } } = layout;
  const { size, outputs, successors, actions, rewards, discounts } = rollout;
  const environment = makeActorEnvironment(layout.settings, { seed: index === 0 ? seed : createStream(seed, `environment/${index}`).integer(2 ** 48) });
  const stream = createStream(seed, `actor${index}/behaviour`);
  const behaviour = createBehaviour(layout, index);
  const { said, readOuts } = networks;
  const restored = cursors.restore(index, [environment]);
  const [cursor] = restored;
  const state = Float64Array.from(cursor.behaviour); // as the record has it
  const action = new Float32Array(components);
  const underWay = [...networks.underWay, outputs, successors, actions, rewards, discounts];
  const actsAhead = method.actsAhead === true;
  let chosen = false; // the action of the cursor's observation
  let phase: Phase = 'begin';
  let t = 0; // steps of the rollout
  let version = 0; // of its weights
  let step = 0; // of all actors, at its beginning
  restoreBehaviour();
  const loop = createEnvironmentLoop({ environment, act: take, lastObservation: 'stop', cursor, sinks: [{
    onStep({ reward, terminated }) {
      rewards[t] = reward * rewardScale;
      discounts[t] = terminated ? 0 : discount;
    },
  }] });

  function restoreBehaviour(): void {
    stream.position = state[BEHAVIOUR.draws];
    chosen = state[BEHAVIOUR.chosen] === 1;
    action.set(state.subarray(BEHAVIOUR.action));
  }

  /** Takes the action of state `t`. What networks carry on follows the observation. */
  function take(): StepResult {
    const result = environment.step(behaviour.decode(action));
    const observation = networks.remember(result.observation, t);
    return observation === result.observation ? result : { ...result, observation };
  }

  /** Chooses the action of the state whose outputs were computed last. */
  function choose(): void {
    if (!chosen) behaviour.sample(said, stream, step, action);
    chosen = true;
  }

  function putAction(at: number): void {
    for (let k = 0; k < components; k += 1) actions[k * (size + 1) + at] = action[k];
  }

  /** Outputs for the states after the steps, by the weights that bootstrap. */
  function lookAhead(): void {
    if (actsAhead && !cursor.ended) {
      networks.show(cursor.observation, t);
      choose();
      putAction(t);
    } else networks.encode(cursor.observation, t);
    if (method.bootstrap === 'all') {
      networks.judgeAll(port.target, t, successors);
      return;
    }
    networks.judge(method.kind === 'value' ? port.target : networks.weights, t);
    for (let k = 0; k < readOuts.length; k += 1) successors[k * size + t - 1] = readOuts[k];
  }

  function begin(): Announcement | undefined {
    const admission = port.admit(index);
    if (admission === 'halt') return undefined;
    if (admission === 'wait') return 'blocked';
    if (cursor.ended) loop.reset();
    version = port.refresh(networks.weights, index);
    step = port.steps();
    t = 0;
    return go('act');
  }

  /** The outputs of state `t` and its action. */
  function act(): Announcement {
    networks.show(cursor.observation, t);
    for (let k = 0; k < readOuts.length; k += 1) outputs[k * size + t] = readOuts[k];
    choose();
    putAction(t);
    return go('step');
  }

  function makeStep(): Announcement {
    loop.advance();
    chosen = false;
    t += 1;
    if (t < size && !cursor.ended) return go('act');
    lookAhead();
    return go('compute');
  }

  function learn(): Announcement {
    rollout.length = t;
    port.beginGradient?.(index);
    objective.evaluate(rollout);
    networks.differentiate(objective.error, t);
    port.contribute(index, networks.gradient, version, t, commit);
    phase = 'begin';
    return 'pause';
  }

  function go(next: Exclude<Phase, 'begin'>): Announcement {
    phase = next;
    return next;
  }

  function advance(): Announcement | undefined {
    switch (phase) {
      case 'begin': return begin();
      case 'act': return act();
      case 'step': return makeStep();
      case 'compute': return go('learn');
      case 'learn': return learn();
    }
  }

  function keepBehaviour(): void {
    state.set([stream.position, chosen ? 1 : 0]);
    state.set(action, BEHAVIOUR.action);
  }

  function commit(marker: number): void {
    if (cursor.ended) cursors.putEpisode(index, cursor.episodes - 1, marker, cursor.episodeReturn, cursor.length);
    keepBehaviour();
    cursor.behaviour = state;
    cursor.state = environment.getState();
    cursors.commit(index, restored);
  }

  return {
    advance,
    *run() {
      for (let next = advance(); next !== undefined; next = advance()) yield next;
    },
    commit,
    state() {
      keepBehaviour();
      return encodeActor({ phase, t, version, step, cursor, behaviour: state, state: environment.getState(), underWay }, layout.cursors);
    },
    restore(saved) {
      const place = decodeActor(saved, layout.cursors);
      ({ phase, t, version, step } = place);
      Object.assign(cursor, place.cursor);
      state.set(place.behaviour);
      restoreBehaviour();
      environment.setState(place.state);
      spread(saved.floats, underWay);
    },
    close() {
      environment.close();
    },
  };
}
