"""A date says how it was counted: on the asker's page, at the desk, and in a sentence in the letters."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import ask_more
from tequio.circuit.actions.asker import contest_question, reply_to_question
from tequio.circuit.actions.closures import declare_closure
from tequio.circuit.models import Leg
from tequio.circuit.queries.counted import counted, in_short, paused, place_name
from tequio.network.models import Mandate, Organisation
from tests.cast import Cast, letters, open_leg_of
from tests.circuit.desks import signed, url
from tests.circuit.follows import page
from tests.circuit.reading import words
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def ana(cast: Cast) -> Mandate:
    """Ana's chapter in Berlin keeps Berlin's holidays and is closed in the first week of January."""
    Organisation.objects.filter(slug="chapter-berlin").update(subdivision="DE-BE")
    mandate = cast.hold("chapter-berlin", "Ana", language="en")
    cast.promise(mandate, days=30)
    declare_closure(by=mandate, first_day=date(2027, 1, 4), last_day=date(2027, 1, 8), name="Moving house")
    return mandate


START = "30 working days after Nov. 23, 2026, when the ask came to the office"
OFF = (
    "Dec. 25, 2026 (Christmas Day), Jan. 1, 2027 (New Year's Day) and "
    "Jan. 4, 2027 to Jan. 8, 2027 (closed: Moving house)"
)
CALENDAR = (
    "Counted by the public holidays of Germany (Berlin) (holidays {version}), and by the days that the office "
    "declared closed before they began."
)


def lines(leg: Leg) -> list[str]:
    found = counted(Leg.objects.select_related("owner__organisation").get(pk=leg.pk))
    version = leg.reckoning["holidays"]
    return [line.replace(version, "{version}") for line in found]


def pauses(leg: Leg) -> list[str]:
    return paused(Leg.objects.select_related("owner__organisation", "case").get(pk=leg.pk))


def test_every_line_of_the_reckoning_is_said(cast: Cast, ana: Mandate) -> None:
    leg = cast.leg()
    assert leg.due_on == date(2027, 1, 13)
    assert lines(leg) == [f"{START}.", f"Not counted: 14 days at weekends, {OFF}.", CALENDAR]


def test_before_it_has_come_the_day_on_which_it_was_sent_counts(cast: Cast, ana: Mandate) -> None:
    leg = open_leg_of(cast.case(delivered=False))
    assert lines(leg)[0] == "30 working days after Nov. 23, 2026, when the ask was sent to the office."


def test_a_pause_that_runs_says_what_stands_still(cast: Cast, ana: Mandate, clock: Clock) -> None:
    leg = cast.leg()
    clock.forward(days=1)
    ask_more(leg, by=ana, question="How many?")
    assert pauses(leg) == [
        "Paused since Nov. 24, 2026, until Dec. 1, 2026 at most: 29 working days stand still."
    ]


@pytest.mark.parametrize(
    ("contested", "why"),
    [
        (False, "while the office waited for a reply."),
        (True, ", until the asker said that nothing was missing."),
    ],
)
def test_a_pause_that_is_over_says_how_long_it_was(
    cast: Cast, ana: Mandate, clock: Clock, contested: bool, why: str
) -> None:
    case = cast.case()
    clock.forward(days=1)
    ask_more(open_leg_of(case), by=ana, question="How many?")
    clock.forward(days=2)
    contest_question(case) if contested else reply_to_question(case, "Two")
    [said] = pauses(open_leg_of(case))
    assert said.startswith("Paused from Nov. 24, 2026 to Nov. 26, 2026: 29 working days stood still")
    assert said.endswith(why)


def test_after_a_pause_the_sentence_counts_what_was_left(cast: Cast, ana: Mandate, clock: Clock) -> None:
    case = cast.case()
    clock.to(datetime(2027, 1, 11, 12, tzinfo=UTC))
    ask_more(open_leg_of(case), by=ana, question="How many?")
    clock.forward(days=3)
    reply_to_question(case, "Two")
    leg = open_leg_of(case)
    assert leg.due_on == date(2027, 1, 18)
    assert in_short(leg) == (
        "2 working days that were left, after Jan. 14, 2027, not counting 2 days at weekends."
    )


def test_many_days_off_are_summed_up_in_the_sentence(cast: Cast, ana: Mandate) -> None:
    leg = cast.leg()
    off = [{"day": f"2026-12-0{n}", "last": f"2026-12-0{n}", "closure": f"Day {n}"} for n in range(1, 7)]
    leg.reckoning["parts"][0] |= {"off": off, "weekend": 0}
    assert in_short(leg) == (
        f"{START}, not counting Dec. 1, 2026 (closed: Day 1), Dec. 2, 2026 (closed: Day 2), "
        "Dec. 3, 2026 (closed: Day 3), Dec. 4, 2026 (closed: Day 4) and 2 more."
    )


def test_nothing_left_out_is_nothing_said(cast: Cast, ana: Mandate) -> None:
    leg = cast.leg()
    leg.reckoning["parts"][0] |= {"off": [], "weekend": 0}
    leg.reckoning |= {"calendar": "", "not_before": "2026-12-07"}
    assert in_short(leg) == f"{START}."
    assert counted(leg)[1:] == [
        "The date came nearer, so the office was left one working day at least.",
        "No public holidays are known for the place of the office: only weekends are left out.",
    ]
    leg.reckoning = {}
    assert (in_short(leg), counted(leg)) == ("", [])


def test_both_calendars_of_a_post_are_named(cast: Cast) -> None:
    Organisation.objects.filter(slug="embassy-de").update(subdivision="DE-BE")
    cast.promise(cast.hold("embassy-de", "Ema"), "consular-support", countries=["DE"])
    assert "the public holidays of Germany (Berlin) and Mexico (" in lines(cast.leg("consular-support"))[-1]


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("US-MA", "en", "United States (Massachusetts)"),
        ("US-MA", "es", "Estados Unidos (Massachusetts)"),
        ("MX", "es", "México"),
        ("DE-ZZ", "en", "Germany (ZZ)"),
    ],
)
def test_places_are_named_in_the_reader_s_language(code: str, language: str, name: str) -> None:
    with translation.override(language):
        assert place_name(code) == name


def test_the_asker_reads_it_on_their_page(client: Client, cast: Cast, ana: Mandate) -> None:
    shown = words(client.get(page(cast.case())))
    assert f"How this date was counted {START}. Not counted: 14 days at weekends, {OFF}." in shown


def test_the_desk_reads_it_beside_the_date(client: Client, cast: Cast, ana: Mandate) -> None:
    leg = cast.leg()
    shown = words(signed(client, cast, "Ana").get(url("leg", leg.owner_id, leg.case.ref, 1)))
    assert f"How this date was counted {START}." in shown


def test_the_letters_that_tell_a_date_say_it_in_a_sentence(cast: Cast, ana: Mandate) -> None:
    cast.case(delivered=False, language="en")
    sentence = f"{START.replace('came', 'was sent')}, not counting 14 days at weekends, {OFF}."
    for template in ("asker_receipt", "leg_new"):
        assert sentence in _text(letters(template)[0])


def _text(letter: Any) -> str:
    return " ".join(letter.text.split())
