"""Pendulum-v1 and a replay, as short and as fast as plain Python and NumPy make them: no peer pays for a wrapper."""
import math
import random
import time

import numpy

OBSERVATIONS, ACTIONS, BATCH = 3, 1, 64
HORIZON, CAPACITY, WARMUP, NOISE = 200, 50_000, 64, 0.1
ROUND = 10  # steps between two looks at the clock
STATE, ACTION, REWARD, SUCCESSOR = slice(0, 3), slice(3, 4), slice(4, 5), slice(5, 8)  # of a transition's row


class Pendulum:
    """Gymnasium's equations: mass and length 1, gravity 10, 0.05 s a step, an episode of 200 steps."""

    def __init__(self):
        self.angle = self.speed = 0.0
        self.left = 0

    def observe(self):
        if self.left == 0:
            self.angle, self.speed, self.left = random.uniform(-math.pi, math.pi), random.uniform(-1, 1), HORIZON
        return math.cos(self.angle), math.sin(self.angle), self.speed

    def step(self, torque):
        angle = (self.angle + math.pi) % (2 * math.pi) - math.pi
        reward = -(angle * angle + 0.1 * self.speed * self.speed + 0.001 * torque * torque)
        self.speed = min(max(self.speed + (15 * math.sin(self.angle) + 3 * torque) * 0.05, -8), 8)
        self.angle += self.speed * 0.05
        self.left -= 1
        return reward, (math.cos(self.angle), math.sin(self.angle), self.speed)


class Loop:
    """Acting, storing and one update a step, from the same place on every time it runs."""

    def __init__(self, agent):
        self.agent = agent
        self.environment = Pendulum()
        self.rows = numpy.zeros((CAPACITY, OBSERVATIONS + ACTIONS + 1 + OBSERVATIONS), numpy.float32)
        self.random = numpy.random.default_rng(1)
        self.stored = 0

    def step(self):
        observation = self.environment.observe()
        said = self.agent.act(numpy.array([observation], numpy.float32)) + random.gauss(0, NOISE)
        action = min(max(said, -1), 1)
        reward, successor = self.environment.step(2 * action)
        self.rows[self.stored % CAPACITY] = (*observation, action, reward, *successor)
        self.stored += 1
        if self.stored > WARMUP:
            drawn = self.rows[self.random.integers(0, min(self.stored, CAPACITY), BATCH)]
            self.agent.learn(drawn[:, STATE], drawn[:, ACTION], drawn[:, REWARD], drawn[:, SUCCESSOR])

    def run(self, seconds):
        """Microseconds of one step."""
        begin, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - begin < seconds:
            for _ in range(ROUND):
                self.step()
            count += ROUND
        self.agent.settle()
        return (time.perf_counter() - begin) / count * 1e6
