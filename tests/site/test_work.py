import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError

from tequio.kernel import clock as kernel_clock
from tequio.notices.models import Letter
from tequio.site.management.commands import work


def letter(number: int = 1) -> Letter:
    now = kernel_clock.now()
    return Letter.objects.create(
        template="test",
        address="alma@example.org",
        language="es",
        subject=f"Carta {number}",
        text="Hola",
        html="<p>Hola</p>",
        message_id=f"<{number}@example.org>",
        created_at=now,
        wake_at=now,
    )


def once() -> dict[str, int]:
    out = StringIO()
    call_command("work", once=True, json=True, stdout=out)
    answer: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def heartbeat() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(settings.VAR) / "worker.json").read_text())
    return read


@pytest.mark.django_db(transaction=True)
def test_once_works_off_what_is_due_and_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(work, "BATCH", 20)
    for number in range(work.BATCH + 5):
        letter(number)
    assert once() == {"handled": work.BATCH + 5}
    assert len(mail.outbox) == work.BATCH + 5
    assert once() == {"handled": 0}


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_says_who_is_alive_since_when():
    once()
    beat = heartbeat()
    assert set(beat) == {"pid", "since", "beat"}
    assert beat["pid"] == os.getpid()
    assert beat["since"] <= beat["beat"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch):
    answers: Iterator[OperationalError | int] = iter([OperationalError("away"), 3, 0])

    def work_off(limit: int, stop: Callable[[], bool]) -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(work, "work_off", work_off)
    worker = work.Command()
    assert [worker_turn(worker) for _ in range(3)] == [None, 3, 0]


def worker_turn(worker: work.Command) -> int | None:
    worker.since = kernel_clock.now()
    return worker._turn()


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_its_own_sends_and_stops_cleanly(child_environment: dict[str, str]):
    process = subprocess.Popen([sys.executable, "-m", "tequio", "work"], env=child_environment)
    try:
        sent = letter()
        deadline = time.monotonic() + 20
        while sent.sent_at is None and time.monotonic() < deadline:
            time.sleep(0.1)
            sent.refresh_from_db()
        assert (sent.text, sent.html, sent.attempts) == ("", "", 1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 3
    finally:
        process.kill()
        process.wait()
