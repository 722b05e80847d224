"""`tequio serve`: the web server and the worker, started, watched and stopped together."""

import ctypes
import http.client
import ipaddress
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tequio.kernel.port import why_not

GRACE = 12.0
TRIES, WITHIN = 5, 60.0
DIE_WITH_PARENT = 1


def _die_with_parent() -> None:
    """Asks Linux to end this child when its parent is killed, so that no worker is left on the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Child:
    """A process group that is started again when it dies, unless it dies `TRIES` times `WITHIN` seconds."""

    def __init__(self, name: str, *command: str) -> None:
        self.name, self.command = name, [sys.executable, "-m", *command]
        self.deaths: deque[float] = deque(maxlen=TRIES)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_die_with_parent)

    def is_lost(self) -> bool:
        """Whether it is dead for good; a first death is answered with a new start."""
        if self.process.poll() is None:
            return False
        self._signal_group(signal.SIGKILL)
        self.deaths.append(time.monotonic())
        if len(self.deaths) == TRIES and self.deaths[-1] - self.deaths[0] < WITHIN:
            return True
        self.start()
        return False

    def terminate(self) -> None:
        """Asks the first process alone to end: it sees to its own workers."""
        self.process.terminate()

    def wait(self, until: float) -> None:
        """Waits for its end, asking again each second: a process that was still starting heard nothing."""
        while time.monotonic() < until:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
                break
            self._signal_group(signal.SIGTERM)
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def server(host: str, port: int, workers: int) -> list[str]:
    """The arguments of the web server: granian over WSGI."""
    return [
        "granian",
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "4", "--workers-kill-timeout", "10"),
        *("--respawn-failed-workers", "--log-level", "warning", "tequio.wsgi:application"),
    ]


class Command(BaseCommand):
    help = "Runs the web server and the worker, until a signal comes or one of them cannot be kept alive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default=8000, type=int)
        parser.add_argument("--workers", default=2, type=int, help="processes of the web server")

    def handle(self, *, host: str, port: int, workers: int, **options: Any) -> None:
        if settings.DEMO and not is_loopback(host):
            raise CommandError(
                f"The demo lets anybody act as anybody: it is not served on {host}, only on 127.0.0.1."
            )
        self.check(tags=[Tags.database], databases=["default"])
        if refusal := why_not(str(port), host):
            raise CommandError(refusal)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        children = [
            Child("web server", *server(host, port, workers)),
            Child("worker", "tequio", "work"),
        ]
        try:
            self._watch(children, stop, host, port)
        finally:
            until = time.monotonic() + GRACE
            for child in children:
                child.terminate()
            for child in children:
                child.wait(until)

    def _watch(self, children: list[Child], stop: threading.Event, host: str, port: int) -> None:
        answered = False
        while not stop.wait(0.2):
            lost = [child.name for child in children if child.is_lost()]
            if lost:
                raise CommandError(
                    f"The {lost[0]} ended {TRIES} times within a minute; everything was stopped."
                )
            if not answered and _answers(host, port):
                answered = True
                self.stdout.write(
                    f"Tequio answers at http://{'localhost' if is_loopback(host) else host}:{port}"
                )
                self.stdout.flush()


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
