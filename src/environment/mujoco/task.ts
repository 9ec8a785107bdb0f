import { createPcg64 } from '../../random/pcg64.js';
import type { Stream } from '../../random/stream.js';
import { box } from '../environment.js';
import type { Task, TaskFamily } from '../task.js';
import { loadEngine, simulationOf, type Simulation, type Views } from './engine.js';

/** One of Gymnasium's MuJoCo tasks, version 5. */
export interface MujocoTask {
  readonly id: string;
  /** Its model, among those that ship. */
  readonly file: string;
  readonly timeLimit: number;
  /** Numbers of position, velocity and action. */
  readonly sizes: { readonly position: number; readonly velocity: number; readonly action: number; readonly observation: number };
  /** Bound of each number of an action. */
  readonly bound: number;
  /** Steps of the model for one of the task. */
  readonly skip: number;
  /** Draws a first state. Writes: `position`, which holds the model's own, and `velocity`, which holds zeros. */
  readonly start: (position: Float64Array, velocity: Float64Array, random: Stream) => void;
  readonly observe: (views: Views) => number[];
  /**
   * @param before first number of the position before the step
   * @param effort sum of the squares of the action
   */
  readonly judge: (views: Views, before: number, effort: number) => { reward: number; terminated: boolean };
}

/**
 * A task on MuJoCo. State: positions, velocities, and what the solver starts from; the first two alone will do, and give Gymnasium's trajectories to 1e-9 over 50 steps.
 * Random numbers are those of Gymnasium's generator, so that a seed gives Gymnasium's first state.
 */
export function mujocoTask(description: MujocoTask): TaskFamily {
  const { id } = description;
  return { id, options: {}, load: () => loadEngine(id), build: () => createTask(description) };
}

function createTask({ id, file, timeLimit, sizes, bound, skip, start, observe, judge }: MujocoTask): Task {
  const { position: positions, velocity: velocities } = sizes;
  const moving = positions + velocities;

  /** Positions and velocities, then what the solver starts from. Writes: `state`. */
  function keep({ qpos, qvel, qacc_warmstart: solver }: Views, state: Float64Array): void {
    state.set(qpos);
    state.set(qvel, positions);
    state.set(solver, moving);
  }

  /** Brings the simulation to a state. */
  function place({ reset, forward, views }: Simulation, state: Float64Array): void {
    reset();
    const { qpos, qvel, qacc_warmstart: solver } = views();
    qpos.set(state.subarray(0, positions));
    qvel.set(state.subarray(positions, moving));
    if (state.subarray(moving).some((x) => x !== 0)) solver.set(state.subarray(moving));
    else forward();
  }

  return {
    id,
    timeLimit,
    observationSpace: box(-Infinity, Infinity, { shape: [sizes.observation], type: 'float64' }),
    actionSpace: box(-bound, bound, { shape: [sizes.action] }),
    stateSize: moving + velocities,
    coreSize: moving,
    createStream: createPcg64,
    start(state, random) {
      const simulation = simulationOf(id, file);
      simulation.reset();
      const views = simulation.views();
      start(views.qpos, views.qvel, random);
      simulation.forward();
      keep(views, state);
      simulation.holder = state;
    },
    restore(state) {
      const simulation = simulationOf(id, file);
      if (simulation.holder === state) simulation.holder = undefined;
    },
    move(state, action) {
      const simulation = simulationOf(id, file);
      if (simulation.holder !== state) place(simulation, state);
      simulation.holder = state;
      const before = state[0];
      const { ctrl } = simulation.views();
      let effort = 0;
      for (let i = 0; i < sizes.action; i += 1) {
        ctrl[i] = Math.fround(action[i]);
        effort += ctrl[i] * ctrl[i];
      }
      for (let i = 0; i < skip; i += 1) simulation.step();
      const views = simulation.views();
      keep(views, state);
      return judge(views, before, effort);
    },
    observe: () => Float64Array.from(observe(simulationOf(id, file).views())), // right after a step or a start
  };
}
