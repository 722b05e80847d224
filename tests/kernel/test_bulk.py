"""Many rows with one statement: what comes back is what was given, and what was not given has its default."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tequio.circuit.models import DigestLine, Event, Spread, Tick
from tequio.kernel.bulk import add_to_rows, insert_rows, update_rows
from tequio.notices.models import Letter
from tests.cast import Cast, open_leg_of

AT = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
SPREAD = ("office_id", "kind_id", "measure", "value")
LETTER = ("template", "address", "language", "subject", "message_id", "created_at")


def letters(*numbers: int) -> list[tuple[Any, ...]]:
    return [("test", "a@example.org", "es", str(number), f"<{number}>", AT) for number in numbers]


@pytest.mark.django_db
def test_many_rows_are_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        insert_rows(Letter, LETTER, letters(*range(50)))
    assert list(Letter.objects.order_by("pk").values_list("subject", flat=True)) == [
        str(number) for number in range(50)
    ]


@pytest.mark.django_db
def test_nothing_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert_rows(Letter, LETTER, [])
        update_rows(Letter, ("subject",), [])
        add_to_rows(Spread, SPREAD, "times", [])


@pytest.mark.django_db
def test_what_is_not_named_has_the_default_that_the_model_gives() -> None:
    insert_rows(Letter, LETTER, letters(1))
    made = Letter.objects.get()
    saved = Letter.objects.create(**dict(zip(LETTER, letters(2)[0], strict=True)))
    saved.refresh_from_db()
    for field in Letter._meta.concrete_fields:
        if field.attname not in (*LETTER, "id"):
            assert getattr(made, field.attname) == getattr(saved, field.attname), field.attname


def test_dates_json_and_keys_come_back_as_they_were_given(cast: Cast) -> None:
    leg = open_leg_of(cast.case())
    said = {"stage": 1, "words": "«ñ»", "none": None}
    names = ("case_id", "leg_id", "at", "kind", "voice", "data")
    insert_rows(Event, names, [(leg.case_id, leg.pk, AT, "reminded", "hub", said) for _ in range(2)])
    found: Any = Event.objects.filter(kind="reminded").values_list(
        "case_id", "leg_id", "at", "data", "office_id", "key"
    )
    assert list(found) == [(leg.case_id, leg.pk, AT, said, None, None)] * 2


def test_each_row_is_set_to_its_own_values(cast: Cast) -> None:
    legs = [open_leg_of(cast.case(address=f"a{number}@example.net")) for number in range(3)]
    rows = [(number, AT if number else None, leg.pk) for number, leg in enumerate(legs)]
    update_rows(type(legs[0]), ("stage", "wake_at"), rows)
    for leg in legs:
        leg.refresh_from_db()
    assert [(leg.stage, leg.wake_at) for leg in legs] == [(0, None), (1, AT), (2, AT)]


def test_a_row_that_exists_is_refused_or_left_as_it_is(cast: Cast) -> None:
    leg = open_leg_of(cast.case())
    names = ("leg_id", "kind", "due_version", "at")
    insert_rows(Tick, names, [(leg.pk, "before", 1, AT)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Tick, names, [(leg.pk, "today", 1, AT), (leg.pk, "before", 1, AT)])
    assert Tick.objects.count() == 1
    line = ("office_id", "topic", "kind", "key")
    for kind in ("before", "late"):
        rows = [(leg.owner_id, "x", kind, "one"), (leg.owner_id, "x", kind, f"of {kind}")]
        insert_rows(DigestLine, line, rows, on_conflict="DO NOTHING")
    assert sorted(DigestLine.objects.values_list("key", "kind")) == [
        ("of before", "before"),
        ("of late", "late"),
        ("one", "before"),
    ]


def test_numbers_are_added_to_rows_that_are_made_where_there_are_none(cast: Cast) -> None:
    key = (cast.desk.pk, cast.kinds["school-talk"].pk, "days")
    add_to_rows(Spread, SPREAD, "times", [(*key, 1, 5), (*key, 2, 7)])
    add_to_rows(Spread, SPREAD, "times", [(*key, 2, -3), (*key, 3, 1)])
    found = Spread.objects.order_by("value").values_list("value", "times")
    assert list(found) == [(1, 5), (2, 4), (3, 1)]
