import { clip } from '../task.js';
import type { Views } from './engine.js';
import { mujocoTask, type MujocoTask } from './task.js';

/** Reward where nothing ends and the effort costs. */
const COST = 1e-3;
const LIMIT = 1000;

const noise = (numbers: Float64Array, draw: () => number) => {
  for (let i = 0; i < numbers.length; i += 1) numbers[i] += draw();
};

/** First states within ±`most` of the model's own. */
const uniformStart = (most: number): MujocoTask['start'] => (position, velocity, random) => {
  for (const numbers of [position, velocity]) noise(numbers, () => random.uniformBetween(-most, most));
};

/** First states within ±`most` of the model's own, with velocities of standard deviation `most`. */
const mixedStart = (most: number): MujocoTask['start'] => (position, velocity, random) => {
  noise(position, () => random.uniformBetween(-most, most));
  noise(velocity, () => most * random.gaussian());
};

/** All positions from number `from` on, and all velocities. */
const seen = (from: number, most = Infinity) => ({ qpos, qvel }: Views): number[] => [...qpos.subarray(from), ...qvel.map((speed) => clip(speed, -most, most))];

/** Speed along x. */
const speed = ({ qpos }: Views, before: number, seconds: number): number => (qpos[0] - before) / seconds;

/** A body that hops or walks: it is healthy while its height and its angle stay within bounds. */
function walker(seconds: number, isUpright: (height: number, angle: number) => boolean): MujocoTask['judge'] {
  return (views, before, effort) => {
    const { qpos, qvel } = views;
    const isSmall = (x: number) => Math.abs(x) < 100;
    const healthy = isUpright(qpos[1], qpos[2]) && qpos.subarray(2).every(isSmall) && qvel.every(isSmall);
    return { reward: speed(views, before, seconds) + (healthy ? 1 : 0) - COST * effort, terminated: !healthy };
  };
}

/** Places in `xpos` of Reacher's fingertip and target: three numbers a body, after the world and two links. */
const [FINGERTIP, TARGET] = [3 * 3, 4 * 3];
const towardsTarget = ({ xpos }: Views): number[] => [0, 1, 2].map((i) => xpos[FINGERTIP + i] - xpos[TARGET + i]);

/**
 * Gymnasium's tasks on MuJoCo, version 5, with their limits. Models are Gymnasium's (see `models/LICENSE`).
 *
 * - HalfCheetah: run; ẋ - 0.1 |a|²; never terminates. Hopper, Walker2d: ẋ + 1 while healthy - 0.001 |a|²; terminate where they fall. Swimmer: ẋ - 0.0001 |a|².
 * - Reacher: bring the fingertip to a target; -distance - |a|²; 50 steps. InvertedPendulum: 1 a step while the angle is within ±0.2.
 *   InvertedDoublePendulum: 10 a step, less the tip's distance and the speeds; terminates where the tip is at most 1 high.
 */
const TASKS: readonly MujocoTask[] = [
  {
    id: 'HalfCheetah-v5', file: 'half_cheetah', timeLimit: LIMIT, sizes: { position: 9, velocity: 9, action: 6, observation: 17 }, bound: 1, skip: 5,
    start: mixedStart(0.1), observe: seen(1), judge: (views, before, effort) => ({ reward: speed(views, before, 0.05) - 0.1 * effort, terminated: false }),
  },
  {
    id: 'Hopper-v5', file: 'hopper', timeLimit: LIMIT, sizes: { position: 6, velocity: 6, action: 3, observation: 11 }, bound: 1, skip: 4,
    start: uniformStart(0.005), observe: seen(1, 10), judge: walker(0.008, (height, angle) => height > 0.7 && Math.abs(angle) < 0.2),
  },
  {
    id: 'Walker2d-v5', file: 'walker2d_v5', timeLimit: LIMIT, sizes: { position: 9, velocity: 9, action: 6, observation: 17 }, bound: 1, skip: 4,
    start: uniformStart(0.005), observe: seen(1, 10), judge: walker(0.008, (height, angle) => height > 0.8 && height < 2 && Math.abs(angle) < 1),
  },
  {
    id: 'Swimmer-v5', file: 'swimmer', timeLimit: LIMIT, sizes: { position: 5, velocity: 5, action: 2, observation: 8 }, bound: 1, skip: 4,
    start: uniformStart(0.1), observe: seen(2), judge: (views, before, effort) => ({ reward: speed(views, before, 0.04) - 1e-4 * effort, terminated: false }),
  },
  {
    id: 'Reacher-v5', file: 'reacher', timeLimit: 50, sizes: { position: 4, velocity: 4, action: 2, observation: 10 }, bound: 1, skip: 2,
    start(position, velocity, random) {
      noise(position, () => random.uniformBetween(-0.1, 0.1));
      do position.set([random.uniformBetween(-0.2, 0.2), random.uniformBetween(-0.2, 0.2)], 2); while (Math.hypot(position[2], position[3]) >= 0.2);
      noise(velocity, () => random.uniformBetween(-0.005, 0.005));
      velocity.fill(0, 2);
    },
    observe(views) {
      const { qpos, qvel } = views;
      const angles = qpos.subarray(0, 2);
      return [...angles.map(Math.cos), ...angles.map(Math.sin), ...qpos.subarray(2), ...qvel.subarray(0, 2), ...towardsTarget(views).slice(0, 2)];
    },
    judge: (views, _before, effort) => ({ reward: -Math.hypot(...towardsTarget(views)) - effort, terminated: false }),
  },
  {
    id: 'InvertedPendulum-v5', file: 'inverted_pendulum', timeLimit: LIMIT, sizes: { position: 2, velocity: 2, action: 1, observation: 4 }, bound: 3, skip: 2,
    start: uniformStart(0.01), observe: seen(0),
    judge({ qpos, qvel }) {
      const terminated = !(qpos.every(Number.isFinite) && qvel.every(Number.isFinite) && Math.abs(qpos[1]) <= 0.2);
      return { reward: terminated ? 0 : 1, terminated };
    },
  },
  {
    id: 'InvertedDoublePendulum-v5', file: 'inverted_double_pendulum', timeLimit: LIMIT, sizes: { position: 3, velocity: 3, action: 1, observation: 9 }, bound: 1, skip: 5,
    start: mixedStart(0.1),
    observe({ qpos, qvel, qfrc_constraint: constraint }) {
      const angles = qpos.subarray(1);
      return [qpos[0], ...angles.map(Math.sin), ...angles.map(Math.cos), ...qvel.map((each) => clip(each, -10, 10)), clip(constraint[0], -10, 10)];
    },
    judge({ qvel, site_xpos: { 0: x, 2: height } }) {
      const terminated = height <= 1;
      const distance = 0.01 * x ** 2 + (height - 2) ** 2;
      return { reward: (terminated ? 0 : 10) - distance - (1e-3 * qvel[1] ** 2 + 5e-3 * qvel[2] ** 2), terminated };
    },
  },
];

export const mujocoTasks = TASKS.map(mujocoTask);
