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


# Many at once ---------------------------------------------------------------------


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters as rows like any other, whose handler runs in the transaction that clears the lease."""
    monkeypatch.setattr(due, "apart", set())


@pytest.mark.django_db
def test_a_batch_is_claimed_with_one_statement_and_by_nobody_else(
    clock: Clock, django_assert_num_queries: Any
) -> None:
    rows = [letter(number, -number) for number in range(6)]
    with django_assert_num_queries(3) as made:
        keys = due.claim_keys(Letter, 4)
    assert [query["sql"].split()[0] for query in made.captured_queries] == ["SAVEPOINT", "WITH", "RELEASE"]
    assert keys == sorted(row.pk for row in rows[2:])
    assert due.claim_keys(Letter, 4) == sorted(row.pk for row in rows[:2])
    assert due.claim_keys(Letter, 4) == []


@pytest.mark.django_db
def test_handler_and_lease_are_one_transaction(
    clock: Clock, one_by_one: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a handler has done is taken back when its lease cannot be cleared, as if it had been killed there."""
    row = letter(1)

    def cut(model: Any, keys: Any) -> None:
        raise ConnectionError("cut")

    monkeypatch.setattr(
        due, "handlers", {Letter: lambda each: Letter.objects.filter(pk=each.pk).update(wake_at=None)}
    )
    with monkeypatch.context() as broken:
        broken.setattr(due, "release", cut)
        assert due.work_off() == 1
    row.refresh_from_db()
    assert (row.wake_at, row.leased_until) == (clock.instant, clock.instant + due.LEASE)
    clock.forward(seconds=61)
    assert due.work_off() == 1
    row.refresh_from_db()
    assert (row.wake_at, row.leased_until) == (None, None)


@pytest.mark.django_db
def test_a_letter_that_is_sent_is_no_longer_held(clock: Clock) -> None:
    row = letter(1)
    assert due.work_off() == 1
    row.refresh_from_db()
    assert (row.sent_at, row.wake_at, row.leased_until) == (clock.instant, None, None)


@pytest.mark.django_db
def test_rows_that_are_looked_at_together_leave_the_others_to_be_looked_at_alone(
    clock: Clock, one_by_one: None, handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [letter(number, -number) for number in range(4)]
    seen: list[list[int]] = []

    def many(keys: Any) -> list[int]:
        seen.append(list(keys))
        Letter.objects.filter(pk__in=keys[:2]).update(wake_at=None)
        return list(keys[2:])

    monkeypatch.setattr(due, "together", {Letter: many})
    assert due.work_off() == 4
    assert seen == [[row.pk for row in rows]]
    assert handled == ["3", "2"]
    assert Letter.objects.exclude(wake_at=None, leased_until=None).count() == 0


@pytest.mark.django_db
def test_a_batch_that_fails_is_taken_back_and_looked_at_one_by_one(
    clock: Clock,
    one_by_one: None,
    handled: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in (12, 13, 14):
        letter(number)

    def many(keys: Any) -> list[int]:
        Letter.objects.filter(pk__in=keys).update(subject="touched")
        raise ValueError("thirteen")

    monkeypatch.setattr(due, "together", {Letter: many})
    assert due.work_off() == 3
    assert handled == ["12", "14"]
    assert list(Letter.objects.order_by("pk").values_list("subject", flat=True)) == ["12", "13", "14"]
    broken = Letter.objects.get(subject="13")
    assert [record.getMessage() for record in caplog.records] == [
        "notices.Letter could not be handled together",
        f"notices.Letter {broken.pk} could not be handled",
    ]


@pytest.mark.django_db
def test_every_kind_has_its_turn_although_one_is_stopped(
    clock: Clock, handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        letter(number)
    assert due.work_off(stop=lambda: True) == 1
    assert handled == ["0"]
    monkeypatch.setattr(due, "apart", set())
    assert due.work_off(stop=lambda: True) == 4


@pytest.mark.django_db
def test_only_the_kinds_that_are_named_are_worked_off(clock: Clock, handled: list[str]) -> None:
    letter(1)
    assert due.work_off(kinds=[]) == 0
    assert handled == []
    assert due.work_off(kinds=[Letter]) == 1
    assert handled == ["1"]
