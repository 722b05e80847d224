"""What askers say when asked again: counted in groups of five, beside the record, and nobody learns who said what."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.disputes import agree_case, appeal_case, dispute_case
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.recalling import count_words, say_again
from tequio.circuit.models import Case, Recall
from tequio.circuit.queries import record
from tequio.circuit.queries.recalls import (
    FEWEST,
    Recalls,
    by_hub,
    from_tables,
    record_of,
    rows,
    total,
)
from tequio.circuit.states import OnRecord, Recalled
from tequio.circuit.statistics import wilson
from tequio.journal.models import Entry, Payload
from tequio.journal.queries import verify
from tequio.kernel import due
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of, work
from tests.circuit.again import (
    FEBRUARY,
    JANUARY,
    TALK,
    draw,
    ended,
    ended_many,
    of,
    recalls,
    say,
    told,
    words_stand,
)
from tests.circuit.month import accept, berlins_promise
from tests.circuit.said import answer
from tests.conftest import Clock

YES, PART, NO = "happened", "in-part", "not"


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


def said() -> list[dict[str, Any]]:
    return [json.loads(each.facts) for each in Entry.objects.filter(kind="recall.said").order_by("sequence")]


# The word -------------------------------------------------------------------------------


def test_a_word_is_kept_once_and_may_change_for_thirty_days(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = ended(cast, berlin)
    draw(clock)
    (recall,) = recalls()
    for word in (YES, YES, NO, NO, PART):
        say_again(recall, word)
    assert [each["first"] for each in said()] == [True, False, False]
    clock.forward(days=30, seconds=-1)
    say_again(recall, NO)
    clock.forward(seconds=1)
    assert say_again(recall, NO).word == NO
    with pytest.raises(Refused):
        say_again(recall, YES)
    assert [recall.word for recall in recalls()] == [NO]
    assert (len(said()), of(berlin).answered) == (4, 1)
    assert (Case.objects.get().state, case.state) == ("answered", "answered")


def test_after_thirty_days_nothing_is_said_any_more(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended(cast, berlin)
    draw(clock)
    clock.forward(days=30)
    with pytest.raises(Refused):
        say_again(recalls()[0], YES)
    assert (said(), of(berlin)) == ([], Recalls(drawn=1))


@pytest.mark.parametrize("word", ["", "perhaps", "HAPPENED"])
def test_what_is_no_answer_is_refused(cast: Cast, berlin: Mandate, clock: Clock, word: str) -> None:
    ended(cast, berlin)
    draw(clock)
    with pytest.raises(Refused):
        say_again(recalls()[0], word)
    assert of(berlin) == Recalls(drawn=1)


def test_a_word_changes_nothing_of_the_case_nor_of_the_ledger(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 6)
    draw(clock)
    cases, ledger = list(Case.objects.order_by("pk").values()), record.full_from_tables()
    say(NO, NO, NO, NO, NO, YES)
    words_stand(clock)
    assert list(Case.objects.order_by("pk").values()) == cases
    assert record.full_from_tables() == ledger == record.full_from_journal()


# What the record said ---------------------------------------------------------------------


def by_state(cast: Cast, berlin: Mandate, clock: Clock) -> Iterator[tuple[Case, OnRecord]]:
    """A case of each ending, with what the record says of it."""
    agreed = ended(cast, berlin)
    agree_case(agreed)
    yield agreed, OnRecord.CONFIRMED
    yield ended(cast, berlin), OnRecord.TOLD
    disputed = ended(cast, berlin)
    dispute_case(disputed, text="No.")
    answer(disputed, berlin)
    dispute_or_object(disputed)
    yield disputed, OnRecord.NOT
    for number, happened in enumerate((True, False)):
        case = cast.case(address=f"outcome{number}@example.net")
        accept(case, berlin)
        report_outcome(case, happened=happened)
        yield case, OnRecord.CONFIRMED if happened else OnRecord.NOT
    unsaid = cast.case(address="unsaid@example.net")
    accept(unsaid, berlin)
    yield unsaid, OnRecord.NOT


def dispute_or_object(case: Case) -> None:
    """The second time it is an appeal, whose answer is disputed in vain."""
    appeal_case(case, text="No.")
    leg = open_leg_of(case)
    assert leg.owner is not None
    answer(case, leg.owner.mandates.get())
    dispute_case(case, text="No.")


def test_what_the_record_said_is_as_the_two_voices_have_it(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    made = dict(by_state(cast, berlin, clock))
    clock.to(FEBRUARY - timedelta(days=20))
    work()
    found = {case.pk: record_of(Case.objects.get(pk=case.pk)) for case in made}
    assert found == {case.pk: expected for case, expected in made.items()}


# Batches --------------------------------------------------------------------------------


def test_fewer_than_five_answers_are_not_counted_and_wait_for_others(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 6)
    clock.forward(days=15)
    ended_many(cast, berlin, 3)
    draw(clock)
    say(YES, YES, YES, NO)
    assert words_stand(clock) == 0
    assert of(berlin) == Recalls(drawn=6, answered=4)
    draw(clock, FEBRUARY)
    assert of(berlin) == Recalls(drawn=9, answered=4)
    for recall in recalls()[6:]:
        say_again(recall, PART)
    assert of(berlin) == Recalls(drawn=9, answered=7)
    clock.forward(days=29)
    assert count_words() == 0
    clock.forward(days=1)
    assert [count_words(), count_words()] == [7, 0]
    assert of(berlin) == Recalls(
        drawn=9, answered=7, counted=7, happened=3, in_part=3, not_happened=1, told=7
    )


def test_each_kind_of_an_office_waits_for_its_own_five(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, "consular-support", days=9, countries=["DE"])
    for _ in range(4):
        ended(cast, embassy, "consular-support")
        ended(cast, berlin)
    ended(cast, berlin)
    draw(clock)
    say(*[NO] * 9)
    assert words_stand(clock) == 5
    assert of(embassy, "MX/consular-support") == Recalls(drawn=4, answered=4)
    assert of(berlin) == Recalls(drawn=5, answered=5, counted=5, not_happened=5, told=5)
    assert by_hub(told()) == {
        "MX": Recalls(drawn=9, answered=9, counted=5, not_happened=5, told=5),
    }
    assert by_hub(told())["MX"] == total(told().values())


WORDS_OF_A_SAMPLE = st.lists(st.sampled_from(["", YES, PART, NO]), min_size=12, max_size=12)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS_OF_A_SAMPLE, min_size=3, max_size=3))
def test_no_two_releases_differ_by_fewer_than_five_words(
    cast: Cast, clock: Clock, samples: list[list[str]]
) -> None:
    """Whatever is said: from release to release a cell, an office, the hub gets no word more, or five and more."""
    with transaction.atomic():
        clock.to(JANUARY)
        planted(cast, samples)
        before: dict[Any, Recalls] = {}
        for _sample in samples:
            clock.forward(days=30)
            count_words()
            found: dict[Any, Recalls] = {**from_tables()}
            released = {**found, "hub": total(found.values())}
            for key, figures in released.items():
                more = figures.counted - before.get(key, Recalls()).counted
                assert more == 0 or more >= FEWEST
                assert figures.counted == figures.happened + figures.in_part + figures.not_happened
            before = released
        assert all(figures.answered - figures.counted < FEWEST for figures in found.values())
        transaction.set_rollback(True)


def planted(cast: Cast, samples: list[list[str]]) -> None:
    """Recalls of two offices with these words, a sample a month, put there without a draw."""
    offices = [cast.office("chapter-berlin"), cast.office("chapter-madrid")]
    for sample, words in enumerate(samples):
        for number, word in enumerate(words):
            case = Case.objects.create(
                ref=f"mx-{sample}-{number}",
                ask=cast.ask(address=f"p{sample}-{number}@example.net"),
                kind=cast.kinds["school-talk"],
                owner=offices[number % 3 // 2],
                state="answered",
                first_due_on=JANUARY.date(),
                closed_at=JANUARY,
            )
            Recall.objects.create(
                case=case,
                office=offices[number % 3 // 2],
                month=JANUARY.date(),
                drawn_at=JANUARY + timedelta(days=30 * sample),
                on_record=OnRecord.TOLD,
                word=word,
                said_at=JANUARY if word else None,
            )


def test_a_share_is_shown_from_ten_answers_on(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended_many(cast, berlin, 10)
    draw(clock)
    say(YES, YES, YES, NO, NO, NO, NO, PART, PART)
    words_stand(clock)
    nine = of(berlin)
    assert (nine.counted, nine.interval, nine.percents) == (9, None, None)
    ten = Recalls(counted=10, happened=3, in_part=2, not_happened=5, told=6, confirmed=2)
    assert (ten.interval, ten.on_record, ten.difference) == (wilson(3, 10), 8, 3)
    assert ten.percents == (11, 60)


# From the tables and from the journal --------------------------------------------------------


def test_erasing_the_ask_leaves_the_counts_and_takes_the_word_from_the_journal(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 6)
    draw(clock)
    say(YES, NO, NO, YES, PART)
    first, *others = recalls()
    assert Payload.objects.get(entry__kind="recall.said", entry__reference=first.case.ref).body == (
        '{"word":"happened"}'
    )
    before = told()
    erase_case(first.case)
    assert told() == before
    assert not Payload.objects.filter(entry__kind="recall.said", entry__reference=first.case.ref).exists()
    words_stand(clock)
    for recall in others:
        erase_case(recall.case)
    assert of(berlin) == Recalls(
        drawn=6, answered=5, counted=5, happened=2, in_part=1, not_happened=2, told=5
    )
    assert verify().broken is None


def test_no_entry_says_a_word_but_that_of_a_batch(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended_many(cast, berlin, 5)
    draw(clock)
    say(YES, NO, NO, YES, PART)
    words_stand(clock)
    facts = {each.kind: json.loads(each.facts) for each in Entry.objects.filter(kind__startswith="recall.")}
    assert facts["recall.said"] == {"home": "MX", "kind": TALK, "first": True}
    assert facts["recall.counted"] == {
        "home": "MX",
        "batches": [
            {
                "office": berlin.office.code, "kind": TALK, "counted": 5, "happened": 2, "in_part": 1,
                "not_happened": 2, "told": 5, "confirmed": 0,
            }
        ],
    }  # fmt: skip


def test_verify_compares_the_counts_and_makes_the_draws_again(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 5)
    draw(clock)
    say(YES, NO, NO, YES, PART)
    words_stand(clock)
    assert differing() == []
    noes = list(Recall.objects.filter(word=NO).values_list("pk", flat=True))
    Recall.objects.filter(word=NO).update(word=YES)
    assert differing() == [f"{berlin.office.code} {TALK} (asked again)"]
    Recall.objects.filter(word=YES, pk__in=noes).update(word=NO)
    assert differing() == []
    Entry.objects.filter(kind="recall.drawn").update(kind="recall.other")
    assert differing() == [f"{berlin.office.code} {TALK} (asked again)"]


def differing() -> list[str]:
    out = StringIO()
    with suppress(SystemExit):
        call_command("verify", "--json", stdout=out)
    found: list[str] = json.loads(out.getvalue().splitlines()[-1])["ledger_differs"]
    return found


def test_the_counts_cost_the_same_for_one_case_and_for_many(
    cast: Cast, berlin: Mandate, clock: Clock, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert from_tables() == {}
    with django_assert_num_queries(1):
        assert rows() == []
    madrid = cast.hold("chapter-madrid", "Dora")
    cast.promise(madrid, days=9)
    ended_many(cast, berlin, 3)
    draw(clock)
    for where in ({}, {"office": berlin.office_id}):
        with django_assert_num_queries(1):
            found = from_tables(**where)
        with django_assert_num_queries(3):
            listed = rows(**where)
        assert [asdict(row.figures) for row in listed] == [asdict(each) for each in found.values()]
        assert [(row.office, row.kind.slug) for row in listed] == [(berlin.office, "school-talk")]
    assert (from_tables(office=madrid.office_id), rows(office=madrid.office_id)) == ({}, [])


def test_the_worker_counts_when_nothing_is_due(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended_many(cast, berlin, 5)
    draw(clock)
    say(*[YES] * 5)
    clock.forward(days=30)
    due.sweep()
    assert of(berlin).counted == 5


def test_every_answer_has_a_count_of_its_own() -> None:
    fields = set(asdict(Recalls())) - {"drawn", "answered", "counted"}
    assert len(fields) == len(Recalled.values) + len(OnRecord.values) - 1
