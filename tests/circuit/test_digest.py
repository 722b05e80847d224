"""The daily letter of an office: when it comes, what it says, to whom, and what it leaves unsaid."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg
from tequio.circuit.actions.asker import reply_to_question, report_outcome, withdraw_case
from tequio.circuit.actions.digest import look_at_digest
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.hours import hours_of, repeated_on
from tequio.circuit.models import Case, Digest, DigestLine, Leg
from tequio.journal.models import Entry
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Office
from tequio.notices.models import Letter
from tests.cast import Cast, letters, open_leg_of, work
from tests.conftest import Clock

# Asked on Monday 23 November with 10 days: due on Thursday 3 December, end of the day in Berlin (23:00 UTC).
NINE_IN_BERLIN = datetime(2026, 12, 1, 8, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def carla(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-madrid", "Carla", language="en")
    cast.promise(mandate, days=20)
    return mandate


def digests(address: str = "beto@example.org") -> list[Letter]:
    return letters("digest", address)


def said(letter: Letter) -> str:
    """The letter's words on one line, without the addresses of its links."""
    words = [word for word in letter.text.split() if not word.startswith("http")]
    return " ".join(words)


def days(clock: Clock, first: datetime, count: int) -> list[int]:
    """How many digests Beto has after the first hour of each of so many days."""
    seen = []
    for number in range(count):
        clock.to(first + DAY * number)
        work()
        seen.append(len(digests()))
    return seen


# When it comes --------------------------------------------------------------------


def test_it_comes_at_nine_where_the_office_is_and_once_a_day(clock: Clock, cast: Cast, beto: Mandate) -> None:
    cast.leg()
    seen = []
    for instant in (NINE_IN_BERLIN - SECOND, NINE_IN_BERLIN, NINE_IN_BERLIN + timedelta(hours=2)):
        clock.to(instant)
        work()
        seen.append(len(digests()))
    assert seen == [0, 1, 1]
    digest = Digest.objects.get(office=beto.office)
    assert (digest.last_on, digest.sent, digest.wake_at) == (date(2026, 12, 1), 1, NINE_IN_BERLIN + DAY)
    assert Entry.objects.filter(kind="digest.sent").count() == 1


