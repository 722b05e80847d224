"""The hub that the browser visits: a server thread on a database of its own, put back between tests."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import translation
from pytest_django.live_server_helper import LiveServer

from tequio.circuit.models import Case
from tequio.kernel import clock, due
from tests.cast import path_in


class Database:
    """A SQLite file of the journeys' own. What `keep` has kept, `put_back` puts back, with the server running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """This process, its server's threads included, works on this file instead of its own."""
        before = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = str(self.folder / "live.sqlite3")
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before

    def keep(self, name: str) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(self.folder / f"{name}.sqlite3")) as kept:
            connection.connection.backup(kept)

    def put_back(self, name: str) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(self.folder / f"{name}.sqlite3")) as kept:
            kept.backup(connection.connection)


class Hub:
    """Moves the clock of web and worker, lets the worker work, opens the mail that it has sent."""

    def __init__(self, server: LiveServer) -> None:
        self.base, self.ahead = str(server.url), timedelta()

    def path(self, name: str, *args: object, language: str = "es") -> str:
        with translation.override(language):
            return reverse(name, args=args)

    def work(self) -> int:
        return due.work_off()

    def wait_until(self, instant: datetime) -> None:
        """The clock moves ahead to just after an instant, and the worker does what has become due."""
        self.ahead += max(instant - clock.now(), timedelta()) + timedelta(seconds=1)
        self.work()

    def wait(self, **by: float) -> None:
        self.wait_until(clock.now() + timedelta(**by))

    def mails(self, address: str) -> list[str]:
        """The texts of the mails that reached an address, oldest first; the worker sends what is queued before."""
        self.work()
        return [str(letter.body) for letter in mail.outbox if letter.to == [address]]

    def subjects(self, address: str) -> list[str]:
        self.work()
        return [str(letter.subject) for letter in mail.outbox if letter.to == [address]]

    def link(self, address: str) -> str:
        """The path of the link in the latest mail to an address."""
        return path_in(self.mails(address)[-1])

    def code(self, address: str) -> str:
        """The code in the subject of the latest mail to an address."""
        subject = self.subjects(address)[-1]
        found = re.search(r"\b[A-Z0-9]{3,}(-[A-Z0-9]{3,})*\b", subject)
        assert found, subject
        return found.group()

    def case_of(self, address: str) -> Case:
        return Case.objects.select_related("owner__organisation", "ask").get(ask__address=address)
