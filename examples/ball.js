// A task of your own: keep a ball that is blown about in the middle of a track.
//
//   node scenarios/run --environment examples/ball.js --steps 10000
import { box, defineEnvironment } from 'ganglion';

const TIME_STEP = 0.1; // s
const EDGE = 2; // m

export default defineEnvironment({
  id: 'Ball-v0',
  observationSpace: box([-EDGE - 1, -Infinity], [EDGE + 1, Infinity]), // position in m, speed in m/s
  actionSpace: box([-1], [1]), // push, in m/s²
  maxSteps: 100,
  reset(random) {
    return { position: random.uniformBetween(-1, 1), speed: 0 };
  },
  step(ball, [push], random) {
    ball.speed += (Math.min(1, Math.max(-1, push)) + 0.2 * random.gaussian()) * TIME_STEP;
    ball.position += ball.speed * TIME_STEP;
    return { reward: -(ball.position ** 2), terminated: Math.abs(ball.position) > EDGE };
  },
  observe: (ball) => [ball.position, ball.speed],
});
