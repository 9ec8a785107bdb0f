"""How the bench asks: one line of JSON on stdin, {"hidden": [64, 64], "event": "update", "seconds": 1.0}; one line back, {"microseconds": ...}.

`update`: the bare update, on minibatches drawn beforehand, which a peer pays no replay for. `step`: a whole step of training on Pendulum-v1. `a3c`: an
environment step of training on CartPole-v1 in rollouts of 5. The first line back says who answers, or why nobody can. Everything is built once and kept; the first answer warms it up.
"""
import json
import sys
import time

DISCOUNT, TARGET_RATE, ACTOR_RATE, CRITIC_RATE = 0.99, 0.005, 1e-4, 1e-3
OBSERVATIONS, ACTIONS, BATCH = 8, 2, 64  # of the bare update
MINIBATCHES = 16
ROUND = 10  # updates that may be under way at once
WARM_UP = 0.5  # seconds


def say(**words):
    print(json.dumps(words), flush=True)


def serve(name, create, draw):
    """create(observations, actions, hidden): an agent with act(observations), a number; learn(state, action, reward, successor) on [64, n] arrays;
    and settle(), which waits until all is done. draw(): a random minibatch of the bare update."""
    from pendulum import Loop

    answer(name, {
        "update": lambda hidden: Update(create(OBSERVATIONS, ACTIONS, hidden), [draw() for _ in range(MINIBATCHES)]),
        "step": lambda hidden: Loop(create(3, 1, hidden)),
    })


def answer(name, builders):
    """builders: of each event what builds a network of these hidden layers, with run(seconds): microseconds of one event."""
    say(name=name)
    built = {}
    for line in sys.stdin:
        ask = json.loads(line)
        key = (ask["event"], tuple(ask["hidden"]))
        try:
            if key not in built:
                built[key] = builders[ask["event"]](key[1])
                built[key].run(WARM_UP)
            say(microseconds=built[key].run(ask["seconds"]))
        except Exception as error:  # the bench goes on without this peer
            say(failure=f"{type(error).__name__}: {error}".split("\n")[0])


class Update:
    def __init__(self, agent, minibatches):
        self.agent, self.minibatches = agent, minibatches

    def run(self, seconds):
        """Microseconds of one update."""
        self.agent.settle()
        begin, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - begin < seconds:
            self.agent.learn(*self.minibatches[count % MINIBATCHES])
            count += 1
            if count % ROUND == 0:
                self.agent.settle()
        self.agent.settle()
        return (time.perf_counter() - begin) / count * 1e6
