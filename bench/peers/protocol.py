"""How the bench asks: one line of JSON on stdin, {"hidden": [64, 64], "seconds": 1.0}; one line back, {"microseconds": ...}.

The first line back says who answers, or why nobody can. Every size is built once and kept; the first answer for it warms it up.
"""
import json
import sys
import time

OBSERVATIONS, ACTIONS, BATCH = 8, 2, 64
DISCOUNT, TARGET_RATE, ACTOR_RATE, CRITIC_RATE = 0.99, 0.005, 1e-4, 1e-3
MINIBATCHES = 16  # drawn beforehand: a peer pays for no replay
ROUND = 10  # updates that may be under way at once


def say(**words):
    print(json.dumps(words), flush=True)


def serve(name, build):
    """build(hidden) returns (update, settle): one update on minibatch i, and waiting until all updates are done."""
    say(name=name)
    built = {}
    for line in sys.stdin:
        ask = json.loads(line)
        hidden = tuple(ask["hidden"])
        try:
            if hidden not in built:
                built[hidden] = build(hidden)
                run(*built[hidden], seconds=0.5)
            say(microseconds=run(*built[hidden], seconds=ask["seconds"]))
        except Exception as error:  # the bench goes on without this peer
            say(failure=f"{type(error).__name__}: {error}".split("\n")[0])


def run(update, settle, seconds):
    settle()
    begin = time.perf_counter()
    count = 0
    while count == 0 or time.perf_counter() - begin < seconds:
        update(count % MINIBATCHES)
        count += 1
        if count % ROUND == 0:
            settle()
    settle()
    return (time.perf_counter() - begin) / count * 1e6
