"""A hub that is killed: a web server and a worker, forked, ended by SIGKILL at random instants, forked again.

`python -m tests.durability.hub KILLS SEED`: prints `port N` when it answers and `killed N` when it has done its
killing; then it serves on until its standard input is closed. The listening socket belongs to the parent, so a
request that arrives between two lives waits for the next.
"""

import os
import random
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def web(listening: socket.socket, application: Any) -> None:
    server = Server(("127.0.0.1", 0), Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_name, server.server_port = "127.0.0.1", listening.getsockname()[1]
    server.setup_environ()
    server.set_app(application)
    server.serve_forever(poll_interval=0.02)


def worker() -> None:
    from tequio.kernel import due

    while True:
        if not due.work_off(limit=20):
            time.sleep(0.01)


def life(run: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        run()
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(kills: int, seed: int) -> None:
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.urls import get_resolver

    application = get_wsgi_application()
    _ = get_resolver().url_patterns
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    runs: dict[str, Callable[[], None]] = {"web": lambda: web(listening, application), "worker": worker}
    alive = {name: life(run) for name, run in runs.items()}
    say(f"port {listening.getsockname()[1]}")
    chance = random.Random(seed)
    for _ in range(kills):
        time.sleep(chance.uniform(0.01, 0.25))
        name = chance.choices(["web", "worker"], [2, 1])[0]
        os.kill(alive[name], signal.SIGKILL)
        os.waitpid(alive[name], 0)
        alive[name] = life(runs[name])
    say(f"killed {kills}")
    while not select.select([sys.stdin], [], [], 0.2)[0]:
        pass
    for pid in alive.values():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
