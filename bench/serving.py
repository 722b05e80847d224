"""A server of the product on loopback, and a client that counts what it answers."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(settings: str, **environment: str) -> Iterator[int]:
    """Granian with one worker on a free port, as `tequio serve` starts it; ended when the block ends."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    options = ["--workers", "1", "--blocking-threads", "2", "--log-level", "error", "tequio.wsgi:application"]
    given = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, **environment}
    process = subprocess.Popen(command + options, env=given)
    try:
        for _ in range(600):
            try:
                get(port, "/bench/bare/")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def requests_per_second(
    port: int, path: str, cookie: str = "", *, seconds: float = 2.0, clients: int = 2
) -> float:
    """Answers a second to a few clients that keep their connection; raises when one is not 200."""

    def client() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        done, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            done += 1
        return done

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        counts = [each.result() for each in [pool.submit(client) for _ in range(clients)]]
    return sum(counts) / (time.perf_counter() - started)
