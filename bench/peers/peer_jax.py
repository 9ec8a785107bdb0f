"""DDPG in JAX, its update jitted as one program. Usage: peer_jax.py jit THREADS"""
import os
import sys

threads = int(sys.argv[2])
if threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # XLA has no other way to keep to one thread
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp

import protocol as p


def network(key, inputs, hidden, outputs):
    sizes = [inputs, *hidden, outputs]
    keys = jax.random.split(key, len(sizes))
    return [(jax.random.normal(k, (a, b)) / a**0.5, jnp.zeros(b)) for k, a, b in zip(keys, sizes, sizes[1:])]


def forward(layers, x):
    for weights, bias in layers[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = layers[-1]
    return x @ weights + bias


def act(layers, x):
    return jnp.tanh(forward(layers, x))


def judge(layers, state, action):
    return forward(layers, jnp.concatenate((state, action), 1))


def adam(values, moments, gradient, rate, count):
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], gradient)
    scale, correction = rate / (1 - 0.9**count), 1 / (1 - 0.999**count)
    step = lambda x, m, v: x - scale * m / (jnp.sqrt(v * correction) + 1e-8)
    return jax.tree.map(step, values, first, second), (first, second)


def learn(agent, minibatch):
    (actor, critic, actor_target, critic_target), (actor_moments, critic_moments), count = agent
    state, action, reward, successor = minibatch
    wanted = reward + p.DISCOUNT * judge(critic_target, successor, act(actor_target, successor))
    count = count + 1
    gradient = jax.grad(lambda c: jnp.mean((judge(c, state, action) - wanted) ** 2))(critic)
    critic, critic_moments = adam(critic, critic_moments, gradient, p.CRITIC_RATE, count)
    gradient = jax.grad(lambda a: -jnp.mean(judge(critic, state, act(a, state))))(actor)
    actor, actor_moments = adam(actor, actor_moments, gradient, p.ACTOR_RATE, count)
    follow = lambda target, values: jax.tree.map(lambda t, v: t + p.TARGET_RATE * (v - t), target, values)
    return (actor, critic, follow(actor_target, actor), follow(critic_target, critic)), (actor_moments, critic_moments), count


step = jax.jit(learn, donate_argnums=0)
answer = jax.jit(act)


class Agent:
    def __init__(self, observations, actions, hidden):
        keys = jax.random.split(jax.random.key(1), 2)
        actor = network(keys[0], observations, hidden, actions)
        critic = network(keys[1], observations + actions, hidden, 1)
        copy = lambda tree: jax.tree.map(jnp.copy, tree)  # donated buffers may not be the same twice
        zeros = lambda tree: jax.tree.map(jnp.zeros_like, tree)
        self.held = (
            (actor, critic, copy(actor), copy(critic)),
            ((zeros(actor), zeros(actor)), (zeros(critic), zeros(critic))),
            jnp.zeros(()),
        )

    def act(self, observations):
        return float(answer(self.held[0][0], observations)[0, 0])

    def learn(self, *minibatch):
        self.held = step(self.held, minibatch)

    def settle(self):
        jax.block_until_ready(self.held)


keys = iter(jax.random.split(jax.random.key(2), 4 * p.MINIBATCHES * 64))


def draw():
    batch = lambda n: jax.random.normal(next(keys), (p.BATCH, n))
    return batch(p.OBSERVATIONS), jnp.tanh(batch(p.ACTIONS)), batch(1), batch(p.OBSERVATIONS)


p.serve(f"JAX {jax.__version__} jit", Agent, draw)
