import { createEnvironmentLoop } from '../../environment/loop.js';
import type { StepResult } from '../../environment/environment.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { createStream } from '../../random/stream.js';
import type { Coroutine } from '../../schedule/work.js';
import { onEachHead } from '../../objective/heads.js';
import type { RolloutObjective, Rollout } from '../../objective/rollout.js';
import { createBehaviour } from './behaviour.js';
import { BEHAVIOUR, type ActorCursors } from './cursors.js';
import { makeActorEnvironment, type ActorLearnersLayout } from './layout.js';
import { createLocalNetworks, type LocalNetworks } from './local-networks.js';
import type { ActorLearnerSettings } from './settings.js';
import type { UpdatePort } from './updates.js';

/** What actors act and learn with: one for all actors of a thread that finish their rollouts one by one. */
export interface Workbench {
  readonly networks: LocalNetworks;
  readonly objective: RolloutObjective;
  readonly rollout: Rollout;
}

export function createWorkbench(kernels: Kernels, arena: Arena, layout: ActorLearnersLayout): Workbench {
  const { method, distribution, outputs, heads, cursors: { components }, settings: { rollout: { steps: size }, policy } } = layout;
  const weights = { value: policy?.valueWeight ?? 0, entropy: policy?.entropyWeight ?? 0 };
  const objective = onEachHead(method.create({ room: kernels, outputs, size, distribution, weights }), heads, kernels);
  return {
    networks: createLocalNetworks(kernels, arena, layout, objective.error),
    objective,
    rollout: {
      size,
      length: 0,
      outputs: new Float32Array(heads * outputs * size),
      successors: kernels.numbers(heads * outputs * size),
      actions: new Float32Array(components * (size + 1)),
      rewards: new Float32Array(size),
      discounts: new Float32Array(size),
    },
  };
}

/** The actors that a worker carries: dealt in turn, so that the first worker has the first one. */
export function actorsOf({ actors, workers }: Pick<ActorLearnerSettings, 'actors' | 'workers'>, worker: number): number[] {
  return Array.from({ length: actors }, (_, actor) => actor).filter((actor) => actor % workers === worker);
}

/** An actor-learner: acts in an environment of its own, and learns from each rollout. */
export interface Actor {
  /** Rollout after rollout, until the update port admits no further one. Pauses after each. */
  run(): Coroutine;
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
  const action = Float32Array.from(state.subarray(BEHAVIOUR.action));
  const actsAhead = method.actsAhead === true;
  let chosen = state[BEHAVIOUR.chosen] === 1; // the action of the cursor's observation
  stream.position = state[BEHAVIOUR.draws];
  let t = 0; // steps of the rollout
  const loop = createEnvironmentLoop({ environment, act: take, lastObservation: 'stop', cursor, sinks: [{
    onStep({ reward, terminated }) {
      rewards[t] = reward * rewardScale;
      discounts[t] = terminated ? 0 : discount;
    },
  }] });

  /** Takes the action of state `t`. What networks carry on follows the observation. */
  function take(): StepResult {
    const result = environment.step(behaviour.decode(action));
    const observation = networks.remember(result.observation, t);
    return observation === result.observation ? result : { ...result, observation };
  }

  /** Chooses the action of the state whose outputs were computed last. */
  function choose(step: number): void {
    if (!chosen) behaviour.sample(said, stream, step, action);
    chosen = true;
  }

  function putAction(at: number): void {
    for (let k = 0; k < components; k += 1) actions[k * (size + 1) + at] = action[k];
  }

  /** One environment step, of state `t`. */
  function advance(): void {
    putAction(t);
    for (let k = 0; k < readOuts.length; k += 1) outputs[k * size + t] = readOuts[k];
    loop.advance();
    chosen = false;
    t += 1;
  }

  /** Outputs for the states after the steps, by the weights that bootstrap. */
  function lookAhead(length: number, step: number): void {
    if (actsAhead && !cursor.ended) {
      networks.show(cursor.observation, length);
      choose(step);
      putAction(length);
    } else networks.encode(cursor.observation, length);
    if (method.bootstrap === 'all') {
      networks.judgeAll(port.target, length, successors);
      return;
    }
    networks.judge(method.kind === 'value' ? port.target : networks.weights, length);
    for (let k = 0; k < readOuts.length; k += 1) successors[k * size + length - 1] = readOuts[k];
  }

  function* act(step: number): Coroutine<number> {
    t = 0;
    do {
      yield 'act';
      networks.show(cursor.observation, t);
      choose(step);
      yield 'step';
      advance();
    } while (t < size && !cursor.ended);
    return t;
  }

  function commit(marker: number): void {
    if (cursor.ended) cursors.putEpisode(index, cursor.episodes - 1, marker, cursor.episodeReturn, cursor.length);
    state.set([stream.position, chosen ? 1 : 0]);
    state.set(action, BEHAVIOUR.action);
    cursor.behaviour = state;
    cursor.state = environment.getState();
    cursors.commit(index, restored);
  }

  return {
    *run() {
      for (;;) {
        const admission = port.admit(index);
        if (admission === 'halt') return;
        if (admission === 'wait') {
          yield 'blocked';
          continue;
        }
        if (cursor.ended) loop.reset();
        const version = port.refresh(networks.weights, index);
        const step = port.steps();
        rollout.length = yield* act(step);
        lookAhead(rollout.length, step);
        yield 'compute';
        port.beginGradient?.(index);
        objective.evaluate(rollout);
        networks.differentiate(objective.error, rollout.length);
        yield 'learn';
        port.contribute(index, networks.gradient, version, rollout.length, commit);
        yield 'pause';
      }
    },
    close() {
      environment.close();
    },
  };
}
