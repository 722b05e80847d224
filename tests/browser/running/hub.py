"""A whole hub, as `make run` starts it: Mexico's pack, the demo, web server and worker, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from tests.site.test_serve import free_port

LETTER_WITHIN = 20.0


class Hub:
    """Runs on SQLite in `var`; its letters lie in `var/mail`."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        self.base = f"http://localhost:{self.port}"
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("TEQUIO_", "DATABASE_"))
            },
            "DJANGO_SETTINGS_MODULE": "tequio.settings",
            "TEQUIO_VAR": str(var),
            "TEQUIO_DEMO": "1",
            "TEQUIO_BASE_URL": self.base,
        }

    def tequio(self, *arguments: str) -> str:
        """Runs a command of the hub; returns what it wrote to standard output."""
        command = [sys.executable, "-m", "tequio", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"tequio {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def build(self) -> None:
        self.tequio("migrate", "--verbosity", "0")
        self.tequio("createcachetable", "--verbosity", "0")
        self.tequio("load", "mx")
        self.tequio("load-demo")
        self.tequio("collectstatic", "--noinput", "--verbosity", "0")

    @contextmanager
    def serving(self) -> Iterator["Hub"]:
        command = [sys.executable, "-m", "tequio", "serve", "--port", str(self.port)]
        with (self.var / "serve.log").open("w") as log:
            process = subprocess.Popen(
                command, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Tequio answers"), self.log()
            yield self
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def log(self) -> str:
        return (self.var / "serve.log").read_text()

    def letter(self, address: str, number: int = 1) -> str:
        """The text of the nth letter to an address, as soon as the worker has handed it over."""
        deadline = time.monotonic() + LETTER_WITHIN
        while len(found := [text for to, text in self._letters() if to == address]) < number:
            assert time.monotonic() < deadline, f"no letter {number} to {address}\n{self.log()}"
            time.sleep(0.2)
        return found[number - 1]

    def _letters(self) -> Iterator[tuple[str, str]]:
        for path in sorted((self.var / "mail").glob("*.eml")):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            yield str(letter["To"]), str(body.get_content() if body else "")

    def heartbeat(self) -> dict[str, Any]:
        beat: dict[str, Any] = json.loads((self.var / "worker.json").read_text())
        return beat
