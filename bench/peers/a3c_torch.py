"""A plain A3C in PyTorch: processes that share parameters and moments without locks. Usage: a3c_torch.py a3c PROCESSES"""
import sys
import time

import torch
import torch.multiprocessing as mp

import cartpole as c
import protocol as p

processes = int(sys.argv[2])
torch.set_num_threads(1)


def network(hidden):
    sizes = [4, *hidden]
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (torch.nn.Linear(a, b), torch.nn.Tanh())]
    return torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], 3))  # two logits, and the value


def work(number, hidden, shared, moments, running, counts, ended):
    torch.set_num_threads(1)
    torch.manual_seed(number)
    own, environment = network(hidden), c.CartPole(number)
    observation = torch.tensor(environment.observe())
    while not ended.is_set():
        if not running.wait(0.05):
            continue
        own.load_state_dict(shared.state_dict())
        logs, values, entropies, done, terminated = [], [], [], False, False
        while len(values) < c.ROLLOUT and not done:
            out = own(observation)
            log = torch.log_softmax(out[:2], 0)
            probabilities = log.exp()
            action = int(torch.multinomial(probabilities.detach(), 1))
            terminated, done = environment.step(action)
            logs.append(log[action])
            entropies.append(-(log * probabilities).sum())
            values.append(out[2])
            observation = torch.tensor(environment.observe())
        with torch.no_grad():
            value = 0.0 if terminated else float(own(observation)[2])
        loss = torch.zeros(())
        for log, v, entropy in zip(reversed(logs), reversed(values), reversed(entropies)):
            value = 1.0 + c.DISCOUNT * value
            advantage = value - v
            loss = loss - log * advantage.detach() - c.ENTROPY_WEIGHT * entropy + c.VALUE_WEIGHT * advantage * advantage
        own.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(own.parameters(), c.CLIP)
        with torch.no_grad():
            for parameter, mine, square in zip(shared.parameters(), own.parameters(), moments):
                square.mul_(c.DECAY).addcmul_(mine.grad, mine.grad, value=1 - c.DECAY)
                parameter.addcdiv_(mine.grad, (square + c.EPSILON).sqrt(), value=-c.RATE)
        counts[number] += len(values)
        if done:
            environment.reset()
            observation = torch.tensor(environment.observe())


class A3c:
    def __init__(self, hidden):
        context = mp.get_context("fork")
        shared = network(hidden).share_memory()
        moments = [torch.zeros_like(each).share_memory_() for each in shared.parameters()]
        self.running, self.ended, self.counts = context.Event(), context.Event(), context.Array("q", processes, lock=False)
        for number in range(processes):
            context.Process(target=work, args=(number, hidden, shared, moments, self.running, self.counts, self.ended), daemon=True).start()

    def run(self, seconds):
        before, begin = sum(self.counts), time.perf_counter()
        self.running.set()
        time.sleep(seconds)
        self.running.clear()
        return (time.perf_counter() - begin) / max(1, sum(self.counts) - before) * 1e6


p.answer(f"PyTorch {torch.__version__.split('+')[0]} A3C", {"a3c": A3c})
