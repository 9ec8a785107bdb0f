"""A2C in JAX, its update jitted as one program. Usage: a3c_jax.py single|python|whole THREADS

python: acting is one jitted call for all environments, which are in Python; single: there is one environment. whole: the environments too are in JAX, and so many updates are one call.
"""
import os
import sys
import time

form, threads = sys.argv[1], int(sys.argv[2])
if threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # XLA has no other way to keep to one thread
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

import cartpole as c
import protocol as p

UPDATES = 100  # of one call, where all is in JAX
SCALE = jnp.array(c.SCALE)


def network(key, hidden):
    sizes = [4, *hidden, 3]
    keys = jax.random.split(key, len(sizes))
    return [(jax.random.normal(k, (a, b)) / a**0.5, jnp.zeros(b)) for k, a, b in zip(keys, sizes, sizes[1:])]


def forward(layers, x):
    for weights, bias in layers[:-1]:
        x = jnp.tanh(x @ weights + bias)
    weights, bias = layers[-1]
    return x @ weights + bias


def loss(layers, observations, actions, returns):
    out = forward(layers, observations)
    logs = jax.nn.log_softmax(out[..., :2])
    advantage = returns - out[..., 2]
    chosen = jnp.take_along_axis(logs, actions[..., None], -1)[..., 0]
    entropy = -(logs * jnp.exp(logs)).sum(-1)
    return jnp.sum(-chosen * jax.lax.stop_gradient(advantage) - c.ENTROPY_WEIGHT * entropy + c.VALUE_WEIGHT * advantage**2)


def learn(layers, squares, observations, actions, discounts, last):
    """observations [rollout, environments, 4]; the last ones' values bootstrap."""
    def back(later, discount):
        later = 1.0 + discount * later
        return later, later
    _, returns = jax.lax.scan(back, forward(layers, last)[..., 2], discounts, reverse=True)
    gradient = jax.grad(loss)(layers, observations, actions, returns)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, c.CLIP / norm), gradient)
    squares = jax.tree.map(lambda s, g: c.DECAY * s + (1 - c.DECAY) * g * g, squares, gradient)
    return jax.tree.map(lambda w, s, g: w - c.RATE * g / jnp.sqrt(s + c.EPSILON), layers, squares, gradient), squares


def draw(layers, key, observations):
    key, own = jax.random.split(key)
    return key, jax.random.categorical(own, forward(layers, observations)[..., :2])


def physics(state, action):
    x, v, theta, omega = state.T
    cos, sin = jnp.cos(theta), jnp.sin(theta)
    push = (jnp.where(action == 1, 10.0, -10.0) + 0.05 * omega * omega * sin) / 1.1
    alpha = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1))
    return jnp.stack([x + 0.02 * v, v + 0.02 * (push - 0.05 * alpha * cos / 1.1), theta + 0.02 * omega, omega + 0.02 * alpha], 1)


def step(layers, carried, _):
    state, steps, key = carried
    observation = state / SCALE
    key, action = draw(layers, key, observation)
    state, steps = physics(state, action), steps + 1
    terminated = (jnp.abs(state[:, 0]) > 2.4) | (jnp.abs(state[:, 2]) > 12 * np.pi / 180)
    key, own = jax.random.split(key)
    ended = terminated | (steps >= c.LIMIT)
    fresh = jax.random.uniform(own, state.shape, minval=-0.05, maxval=0.05)
    return (jnp.where(ended[:, None], fresh, state), jnp.where(ended, 0, steps), key), (observation, action, jnp.where(terminated, 0.0, c.DISCOUNT))


def update(carried, _):
    layers, squares, environments = carried
    environments, (observations, actions, discounts) = jax.lax.scan(lambda held, x: step(layers, held, x), environments, None, c.ROLLOUT)
    return (*learn(layers, squares, observations, actions, discounts, environments[0] / SCALE), environments), None


class Whole:
    def __init__(self, hidden):
        layers = network(jax.random.key(1), hidden)
        self.held = layers, jax.tree.map(jnp.zeros_like, layers), (jnp.zeros((c.ACTORS, 4)), jnp.zeros(c.ACTORS, int), jax.random.key(2))
        self.many = jax.jit(lambda held: jax.lax.scan(update, held, None, UPDATES)[0], donate_argnums=0)

    def run(self, seconds):
        begin, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - begin < seconds:
            self.held = jax.block_until_ready(self.many(self.held))
            count += UPDATES * c.ROLLOUT * c.ACTORS
        return (time.perf_counter() - begin) / count * 1e6


class Around:
    """One environment, or several that act together."""

    def __init__(self, hidden, count):
        self.layers = network(jax.random.key(1), hidden)
        self.squares, self.key = jax.tree.map(jnp.zeros_like, self.layers), jax.random.key(2)
        self.environments = [c.CartPole(i) for i in range(count)]
        self.draw, self.learn = jax.jit(draw), jax.jit(learn)

    def observe(self):
        return np.array([each.observe() for each in self.environments], np.float32)

    def run(self, seconds):
        begin, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - begin < seconds:
            observations, actions, discounts = [], [], []
            for _ in range(c.ROLLOUT):
                observations.append(self.observe())
                self.key, action = self.draw(self.layers, self.key, observations[-1])
                actions.append(np.asarray(action))
                ends = [environment.step(a) for environment, a in zip(self.environments, actions[-1].tolist())]
                discounts.append([0.0 if terminated else c.DISCOUNT for terminated, _ in ends])
                for environment, (_, ended) in zip(self.environments, ends):
                    if ended:
                        environment.reset()
            self.layers, self.squares = self.learn(self.layers, self.squares, np.stack(observations), np.stack(actions), np.array(discounts, np.float32), self.observe())
            count += c.ROLLOUT * len(self.environments)
        jax.block_until_ready(self.layers)
        return (time.perf_counter() - begin) / count * 1e6


FORMS = {
    "single": (f"JAX-one {jax.__version__} A2C, one environment in Python", lambda hidden: Around(hidden, 1)),
    "python": (f"JAX {jax.__version__} A2C, {c.ACTORS} environments in Python", lambda hidden: Around(hidden, c.ACTORS)),
    "whole": (f"JAX-whole {jax.__version__} A2C, {c.ACTORS} environments in JAX", Whole),
}
name, build = FORMS[form]
p.answer(name, {"a3c": build})
