"""`tequio work`: looks at due rows as long as it is let."""

import json
import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections

from tequio.kernel.due import sweep, work_off

logger = logging.getLogger(__name__)
IDLE = 1.0
BATCH = 500
TURN = 5.0
SWEEP_EVERY = 60.0


class Command(BaseCommand):
    help = "Sends letters, reminds, and moves asks on when their date has come. Stops cleanly on SIGTERM."
    requires_system_checks = "__all__"
    next_sweep = 0.0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is due any more")
        parser.add_argument("--json", action="store_true", help="end with one JSON object on standard output")

    def handle(self, *, once: bool, json: bool, **options: Any) -> None:
        self.check(tags=[Tags.database], databases=["default"])
        self.stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.stop.set())
        self.since = datetime.now(UTC)
        handled = self._run(once)
        if json:
            self.stdout.write(_object(handled=handled))

    def _run(self, once: bool) -> int:
        handled = 0
        self._beat()
        while not self.stop.is_set():
            done = self._turn()
            handled += done or 0
            if once and not done:
                break
            if not done:
                self.stop.wait(IDLE)
        return handled

    def _turn(self) -> int | None:
        """Handles what is due, for a few seconds, tidies now and then, and leaves a heartbeat; None when the database
        does not answer.
        """
        close_old_connections()
        try:
            until = time.monotonic() + TURN
            done = work_off(BATCH, lambda: self.stop.is_set() or time.monotonic() > until) + self._sweep()
        except DatabaseError:
            logger.exception("the database did not answer; trying again")
            return None
        self._beat()
        return done

    def _sweep(self) -> int:
        """A batch of what is to be tidied, a minute after there was none; returns how many."""
        if time.monotonic() < self.next_sweep:
            return 0
        swept = sweep()
        self.next_sweep = 0.0 if swept else time.monotonic() + SWEEP_EVERY
        return swept

    def _beat(self) -> None:
        """Leaves in `var/worker.json` which worker is alive, since when, and when it last was."""
        path = Path(settings.VAR) / "worker.json"
        fresh = path.with_suffix(f".{os.getpid()}")
        now = datetime.now(UTC)
        fresh.write_text(_object(pid=os.getpid(), since=self.since.isoformat(), beat=now.isoformat()))
        fresh.replace(path)


def _object(**values: object) -> str:
    return json.dumps(values)
