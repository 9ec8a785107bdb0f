import { createRequire } from 'node:module';
import type { Body } from 'planck';

import type { Stream } from '../../random/stream.js';

/** Loaded with the first world: most processes need none. */
const planck = () => createRequire(import.meta.url)('planck') as typeof import('planck');

const SCALE = 30; // pixels a metre
const STEPS_PER_SECOND = 50;
const [VELOCITY_ITERATIONS, POSITION_ITERATIONS] = [180, 60];
const [WIDTH, HEIGHT] = [600 / SCALE, 400 / SCALE];
const COLUMNS = 11;
const [PAD_FIRST, PAD_LAST] = [3, 7]; // columns as high as the pad
const PAD_HEIGHT = HEIGHT / 4;
const SMOOTHING = 0.33;

const OUTLINE = [[-14, 17], [-17, 0], [-17, -10], [17, -10], [17, 0], [14, 17]].map(([x, y]) => ({ x: x / SCALE, y: y / SCALE }));
const FIRST_FORCE = 1000; // N
const LEG_AWAY = 20 / SCALE;
const LEG_DOWN = 18 / SCALE;
const [LEG_HALF_WIDTH, LEG_HALF_HEIGHT] = [2 / SCALE, 8 / SCALE];
const LEG_ANGLE = 0.05;
const LEG_TORQUE = 40;
const LEG_SPEED = 0.3;
const [LEG_LEAST, LEG_MOST] = [0.4, 0.9];
const [CRAFT_BITS, GROUND_BITS, LEG_BITS] = [0x10, 0x01, 0x20];

const MAIN_POWER = 13;
const SIDE_POWER = 0.6;
const MAIN_BELOW = 4 / SCALE;
const SIDE_AWAY = 12 / SCALE;
const [SIDE_ARM_X, SIDE_ARM_Y] = [17 / SCALE, 14 / SCALE]; // 17 against 14: as in the original
const [MAIN_COST, SIDE_COST] = [0.3, 0.03];
const WIND_PHASES = 9999;

export interface LanderOptions {
  /** m/s² */
  readonly gravity: number;
  readonly wind?: { readonly power: number; readonly turbulence: number };
}

/** One episode's world. */
export interface Lander {
  /**
   * One fiftieth of a second.
   *
   * @param main power of the main engine, 0 to 1
   * @param side power of the side engine that fires, and its direction: -1 to 1
   */
  step(main: number, side: number, random: Stream): { reward: number; terminated: boolean };
  /** [x, y, ẋ, ẏ, angle, angular speed, left leg, right leg], in float32. */
  observe(): number[];
  /** Place [x, y] in metres, velocity of the centre of mass, angle, angular velocity; masses and moments of craft and leg. */
  bodies(): { readonly craft: Body; readonly legs: readonly Body[] };
}

