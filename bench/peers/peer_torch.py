"""DDPG in PyTorch. Usage: peer_torch.py eager|fused|compiled THREADS"""
import copy
import sys

import numpy
import torch
from torch import nn

import protocol as p

form, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.set_flush_denormal(True)


def network(inputs, hidden, outputs, *last):
    sizes = [inputs, *hidden]
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs), *last)


def tensor(x):
    return torch.from_numpy(x) if isinstance(x, numpy.ndarray) else x


class Agent:
    def __init__(self, observations, actions, hidden):
        torch.manual_seed(1)
        self.actor = network(observations, hidden, actions, nn.Tanh())
        self.critic = network(observations + actions, hidden, 1)
        self.actor_target, self.critic_target = copy.deepcopy(self.actor), copy.deepcopy(self.critic)
        fused = {} if form == "eager" else {"fused": True}
        self.actor_adam = torch.optim.Adam(self.actor.parameters(), lr=p.ACTOR_RATE, **fused)
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), lr=p.CRITIC_RATE, **fused)
        self.values = [*self.actor.parameters(), *self.critic.parameters()]
        self.targets = [*self.actor_target.parameters(), *self.critic_target.parameters()]
        wrap = torch.compile if form == "compiled" else lambda function: function
        self.critic_loss, self.actor_loss = wrap(self.judge), wrap(self.blame)

    def judge(self, state, action, reward, successor):
        with torch.no_grad():
            wanted = reward + p.DISCOUNT * self.critic_target(torch.cat((successor, self.actor_target(successor)), 1))
        return nn.functional.mse_loss(self.critic(torch.cat((state, action), 1)), wanted)

    def blame(self, state):
        return -self.critic(torch.cat((state, self.actor(state)), 1)).mean()

    def act(self, observations):
        with torch.no_grad():
            return self.actor(tensor(observations)).item()

    def learn(self, *minibatch):
        state, action, reward, successor = map(tensor, minibatch)
        self.critic_adam.zero_grad(set_to_none=True)
        self.critic_loss(state, action, reward, successor).backward()
        self.critic_adam.step()
        for parameter in self.critic.parameters():
            parameter.requires_grad_(form == "compiled")  # the actor's step needs no gradient of the critic's weights
        self.actor_adam.zero_grad(set_to_none=True)
        self.actor_loss(state).backward()
        self.actor_adam.step()
        for parameter in self.critic.parameters():
            parameter.requires_grad_(True)
        with torch.no_grad():
            if form == "eager":
                for value, target in zip(self.values, self.targets):
                    target.mul_(1 - p.TARGET_RATE).add_(value, alpha=p.TARGET_RATE)
            else:
                torch._foreach_lerp_(self.targets, self.values, p.TARGET_RATE)

    def settle(self):
        pass


def draw():
    batch = lambda *shape: torch.randn(p.BATCH, *shape)
    return batch(p.OBSERVATIONS), batch(p.ACTIONS).tanh(), batch(1), batch(p.OBSERVATIONS)


p.serve(f"PyTorch {torch.__version__} {form}", Agent, draw)
