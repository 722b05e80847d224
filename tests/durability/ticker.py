"""Two workers at once that are killed: forked, ended by SIGKILL at random instants, forked again, on a clock of
their own that moves from instant to instant.

`python -m tests.durability.ticker KILLS SEED` reads the instants (ISO, a JSON list) from its standard input. At each
it kills so many times that all have been killed at the end, lets the leases of the killed run out, and waits until
both workers find nothing more to do; then it goes on to the next, and prints `killed N` when it is through.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

import django

WORKERS = 2
LEASE = 61
PATIENCE = 60


def work(number: int, now: Any, idle: Any) -> None:
    """One life: works off what is due at the shared instant, and says of which instant nothing is left."""
    from tequio.kernel import clock, due

    while True:
        seen = now.value
        with clock.at(datetime.fromtimestamp(seen, UTC)):
            done = due.work_off()
        if not done:
            idle[number] = seen
            time.sleep(0.005)


def life(number: int, now: Any, idle: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work(number, now, idle)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def main(kills: int, seed: int) -> None:
    django.setup()
    instants = [datetime.fromisoformat(each).timestamp() for each in json.load(sys.stdin)]
    now, idle = (
        multiprocessing.Value("d", instants[0], lock=False),
        multiprocessing.Array("d", WORKERS, lock=False),
    )
    alive = [life(number, now, idle) for number in range(WORKERS)]
    chance, killed = random.Random(seed), 0
    for place, instant in enumerate(instants):
        now.value = instant
        while killed < kills * (place + 1) // len(instants):
            time.sleep(chance.uniform(0.002, 0.09))
            number = chance.randrange(WORKERS)
            kill(alive[number])
            killed += 1
            now.value += LEASE
            alive[number] = life(number, now, idle)
        until = time.monotonic() + PATIENCE
        while [each for each in idle if each != now.value]:
            time.sleep(0.002)
            if time.monotonic() > until:
                sys.exit(f"not worked off at {datetime.fromtimestamp(now.value, UTC)}")
    for pid in alive:
        kill(pid)
    sys.stdout.write(f"killed {killed}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
