"""Due rows: claimed once, given back when a worker dies, never spun on."""

from datetime import timedelta
from typing import Any

import pytest

from tequio.kernel import clock as kernel_clock
from tequio.kernel import due
from tequio.notices.models import Letter
from tests.conftest import Clock


def letter(number: int, minutes: int | None = 0) -> Letter:
    now = kernel_clock.now()
    return Letter.objects.create(
        template="test",
        address="a@example.org",
        language="es",
        subject=str(number),
        message_id=f"<{number}@example.org>",
        created_at=now,
        wake_at=None if minutes is None else now + timedelta(minutes=minutes),
    )


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The letters handled, by a handler that ends their wait, or fails on the subject "13"."""
    done: list[str] = []

    def handle(row: Letter) -> None:
        if row.subject == "13":
            raise ValueError("thirteen")
        done.append(row.subject)
        Letter.objects.filter(pk=row.pk).update(wake_at=None)

    monkeypatch.setattr(due, "handlers", {Letter: handle})
    return done


@pytest.mark.django_db
def test_a_claimed_row_is_not_claimed_again_before_its_lease_ends(clock: Clock) -> None:
    row = letter(1)
    claimed = due.claim(Letter)
    assert claimed is not None
    assert claimed.pk == row.pk
    assert due.claim(Letter) is None
    clock.forward(seconds=due.LEASE.total_seconds())
    assert due.claim(Letter) == row


@pytest.mark.django_db
def test_the_row_that_has_waited_longest_comes_first(clock: Clock) -> None:
    late, later, _ahead, _never = letter(1, -5), letter(2, -9), letter(3, 5), letter(4, None)
    assert [due.claim(Letter), due.claim(Letter), due.claim(Letter)] == [later, late, None]


@pytest.mark.django_db
def test_working_off_handles_every_due_row_once(clock: Clock, handled: list[str]) -> None:
    for number in range(3):
        letter(number, -number)
    assert due.work_off() == 3
    assert handled == ["2", "1", "0"]
    assert due.work_off() == 0


@pytest.mark.django_db
def test_a_row_that_fails_waits_for_its_lease_and_stops_nobody_else(
    clock: Clock, handled: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    broken = letter(13, -1)
    letter(14)
    assert due.work_off() == 2
    assert handled == ["14"]
    assert [record.getMessage() for record in caplog.records] == [
        f"notices.Letter {broken.pk} could not be handled"
    ]
    assert due.work_off() == 0
    clock.forward(minutes=2)
    assert due.work_off() == 1


@pytest.mark.django_db
def test_a_round_stops_at_its_limit(clock: Clock, handled: list[str]) -> None:
    for number in range(5):
        letter(number)
    assert due.work_off(limit=2) == 2
    assert len(handled) == 2


@pytest.mark.django_db
def test_releasing_lets_a_row_be_claimed_at_once(clock: Clock) -> None:
    letter(1)
    row: Any = due.claim(Letter)
    due.release(Letter, [row.pk])
    assert due.claim(Letter) == row
