"""DQN on CartPole-v1 in PyTorch, sizes and cadence as CleanRL's: `dqn_torch.py eager|fused THREADS`. Environment and replay are as short and as fast as plain Python and NumPy make
them. Asked as protocol.py says; the only event is `step`: a whole step of training, with an update every ten."""
import copy
import json
import math
import random
import sys
import time

import numpy
import torch
from torch import nn

form, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.set_flush_denormal(True)

OBSERVATIONS, ACTIONS, BATCH, CAPACITY, WARMUP, EVERY, TARGET_EVERY = 4, 2, 128, 10_000, 1000, 10, 500
DISCOUNT, RATE, EPSILON = 0.99, 2.5e-4, 0.05
STATE, ACTION, REWARD, DISCOUNTS, SUCCESSOR = slice(0, 4), 4, 5, 6, slice(7, 11)  # of a transition's row


class CartPole:
    """Gymnasium's equations; an episode ends after 500 steps."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.state = tuple(random.uniform(-0.05, 0.05) for _ in range(4))
        self.left = 500

    def step(self, action):
        x, v, angle, spin = self.state
        force = 10.0 if action == 1 else -10.0
        cos, sin = math.cos(angle), math.sin(angle)
        push = (force + 0.05 * spin * spin * sin) / 1.1
        turn = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - 0.1 * cos * cos / 1.1))
        drive = push - 0.05 * turn * cos / 1.1
        self.state = x, v, angle, spin = x + 0.02 * v, v + 0.02 * drive, angle + 0.02 * spin, spin + 0.02 * turn
        self.left -= 1
        terminated = abs(x) > 2.4 or abs(angle) > 12 * math.pi / 180
        return terminated, self.left == 0


class Loop:
    def __init__(self, hidden):
        torch.manual_seed(1)
        sizes = [OBSERVATIONS, *hidden]
        layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
        self.network = nn.Sequential(*layers, nn.Linear(sizes[-1], ACTIONS))
        self.target = copy.deepcopy(self.network)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=RATE, **({} if form == "eager" else {"fused": True}))
        self.environment = CartPole()
        self.rows = numpy.zeros((CAPACITY, 11), numpy.float32)
        self.random = numpy.random.default_rng(1)
        self.stored = 0

    def act(self, state):
        if random.random() < EPSILON:
            return random.randrange(ACTIONS)
        with torch.no_grad():
            return self.network(torch.tensor([state])).argmax().item()

    def learn(self):
        drawn = torch.from_numpy(self.rows[self.random.integers(0, min(self.stored, CAPACITY), BATCH)])
        with torch.no_grad():
            wanted = drawn[:, REWARD] + drawn[:, DISCOUNTS] * self.target(drawn[:, SUCCESSOR]).amax(1)
        value = self.network(drawn[:, STATE]).gather(1, drawn[:, ACTION].long().unsqueeze(1)).squeeze(1)
        self.adam.zero_grad(set_to_none=True)
        nn.functional.mse_loss(value, wanted).backward()
        self.adam.step()

    def step(self):
        state = self.environment.state
        action = self.act(state)
        terminated, truncated = self.environment.step(action)
        self.rows[self.stored % CAPACITY] = (*state, action, 1, 0 if terminated else DISCOUNT, *self.environment.state)
        if terminated or truncated:
            self.environment.reset()
        self.stored += 1
        if self.stored > WARMUP and self.stored % EVERY == 0:
            self.learn()
        if self.stored % TARGET_EVERY == 0:
            self.target.load_state_dict(self.network.state_dict())

    def run(self, seconds):
        """Microseconds of one step, of processor time."""
        begin, work, count = time.perf_counter(), time.process_time(), 0
        while count == 0 or time.perf_counter() - begin < seconds:
            for _ in range(EVERY):
                self.step()
            count += EVERY
        return (time.process_time() - work) / count * 1e6


print(json.dumps({"name": f"PyTorch {torch.__version__} {form}"}), flush=True)
built = {}
for line in sys.stdin:
    hidden = tuple(json.loads(line)["hidden"])
    if hidden not in built:
        built[hidden] = Loop(hidden)
        while built[hidden].stored < 2 * WARMUP:
            built[hidden].step()
    print(json.dumps({"microseconds": built[hidden].run(json.loads(line)["seconds"])}), flush=True)
