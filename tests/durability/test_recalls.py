"""Fifty workers at once draw one sample, an answer sent fifty times counts once, and words are counted once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tequio.circuit.actions.recalling import count_words, draw_samples, say_again
from tequio.circuit.models import Recall
from tequio.circuit.queries.draws import misdrawn
from tequio.circuit.queries.recalls import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock
from tequio.notices.models import Letter
from tests.cast import Cast, work
from tests.circuit.again import JANUARY, ended_many
from tests.circuit.month import berlins_promise
from tests.conftest import START
from tests.durability.test_killed import together


def at(instant: datetime, verb: Callable[[], Any]) -> Callable[[], Any]:
    """The verb, at that instant in whichever thread."""

    def run() -> Any:
        with clock.at(instant):
            return verb()

    return run


def entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_draw_one_sample_and_count_each_word_once() -> None:
    with clock.at(START):
        cast = Cast()
        ended_many(cast, berlins_promise(cast), 23)
    at(JANUARY, work)()
    drawn = together(at(JANUARY, draw_samples), 50)
    assert sorted(drawn) == [0] * 49 + [20]
    assert (Recall.objects.count(), entries("recall.drawn")) == (20, 1)
    assert Letter.objects.filter(template="asker_recall").count() == 20

    first, *others = Recall.objects.select_related("case__ask").order_by("pk")
    said = together(at(JANUARY, lambda: say_again(first, "not").word), 50)
    assert (said, entries("recall.said")) == (["not"] * 50, 1)

    for recall in others[:6]:
        at(JANUARY, partial(say_again, recall, "happened"))()
    counted = together(at(JANUARY + timedelta(days=30), count_words), 50)
    assert sorted(counted) == [0] * 49 + [7]
    assert entries("recall.counted") == 1
    assert from_tables() == from_journal()
    assert (misdrawn(), verify().broken) == ([], None)
