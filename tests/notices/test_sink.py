"""The outbox against a mail server that is slow, puts off, hangs up after it has taken a letter, and dies: no letter
is lost, and one that comes twice has the same Message-ID and comes twice only where the server hung up or died.
"""

import random
import re
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from tequio.kernel import due
from tequio.notices.actions import post
from tequio.notices.models import Letter
from tests.conftest import Clock

MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE | re.IGNORECASE)


class Sink(socketserver.ThreadingTCPServer):
    """`taken`: the ids of letters in the order in which they were taken; `hung_up`: of how many it said nothing."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, chance: random.Random, taken: list[str], trouble: bool) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.chance, self.taken, self.trouble = chance, taken, trouble
        self.hung_up: list[str] = []


class Session(socketserver.StreamRequestHandler):
    server: Sink
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(ConnectionError):
            self.say("220 sink")
            while line := self.rfile.readline():
                if not self.answer(line.strip().upper()):
                    return

    def say(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def answer(self, line: bytes) -> bool:
        """Answers a command; False where the server hangs up."""
        bad = self.server.trouble and self.server.chance.random()
        if line.startswith(b"RCPT") and 0 < bad < 0.05:
            return self.say("450 4.2.1 try again later")
        if line.startswith(b"DATA"):
            self.say("354 go on")
            return self.take(bad)
        if line.startswith(b"QUIT"):
            self.say("221 bye")
            return False
        return self.say("250 ok")

    def take(self, bad: float) -> bool:
        whole = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            whole += line
        if not line or 0 < bad < 0.02:
            return False
        found = MESSAGE_ID.search(whole)
        assert found
        self.server.taken.append(found.group(1).decode())
        if 0 < bad < 0.05:
            self.server.hung_up.append(self.server.taken[-1])
            return False
        return self.say("250 taken")


@contextmanager
def sink(settings: Any, taken: list[str], seed: int, *, trouble: bool = True) -> Iterator[Sink]:
    """A mail server on loopback, to which the hub sends; it dies at the end."""
    with Sink(0, random.Random(seed), taken, trouble) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        yield server
        server.shutdown()


@pytest.mark.django_db
def test_whatever_the_mail_server_does_no_letter_is_lost(
    clock: Clock, settings: Any, long_form: bool
) -> None:
    letters = 10_000 if long_form else 1_000
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT, settings.MAIL_PER_DOMAIN = 2, 10**6
    for number in range(letters):
        to = f"a{number}@d{number % 20}.example"
        post("sign_in_code", to=to, language="en", context={"code": "1"})
    taken: list[str] = []
    hung_up: list[str] = []
    for life in range(4):
        with sink(settings, taken, life) as server:
            due.work_off(limit=letters // 4)
        hung_up += server.hung_up
        clock.forward(minutes=5)
        due.work_off(limit=20)  # nobody answers
    with sink(settings, taken, 9, trouble=False):
        for _hour in range(12):
            clock.forward(hours=1)
            due.work_off(limit=letters)
    assert set(taken) == set(Letter.objects.values_list("message_id", flat=True))
    assert Letter.objects.filter(sent_at=None).count() == 0
    twice = {name: n for name, n in Counter(taken).items() if n > 1}
    assert all(n <= 1 + hung_up.count(name) for name, n in twice.items())
    assert hung_up


@pytest.mark.django_db
def test_a_busy_domain_waits_and_the_others_go_on(clock: Clock, settings: Any) -> None:
    settings.MAIL_PER_DOMAIN = 3
    for number in range(5):
        for domain in ("one.example", "two.example"):
            post("sign_in_code", to=f"a{number}@{domain}", language="en", context={"code": "1"})
    due.work_off()
    assert sent_to() == {"one.example": 3, "two.example": 3}
    clock.forward(seconds=60)
    due.work_off()
    assert sent_to() == {"one.example": 5, "two.example": 5}
    assert set(Letter.objects.values_list("attempts", flat=True)) == {1}


def sent_to() -> Counter[str]:
    return Counter(Letter.objects.exclude(sent_at=None).values_list("domain", flat=True))


@pytest.mark.django_db
def test_a_domain_that_puts_off_two_addresses_is_left_alone_until_they_are_due(
    clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def send(_self: object, messages: list[Any]) -> int:
        tried.extend(message.to[0] for message in messages)
        if any(message.to[0].endswith("busy.example") for message in messages):
            raise OSError("451 try again later")
        return len(messages)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send)
    for to in ("a@busy.example", "b@busy.example", "c@busy.example", "d@free.example"):
        post("sign_in_code", to=to, language="en", context={"code": "1"})
    due.work_off()
    assert tried == ["a@busy.example", "b@busy.example", "d@free.example"]
    waiting = Letter.objects.get(address="c@busy.example")
    assert (waiting.attempts, waiting.wake_at) == (0, clock.instant + timedelta(minutes=1))