@pytest.mark.parametrize(
    ("slug", "now", "expected"),
    [
        # Monday in Mexico City (UTC-6): before nine, at nine, after nine.
        ("mesa", datetime(2026, 11, 23, 14, 59, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("mesa", datetime(2026, 11, 23, 15, tzinfo=UTC), datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("mesa", datetime(2026, 11, 24, 3, tzinfo=UTC), datetime(2026, 11, 24, 15, tzinfo=UTC)),
        # Friday afternoon and the weekend go to Monday; Berlin changes its clocks on 25 October.
        ("chapter-berlin", datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
        ("chapter-berlin", datetime(2026, 10, 24, 7, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
        ("chapter-berlin", datetime(2026, 10, 22, 6, 59, tzinfo=UTC), datetime(2026, 10, 22, 7, tzinfo=UTC)),
    ],
)
def test_its_hour_is_nine_of_the_next_working_day_of_the_office(
    cast: Cast, slug: str, now: datetime, expected: datetime
) -> None:
    assert hours_of(cast.office(slug)).next(now) == expected


def test_what_is_due_at_night_waits_for_the_morning(clock: Clock, cast: Cast, beto: Mandate) -> None:
    cast.leg()
    seen = days(clock, NINE_IN_BERLIN + timedelta(hours=10), 1)
    assert (seen, Digest.objects.get(office=beto.office).wake_at) == ([0], NINE_IN_BERLIN + DAY)
    clock.to(NINE_IN_BERLIN + DAY)
    work()
    assert len(digests()) == 1


def test_a_day_without_news_has_no_letter(clock: Clock, cast: Cast, beto: Mandate) -> None:
    cast.leg()
    assert days(clock, datetime(2026, 11, 24, 8, tzinfo=UTC), 8) == [0, 0, 0, 0, 0, 0, 0, 1]
    assert Digest.objects.get(office=beto.office).sent == 1


def test_nobody_is_written_to_while_the_office_is_vacant_and_then_whoever_holds_it(
    clock: Clock, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    pass_on_leg(cast.leg(), by=beto, to=carla.office, reason="full")
    end_mandate(beto, by=beto)
    decline_leg(open_leg_of(Case.objects.get()), by=carla, reason="full")
    clock.to(datetime(2026, 11, 24, 8, tzinfo=UTC))
    work()
    assert Digest.objects.get(office=beto.office).wake_at is None
    cast.hold("chapter-berlin", "Nora", language="en")
    assert Digest.objects.get(office=beto.office).wake_at == datetime(2026, 11, 25, 8, tzinfo=UTC)
    clock.to(datetime(2026, 11, 25, 8, tzinfo=UTC))
    work()
    assert (len(digests("nora@example.org")), digests()) == (1, [])


def test_what_waited_longer_than_a_month_is_left_unsaid(clock: Clock, cast: Cast, beto: Mandate) -> None:
    tell_office(beto.office, "mandate-ending", key="old", data={"name": "Ana", "day": "2026-12-01"})
    DigestLine.objects.update(at=clock.instant - timedelta(days=31))
    clock.to(datetime(2026, 11, 24, 8, tzinfo=UTC))
    work()
    assert (digests(), DigestLine.objects.filter(sent_at=None).count()) == ([], 0)


# What it says ---------------------------------------------------------------------


def test_it_is_addressed_to_the_office_and_names_nobody_who_holds_it(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    cast.leg()
    clock.to(NINE_IN_BERLIN)
    work()
    letter = digests()[0]
    assert letter.subject == "Capítulo Berlín (en): 1 answer due soon"
    ref = Case.objects.get()
    assert said(letter).startswith(
        "For Head office, Capítulo Berlín (en). Due soon ======== "
        f"- Ask school-talk ({ref}), by Dec. 3, 2026. Marta Maestra, Preparatoria Número 5 (en), Oaxaca "
        "Read it and answer:"
    )
    assert "Beto" not in letter.text + letter.html


def test_an_ask_moves_from_soon_to_today_to_past_its_date(clock: Clock, cast: Cast, beto: Mandate) -> None:
    cast.leg()
    read = []
    for number in (0, 2, 3):
        clock.to(NINE_IN_BERLIN + DAY * number)
        work()
        letter = digests()[-1]
        read.append((letter.subject, said(letter).split(". ")[1].split(" =")[0]))
    assert read == [
        ("Capítulo Berlín (en): 1 answer due soon", "Due soon"),
        ("Capítulo Berlín (en): 1 answer due today", "Due today"),
        ("Capítulo Berlín (en): 1 answer past its date", "Past their date"),
    ]


def test_what_was_answered_before_nine_is_not_said(clock: Clock, cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    clock.to(NINE_IN_BERLIN - timedelta(minutes=30))
    work()
    decline_leg(leg, by=beto, reason="full")
    clock.to(NINE_IN_BERLIN)
    work()
    assert (digests(), DigestLine.objects.filter(sent_at=None).count()) == ([], 0)


def test_an_ask_that_waits_for_its_asker_is_owed_by_nobody(clock: Clock, cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    clock.to(NINE_IN_BERLIN - timedelta(minutes=30))
    work()
    ask_more(leg, by=beto, question="¿Cuándo?")
    clock.to(NINE_IN_BERLIN)
    work()
    assert digests() == []


def test_new_asks_and_replies_are_named_but_call_for_no_letter_of_their_own(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    replied = cast.leg()
    ask_more(replied, by=beto, question="¿Cuándo?")
    assert days(clock, datetime(2026, 11, 24, 8, tzinfo=UTC), 2) == [0, 0]
    arrived = cast.leg(name="Luz Nueva")
    read = []
    for day in (26, 27, 30):
        tell_office(beto.office, "mandate-ending", key=f"{day}", data={"name": "Ana", "day": "2026-12-01"})
        clock.to(datetime(2026, 11, day, 8, tzinfo=UTC))
        work()
        read.append(said(digests()[-1]).partition(" About to end")[0].partition("last letter ")[2])
        clock.forward(minutes=5)
        if day == 26:
            reply_to_question(Case.objects.get(pk=replied.case_id), "El martes")
    assert read == [
        f"========================= - Ask school-talk ({arrived.case}), by Dec. 7, 2026. Luz Nueva, "
        "Preparatoria Número 5 (en), Oaxaca Read it:",
        f"========================= - Ask school-talk ({replied.case}), by Dec. 8, 2026. Marta Maestra, "
        "Preparatoria Número 5 (en), Oaxaca Read the reply:",
        "",
    ]


def test_every_change_is_told_to_those_who_took_part_without_its_words(
    clock: Clock, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    leg = cast.leg()
    following = pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    accept_leg(following, by=carla, what="Una charla secreta", due_on=date(2026, 12, 10))
    report_outcome(Case.objects.get(), happened=True, text="Muy secreto")
    clock.to(datetime(2026, 11, 24, 8, tzinfo=UTC))
    work()
    ref = Case.objects.get()
    letter = digests()[0]
    assert letter.subject == "Capítulo Berlín (en): what changed"
    madrid = "Head office, Capítulo Madrid (en)"
    assert f"- Ask school-talk ({ref}): {madrid} accepted it. See it: No more about this ask:" in said(letter)
    assert f"It took place, says the asker. {madrid} had promised it." in said(letter)
    assert "secret" not in letter.text + letter.html
    own = said(digests("carla@example.org")[0])
    assert "Thank you for the work; the ledger counts it as done." in own


def test_the_office_that_acted_is_not_told_of_its_own_act(
    clock: Clock, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    pass_on_leg(cast.leg(), by=beto, to=carla.office, reason="full")
    assert DigestLine.objects.count() == 0
    withdraw_case(Case.objects.get())
    assert sorted(DigestLine.objects.values_list("office__organisation__slug", "kind")) == [
        ("chapter-berlin", "withdrawn"),
        ("chapter-madrid", "withdrawn"),
    ]


def test_what_the_office_has_promised_is_said_before_the_day_on_it_and_after(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    accept_leg(cast.leg(), by=beto, what="Charla por video", due_on=date(2026, 12, 10))
    first = datetime(2026, 12, 7, 8, tzinfo=UTC)
    read = []
    for number in range(6):
        clock.to(first + DAY * number)
        before = len(digests())
        work()
        new = digests()[before:]
        read += [said(letter).partition("=== - ")[2].partition(" See it")[0] for letter in new]
    ref = Case.objects.get()
    assert [letter.subject for letter in digests()] == ["Capítulo Berlín (en): what you have promised"] * 3
    assert read == [
        f"Ask school-talk ({ref}): By Dec. 10, 2026: Charla por video.",
        f"Ask school-talk ({ref}): Today: Charla por video.",
        f"Ask school-talk ({ref}): By Dec. 10, 2026, which has passed: Charla por video.",
    ]


def test_a_kind_of_line_that_nobody_has_described_is_still_told(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    tell_office(beto.office, "never-heard-of", key="x", case=cast.case())
    clock.to(datetime(2026, 11, 24, 8, tzinfo=UTC))
    work()
    assert f"Ask school-talk ({Case.objects.get()}): There is news." in said(digests()[0])


def test_a_long_section_says_how_much_more_there_is(clock: Clock, cast: Cast, beto: Mandate) -> None:
    for number in range(17):
        cast.leg(address=f"marta{number}@example.net")
    clock.to(NINE_IN_BERLIN)
    work()
    letter = digests()[0]
    assert letter.subject == "Capítulo Berlín (en): 17 answers due soon"
    assert (said(letter).count("Read it and answer:"), "And 2 more at the desk." in said(letter)) == (
        15,
        True,
    )


# Ever more rarely -----------------------------------------------------------------


def test_what_is_late_is_repeated_ever_more_rarely() -> None:
    days = [day for day in range(1, 30) if repeated_on(day) == day]
    assert days == [1, 2, 4, 7, 11, 16, 22, 29]
    assert [repeated_on(day) for day in (-3, 0, 1, 3, 6, 12)] == [0, 0, 1, 2, 4, 11]


def test_a_late_promise_is_repeated_on_days_one_two_four_seven_and_eleven(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    accept_leg(cast.leg(), by=beto, what="Charla", due_on=date(2026, 12, 7))
    Leg.objects.update(wake_at=None)
    Case.objects.get().commitments.update(wake_at=None)
    sent: list[int] = []
    for number in range(13):
        clock.to(datetime(2026, 12, 8, 8, tzinfo=UTC) + DAY * number)
        before = len(digests())
        work()
        sent += [number + 1] if len(digests()) > before else []
    # The 12th and 13th, the 19th and 20th of December are weekends: days 5, 6, 12 and 13.
    assert sent == [1, 2, 4, 7, 11]


def test_a_repetition_that_falls_on_a_weekend_comes_on_monday(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    accept_leg(cast.leg(), by=beto, what="Charla", due_on=date(2026, 12, 10))
    Case.objects.get().commitments.update(wake_at=None)
    sent = []
    for number in range(8):
        clock.to(datetime(2026, 12, 11, 8, tzinfo=UTC) + DAY * number)
        before = len(digests())
        work()
        sent += [clock.instant.day] if len(digests()) > before else []
    assert sent == [11, 14, 17]


# Deputies -------------------------------------------------------------------------


def test_a_deputy_is_written_to_once_when_the_date_has_passed(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    cast.hold(beto.office, "Dana", role="deputy", language="en")
    cast.leg()
    heard = []
    for number in range(5):
        clock.to(NINE_IN_BERLIN + DAY * number)
        work()
        heard.append([letter.text for letter in letters("desk_late", "dana@example.org") if letter.text])
    assert [len(texts) for texts in heard] == [0, 0, 0, 1, 0]
    letter = letters("desk_late")[0]
    letter.text = heard[3][0]
    assert letter.subject == "Capítulo Berlín (en): 1 answer past its date"
    assert "As deputy you can read them." in said(letter)
    assert (f"/desk/{beto.office_id}/" in letter.text, "/answer/" in letter.text) == (True, False)
    assert (digests("dana@example.org"), letters("desk_late", "beto@example.org")) == ([], [])


def test_a_deputy_who_acts_gets_the_digest_itself(clock: Clock, cast: Cast, beto: Mandate) -> None:
    cast.hold(beto.office, "Dana", role="deputy", language="en")
    cast.leg()
    end_mandate(beto, by=beto)
    clock.to(NINE_IN_BERLIN + DAY * 3)
    work()
    assert (len(digests("dana@example.org")), letters("desk_late")) == (1, [])


# Once -----------------------------------------------------------------------------


def test_a_digest_is_looked_at_once_however_often_the_worker_comes(
    clock: Clock, cast: Cast, beto: Mandate
) -> None:
    cast.leg()
    clock.to(NINE_IN_BERLIN - timedelta(minutes=30))
    work()
    clock.to(NINE_IN_BERLIN)
    digest = Digest.objects.get(office=beto.office)
    for _ in range(2):
        look_at_digest(digest)
    assert len(digests()) == 1


def test_a_second_look_on_the_same_day_writes_nothing(clock: Clock, cast: Cast, beto: Mandate) -> None:
    tell_office(beto.office, "mandate-ending", key="x", data={"name": "Ana", "day": "2026-12-01"})
    clock.to(datetime(2026, 11, 24, 8, tzinfo=UTC))
    work()
    tell_office(beto.office, "mandate-ending", key="y", data={"name": "Ana", "day": "2026-12-01"})
    Digest.objects.update(wake_at=clock.instant)
    work()
    assert len(digests()) == 1
    assert DigestLine.objects.filter(sent_at=None).count() == 1


def test_an_office_has_a_digest_as_soon_as_somebody_holds_it(cast: Cast, beto: Mandate) -> None:
    assert list(Digest.objects.values_list("office", "wake_at")) == [
        (beto.office_id, datetime(2026, 11, 24, 8, tzinfo=UTC))
    ]
    assert Office.objects.exclude(digest=None).count() == 1