/** Builds terrain and craft. Draws, in Gymnasium's order: 12 heights, 2 forces, 2 phases of the wind where there is one. */
export function createLander({ gravity, wind }: LanderOptions, random: Stream): Lander {
  const physics = planck();
  const vector = (x: number, y: number) => new physics.Vec2(x, y);
  const world = new physics.World({ gravity: { x: 0, y: gravity } });
  const ground = world.createBody();
  const touching = [false, false];
  let crashed = false;

  const heights = Array.from({ length: COLUMNS + 1 }, () => random.uniformBetween(0, HEIGHT / 2));
  heights.fill(PAD_HEIGHT, PAD_FIRST, PAD_LAST + 1);
  const smooth = (i: number) => SMOOTHING * (heights[(i + COLUMNS) % (COLUMNS + 1)] + heights[i] + heights[i + 1]); // before the first comes the last
  const corners = Array.from({ length: COLUMNS }, (_, i) => vector((WIDTH / (COLUMNS - 1)) * i, smooth(i)));
  ground.createFixture({ shape: new physics.EdgeShape(vector(0, 0), vector(WIDTH, 0)), filterCategoryBits: GROUND_BITS });
  for (let i = 0; i + 1 < COLUMNS; i += 1) ground.createFixture({ shape: new physics.EdgeShape(corners[i], corners[i + 1]), friction: 0.1, filterCategoryBits: GROUND_BITS });

  const craft = world.createBody({ type: 'dynamic', position: { x: WIDTH / 2, y: HEIGHT } });
  craft.createFixture({ shape: new physics.PolygonShape(OUTLINE), density: 5, friction: 0.1, restitution: 0, filterCategoryBits: CRAFT_BITS, filterMaskBits: GROUND_BITS });
  const push = [random.uniformBetween(-FIRST_FORCE, FIRST_FORCE), random.uniformBetween(-FIRST_FORCE, FIRST_FORCE)];
  craft.applyForceToCenter(vector(push[0], push[1]), true);
  let [windPhase, torquePhase] = wind === undefined ? [0, 0] : [drawPhase(random), drawPhase(random)];

  const legs = [-1, 1].map((side) => {
    const leg = world.createBody({ type: 'dynamic', position: { x: WIDTH / 2 - side * LEG_AWAY, y: HEIGHT }, angle: side * LEG_ANGLE });
    leg.createFixture({ shape: new physics.BoxShape(LEG_HALF_WIDTH, LEG_HALF_HEIGHT), density: 1, restitution: 0, filterCategoryBits: LEG_BITS, filterMaskBits: GROUND_BITS });
    world.createJoint(new physics.RevoluteJoint({
      bodyA: craft, bodyB: leg, localAnchorA: { x: 0, y: 0 }, localAnchorB: { x: side * LEG_AWAY, y: LEG_DOWN },
      referenceAngle: side * LEG_ANGLE, // of the bodies as they are, which pybox2d takes where none is given
      enableMotor: true, maxMotorTorque: LEG_TORQUE, motorSpeed: LEG_SPEED * side,
      enableLimit: true, lowerAngle: side < 0 ? LEG_LEAST : -LEG_MOST, upperAngle: side < 0 ? LEG_MOST : -LEG_LEAST,
    }));
    return leg;
  });

  const onContact = (begins: boolean) => (contact: { getFixtureA(): { getBody(): Body }; getFixtureB(): { getBody(): Body } }) => {
    for (const body of [contact.getFixtureA().getBody(), contact.getFixtureB().getBody()]) {
      if (body === craft && begins) crashed = true;
      const leg = legs.indexOf(body);
      if (leg !== -1) touching[leg] = begins;
    }
  };
  world.on('begin-contact', onContact(true));
  world.on('end-contact', onContact(false));

  let shaping: number | undefined;

  function blow(): void {
    if (wind === undefined || touching[0] || touching[1]) return;
    craft.applyForceToCenter(vector(gust(windPhase) * wind.power, 0), true);
    craft.applyTorque(gust(torquePhase) * wind.turbulence, true);
    windPhase += 1;
    torquePhase += 1;
  }

  function fire(x: number, y: number, power: number, at: { x: number; y: number }): void {
    craft.applyLinearImpulse(vector(-x * power, -y * power), vector(at.x, at.y), true);
  }

  function observe(): number[] {
    const { x, y } = craft.getPosition();
    const velocity = craft.getLinearVelocity();
    return [
      (x - WIDTH / 2) / (WIDTH / 2), (y - (PAD_HEIGHT + LEG_DOWN)) / (HEIGHT / 2),
      (velocity.x * (WIDTH / 2)) / STEPS_PER_SECOND, (velocity.y * (HEIGHT / 2)) / STEPS_PER_SECOND,
      craft.getAngle(), (20 * craft.getAngularVelocity()) / STEPS_PER_SECOND,
      touching[0] ? 1 : 0, touching[1] ? 1 : 0,
    ].map(Math.fround);
  }

  return {
    step(main, side, random) {
      blow();
      const [tipX, tipY] = [Math.sin(craft.getAngle()), Math.cos(craft.getAngle())];
      const [sideX, sideY] = [-tipY, tipX];
      const [along, across] = [random.uniformBetween(-1, 1) / SCALE, random.uniformBetween(-1, 1) / SCALE];
      const position = craft.getPosition();
      if (main > 0) {
        const x = tipX * (MAIN_BELOW + 2 * along) + sideX * across;
        const y = -tipY * (MAIN_BELOW + 2 * along) - sideY * across;
        fire(x, y, MAIN_POWER * main, { x: position.x + x, y: position.y + y });
      }
      if (side !== 0) {
        const away = 3 * across + Math.sign(side) * SIDE_AWAY;
        const x = tipX * along + sideX * away;
        const y = -tipY * along - sideY * away;
        fire(x, y, SIDE_POWER * Math.abs(side), { x: position.x + x - tipX * SIDE_ARM_X, y: position.y + y + tipY * SIDE_ARM_Y });
      }
      world.step(1 / STEPS_PER_SECOND, VELOCITY_ITERATIONS, POSITION_ITERATIONS);

      const [x, y, speedX, speedY, angle, , left, right] = observe();
      const shaped = -100 * Math.hypot(x, y) - 100 * Math.hypot(speedX, speedY) - 100 * Math.abs(angle) + 10 * left + 10 * right;
      const change = shaping === undefined ? 0 : shaped - shaping;
      shaping = shaped;
      if (!craft.isAwake()) return { reward: 100, terminated: true };
      if (crashed || Math.abs(x) >= 1) return { reward: -100, terminated: true };
      return { reward: change - MAIN_COST * main - SIDE_COST * Math.abs(side), terminated: false };
    },
    observe,
    bodies: () => ({ craft, legs }),
  };
}

const drawPhase = (random: Stream): number => random.integer(2 * WIND_PHASES) - WIND_PHASES;

/** Strength of the wind, without a period: tanh(sin(0.02 k) + sin(π 0.01 k)). */
const gust = (phase: number): number => Math.tanh(Math.sin(0.02 * phase) + Math.sin(Math.PI * 0.01 * phase));
