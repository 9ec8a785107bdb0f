"""CartPole-v1 in plain Python, and what all A3C peers have in common."""
import math
import random

ROLLOUT, DISCOUNT, RATE, DECAY, EPSILON, CLIP = 5, 0.99, 7e-4, 0.99, 0.1, 40.0
VALUE_WEIGHT, ENTROPY_WEIGHT = 0.5, 0.01
ACTORS = 8  # environments of the peers that batch them, and actors of this project
LIMIT = 500
SCALE = (2.4, 2.0, 0.21, 2.0)


class CartPole:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.reset()

    def reset(self):
        self.state = [self.random.uniform(-0.05, 0.05) for _ in range(4)]
        self.steps = 0

    def observe(self):
        return [x / scale for x, scale in zip(self.state, SCALE)]

    def step(self, action):
        """Returns whether it terminated, and whether the episode ended; after an end it is reset."""
        x, v, theta, omega = self.state
        cos, sin = math.cos(theta), math.sin(theta)
        push = ((10.0 if action == 1 else -10.0) + 0.05 * omega * omega * sin) / 1.1
        alpha = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1))
        acceleration = push - 0.05 * alpha * cos / 1.1
        self.state = [x + 0.02 * v, v + 0.02 * acceleration, theta + 0.02 * omega, omega + 0.02 * alpha]
        self.steps += 1
        terminated = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * math.pi / 180
        return terminated, terminated or self.steps >= LIMIT
