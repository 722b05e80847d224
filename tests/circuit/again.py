"""Closed cases, the month in which their askers are asked again, and what they say."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from tequio.circuit.actions.recalling import count_words, draw_samples, say_again
from tequio.circuit.links import recall_key
from tequio.circuit.models import Case, Recall
from tequio.circuit.queries.draws import misdrawn
from tequio.circuit.queries.recalls import Recalls, RecallsBy, from_journal, from_tables
from tequio.network.models import Mandate
from tests.cast import Cast, work
from tests.circuit.said import answer
from tests.conftest import Clock

TALK = "MX/school-talk"
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)  # the sample of those that ended in November
FEBRUARY = datetime(2027, 2, 1, tzinfo=UTC)
MARCH = datetime(2027, 3, 1, tzinfo=UTC)
_numbers = count(1)


def ended(cast: Cast, by: Mandate, kind: str = "school-talk", **fields: Any) -> Case:
    """A case that the office of the mandate has answered in words, of an asker of its own."""
    case = cast.case(kind, address=f"asker{next(_numbers)}@example.net", **fields)
    answer(case, by)
    return Case.objects.select_related("ask").get(pk=case.pk)


def ended_many(cast: Cast, by: Mandate, number: int) -> list[Case]:
    return [ended(cast, by) for _ in range(number)]


def draw(clock: Clock, at: datetime = JANUARY) -> int:
    """The worker comes by when the month begins."""
    clock.to(at)
    work()
    return draw_samples()


def recalls() -> list[Recall]:
    """Those drawn so far, in the order of the draw."""
    return list(Recall.objects.select_related("case__ask", "case__kind", "office").order_by("pk"))


def asked() -> set[str]:
    return {recall.case.ref for recall in recalls()}


def say(*words: str) -> None:
    """The first who have said nothing yet say these words."""
    silent = [recall for recall in recalls() if not recall.word]
    for recall, word in zip(silent, words, strict=False):
        say_again(recall, word)


def words_stand(clock: Clock) -> int:
    """Thirty days later the worker counts what stands."""
    clock.forward(days=30)
    return count_words()


def told() -> RecallsBy:
    """The counts of all offices, the same from the tables and from the journal; every draw is what the rule gives."""
    tables = from_tables()
    assert from_journal() == tables
    assert misdrawn() == []
    return tables


def of(by: Mandate, kind: str = TALK) -> Recalls:
    return told().get((by.office.code, kind), Recalls())


def there(recall: Recall) -> str:
    """The English address of the page of the letter's link."""
    return f"/en/again/{recall.pk}/{recall_key(recall)}/"
