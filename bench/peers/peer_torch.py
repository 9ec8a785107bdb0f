"""DDPG's update in PyTorch. Usage: peer_torch.py eager|fused|compiled THREADS"""
import copy
import sys

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


def build(hidden):
    torch.manual_seed(1)
    actor = network(p.OBSERVATIONS, hidden, p.ACTIONS, nn.Tanh())
    critic = network(p.OBSERVATIONS + p.ACTIONS, hidden, 1)
    actor_target, critic_target = copy.deepcopy(actor), copy.deepcopy(critic)
    fused = {} if form == "eager" else {"fused": True}
    actor_adam = torch.optim.Adam(actor.parameters(), lr=p.ACTOR_RATE, **fused)
    critic_adam = torch.optim.Adam(critic.parameters(), lr=p.CRITIC_RATE, **fused)
    values = [*actor.parameters(), *critic.parameters()]
    targets = [*actor_target.parameters(), *critic_target.parameters()]
    draw = lambda *shape: torch.randn(p.BATCH, *shape)
    minibatches = [
        (draw(p.OBSERVATIONS), draw(p.ACTIONS).tanh(), draw(1), draw(p.OBSERVATIONS), torch.full((p.BATCH, 1), p.DISCOUNT))
        for _ in range(p.MINIBATCHES)
    ]

    def critic_loss(state, action, reward, successor, continuation):
        with torch.no_grad():
            wanted = reward + continuation * critic_target(torch.cat((successor, actor_target(successor)), 1))
        return nn.functional.mse_loss(critic(torch.cat((state, action), 1)), wanted)

    def actor_loss(state):
        return -critic(torch.cat((state, actor(state)), 1)).mean()

    if form == "compiled":
        critic_loss, actor_loss = torch.compile(critic_loss), torch.compile(actor_loss)

    def update(i):
        state, action, reward, successor, continuation = minibatches[i]
        critic_adam.zero_grad(set_to_none=True)
        critic_loss(state, action, reward, successor, continuation).backward()
        critic_adam.step()
        for parameter in critic.parameters():
            parameter.requires_grad_(form == "compiled")  # the actor's step needs no gradient of the critic's weights
        actor_adam.zero_grad(set_to_none=True)
        actor_loss(state).backward()
        actor_adam.step()
        for parameter in critic.parameters():
            parameter.requires_grad_(True)
        with torch.no_grad():
            if form == "eager":
                for value, target in zip(values, targets):
                    target.mul_(1 - p.TARGET_RATE).add_(value, alpha=p.TARGET_RATE)
            else:
                torch._foreach_lerp_(targets, values, p.TARGET_RATE)

    return update, lambda: None


p.serve(f"PyTorch {torch.__version__} {form}", build)
