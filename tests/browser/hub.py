"""A whole hub for the browser: Mexico's pack, web server and worker, in a folder of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

START_WITHIN = 60.0
LETTER_WITHIN = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hub:
    """A hub that runs `tequio serve` on SQLite in `var`; its letters lie in `var/mail`."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port, self.url = var, port, f"http://localhost:{port}"
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("TEQUIO_", "DATABASE_URL"))
            },
            "DJANGO_SETTINGS_MODULE": "tequio.settings",
            "TEQUIO_VAR": str(var),
            "TEQUIO_DEMO": "1",
            "TEQUIO_BASE_URL": self.url,
            "TEQUIO_ASKS_PER_ADDRESS_AND_HOUR": "1000",
            "TEQUIO_ASKS_PER_NETWORK_AND_HOUR": "1000",
        }

    def tequio(self, *arguments: str) -> str:
        """Runs a command of the hub; returns what it wrote to standard output."""
        command = [sys.executable, "-m", "tequio", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"tequio {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def build(self) -> None:
        self.tequio("migrate", "--verbosity", "0")
        self.tequio("createcachetable")
        self.tequio("load", "mx")
        self.tequio("load-demo")
        self.tequio("collectstatic", "--noinput", "--verbosity", "0")

    @contextmanager
    def serving(self) -> Iterator["Hub"]:
        command = [sys.executable, "-m", "tequio", "serve", "--port", str(self.port)]
        with (self.var / "serve.log").open("w") as log:
            process = subprocess.Popen(
                command,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Tequio answers"), (
                self.var / "serve.log"
            ).read_text()
            yield self
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def move_clock(self, **by: float) -> None:
        """Moves the demo's clock ahead, as the page does it."""
        code = f"from datetime import timedelta; from tequio.kernel import clock; clock.move(timedelta(**{by!r}))"
        self.tequio("shell", "--no-imports", "-c", code)

    def letters(self, to: str = "", about: str = "") -> list[EmailMessage]:
        """The letters handed over so far, the oldest first: to an address, with a word in the subject."""
        found = [read(path) for path in sorted((self.var / "mail").glob("*.eml"))]
        return [letter for letter in found if to in str(letter["To"]) and about in str(letter["Subject"])]

    def letter(self, to: str, about: str = "", number: int = 1) -> EmailMessage:
        """The nth such letter, as soon as the worker has handed it over."""
        deadline = time.monotonic() + LETTER_WITHIN
        while len(found := self.letters(to, about)) < number:
            subjects = [str(letter["Subject"]) for letter in self.letters(to)]
            assert time.monotonic() < deadline, (
                f"no letter {number} to {to} about {about!r}; there are {subjects}"
            )
            time.sleep(0.2)
        return found[number - 1]

    def heartbeat(self) -> dict[str, object]:
        beat: dict[str, object] = json.loads((self.var / "worker.json").read_text())
        return beat


def read(path: Path) -> EmailMessage:
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(letter: EmailMessage, part: str) -> str:
    """The first address in the letter's text that holds `part`, such as `/answer/`."""
    links = [word for word in text_of(letter).split() if word.startswith("http") and part in word]
    assert links, f"no link with {part} in:\n{text_of(letter)}"
    return links[0]


def copied(built: Hub, var: Path) -> Hub:
    """A hub of its own with what `built` has in its database."""
    shutil.copytree(built.var, var, ignore=shutil.ignore_patterns("*.log", "worker.json"))
    return Hub(var, built.port)
