"""The asker's page: where the ask stands, in every state, and who is named."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tequio.circuit.actions import answering, asker
from tequio.circuit.links import case_key
from tequio.circuit.models import Case
from tequio.kernel import clock as hub_clock
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Organisation
from tests.cast import Cast, open_leg_of, work
from tests.circuit.follows import BERLIN, MESA, accepted, asked, page, silent
from tests.circuit.reading import heading, words
from tests.conftest import Clock

# Where it stands


def test_at_an_office_the_page_says_who_has_it_until_when_and_why(
    client: Client, cast: Cast, case: Case
) -> None:
    found = client.get(page(case))
    assert heading(found) == f"{BERLIN} has your ask and answers by Dec. 3, 2026, end of the day in Berlin"
    text = words(found)
    assert f"Ask school-talk · receipt number {case}" in text
    assert "You need not do anything: a letter comes at each step." in text
    assert f"With an office Here now Head office, {BERLIN} until Dec. 3, 2026" in text
    assert "Why: This office has promised to answer asks of this kind within 8 working days." in text
    assert "First date that you were told Dec. 3, 2026" in text
    assert "Date now" not in text
    assert "Where Preparatoria Número 5 (en), Oaxaca Who asks Marta Maestra" in text
    assert "Have it sent again" in text


def test_the_same_page_stands_in_spanish(client: Client, cast: Cast, case: Case) -> None:
    found = client.get(f"/follow/{case.ref.upper()}/{case_key(case)}/")
    assert '<html lang="es"' in found.content.decode()
    assert "Capítulo Berlín" in heading(found)
    assert "3 de diciembre de 2026" in heading(found)
    assert "Oficina principal" in words(found)


@pytest.mark.parametrize(("path", "city"), [("/follow/", "Ciudad de México"), ("/en/follow/", "Mexico City")])
def test_cities_are_named_in_the_readers_language(client: Client, cast: Cast, path: str, city: str) -> None:
    case = cast.case()
    assert heading(client.get(f"{path}{case.ref}/{case_key(case)}/")).endswith(city)


def test_where_nobody_has_promised_the_coordinating_office_has_it(client: Client, cast: Cast) -> None:
    case = cast.case()
    found = client.get(page(case))
    assert heading(found) == f"{MESA} has your ask and answers by Dec. 3, 2026, end of the day in Mexico City"
    assert (
        "Why: No office has promised yet to answer this kind of ask for this place and topic, so the coordinating "
        "office looks for one that will, within 8 working days."
    ) in words(found)
    assert "· vacant" in words(found)


def test_the_city_of_an_office_is_named_where_it_is_known(client: Client, cast: Cast, case: Case) -> None:
    Organisation.objects.filter(slug="chapter-berlin").update(city="Potsdam")
    assert heading(client.get(page(case))).endswith("end of the day in Potsdam")


def test_a_late_office_is_called_late_and_the_asker_is_told_what_follows(
    client: Client, cast: Cast, case: Case, clock: Clock
) -> None:
    clock.forward(days=11)
    found = client.get(page(case))
    assert heading(found) == f"{BERLIN} is late: its answer was due by Dec. 3, 2026, end of the day in Berlin"
    assert "Late The office was reminded. If it stays silent, your ask moves on" in words(found)


def test_an_ask_that_climbed_shows_the_first_date_beside_the_new_one(
    client: Client, cast: Cast, case: Case, clock: Clock
) -> None:
    for _ in range(16):
        clock.forward(days=1)
        work()
    found = client.get(page(case))
    assert heading(found).startswith(f"{MESA} has your ask and answers by Dec. 18, 2026")
    text = words(found)
    assert (
        "First date that you were told Dec. 3, 2026 Date now Dec. 18, 2026, end of the day in Mexico City"
        in text
    )
    assert f"Why: Head office, {BERLIN} did not answer in time; the coordinating office takes it." in text
    assert text.count("The office was reminded") == 1
    assert re.findall(r"(\S+ \S+ 2026), [^,]+ The office was reminded 3 times, last on this day", text) == [
        "Dec. 4, 2026"
    ]
    assert "No answer came in time, so the ask moved on" in text


def test_an_ask_passed_on_gives_the_offices_reason(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    beto = cast.hold("chapter-madrid", "Beto")
    cast.promise(beto, days=20)
    answering.pass_on_leg(open_leg_of(case), by=ana, to=beto.office, reason="full")
    text = words(client.get(page(case)))
    assert f"Why: Head office, {BERLIN} passed it on: No place left" in text
    assert "The office passed the ask on: No place left" in text


def test_an_office_that_fell_vacant_is_named_as_the_reason(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    end_mandate(ana, by=None)
    text = words(client.get(page(case)))
    assert f"Why: Nobody holds Head office, {BERLIN} any longer; the coordinating office takes it." in text
    assert "Nobody holds the office any longer, so the ask moved on" in text


def test_a_question_stands_above_the_form_for_its_reply(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    asked(case, ana)
    found = client.get(page(case))
    assert heading(found) == (
        f"{BERLIN} asks you one thing: reply by Nov. 30, 2026, end of the day in Mexico City"
    )
    text = words(found)
    assert "the days of the office stand still" in text
    assert "In Spanish or Zapotec? Your reply Files (optional)" in text
    assert "Date now Nov. 30, 2026, end of the day in Mexico City" in text


def test_an_accepted_ask_says_what_happens_and_by_when(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    accepted(case, ana)
    found = client.get(page(case))
    assert heading(found) == f"{BERLIN} has accepted, and acts by Nov. 28, 2026, end of the day in Berlin"
    text = words(found)
    assert "Promised by Nov. 28, 2026 A video call on Thursday." in text
    assert "Say already whether it took place Did it take place?" in text
    assert "Why:" not in text


def test_after_the_day_the_page_asks_whether_it_took_place(
    client: Client, cast: Cast, case: Case, ana: Mandate, clock: Clock
) -> None:
    accepted(case, ana)
    clock.forward(days=7)
    work()
    found = client.get(page(case))
    assert heading(found) == "Did it take place?"
    assert "Tell us by Dec. 12, 2026, end of the day in Berlin. Only your word counts it as kept." in words(
        found
    )
    assert "Say already" not in words(found)


def no_longer(case: Case, ana: Mandate, clock: Clock) -> None:
    asker.withdraw_case(case, text="We found somebody.")


def no(case: Case, ana: Mandate, clock: Clock) -> None:
    answering.decline_leg(open_leg_of(case), by=ana, reason="full", text="In February\nagain.")


def took_place(case: Case, ana: Mandate, clock: Clock) -> None:
    accepted(case, ana)
    asker.report_outcome(case, happened=True, text="They asked about everything.")


def failed(case: Case, ana: Mandate, clock: Clock) -> None:
    accepted(case, ana)
    asker.report_outcome(case, happened=False)


def unanswered(case: Case, ana: Mandate, clock: Clock) -> None:
    asked(case, ana)
    for _ in range(9):
        clock.forward(days=1)
        work()


ENDS: list[tuple[Callable[[Case, Mandate, Clock], None], str, str, str]] = [
    (no_longer, "You withdrew this ask", "You withdrew your ask Head office,", "Ask again"),
    (
        no,
        f"{BERLIN} could not do what you asked",
        f"Head office, {BERLIN} No place left In February again.",
        "I disagree: it goes back to the office",
    ),
    (
        took_place,
        "It took place: so you said",
        "You said that it took place",
        "The ledger counts it as kept.",
    ),
    (failed, "It did not take place: so you said", "You said that it did not take place", "Ask again"),
    (
        silent,
        "Closed, as nobody has said whether it took place",
        "Nobody said whether it took place",
        "Yes No",
    ),
    (unanswered, "Closed, because no reply came from you", "The day for your reply passed", "Ask again"),
]


@pytest.mark.parametrize(
    ("end", "head", "story", "next_step"), ENDS, ids=lambda value: getattr(value, "__name__", "")
)
def test_the_page_works_when_the_ask_is_closed(
    client: Client,
    case: Case,
    ana: Mandate,
    clock: Clock,
    end: Callable[[Case, Mandate, Clock], None],
    head: str,
    story: str,
    next_step: str,
) -> None:
    end(case, ana, clock)
    found = client.get(page(case))
    assert heading(found) == head
    text = words(found)
    assert (story in text, next_step in text) == (True, True)
    assert ("I no longer need it" in text, "Who has it" in text, "Date now" in text) == (False, False, False)


def test_an_answer_taken_back_is_told_and_the_ask_is_with_the_office_again(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    leg = accepted(case, ana)
    answering.undo_answer(leg, by=ana)
    found = client.get(page(case))
    assert heading(found).startswith(f"{BERLIN} has your ask")
    assert "The office took its answer back" in words(found)
    assert "Promised by" not in words(found)


def test_every_event_of_the_circuit_has_its_words_in_the_story(
    client: Client, cast: Cast, case: Case, ana: Mandate, clock: Clock
) -> None:
    asked(case, ana)
    asker.reply_to_question(case, "In Spanish.")
    accepted(case, ana)
    cast.hold("mesa", "Carla")
    end_mandate(ana, by=None)
    found = words(client.get(page(case)))
    story = found[found.index("What happened so far") : found.index("Who has it")]
    told = [
        "Nobody holds the office any longer; another one keeps its word",
        "The office accepted",
        "You replied",
        "The office asked you for one thing more",
        "Your ask reached this office",
        "You sent your ask",
    ]
    places = [story.index(sentence) for sentence in told]
    assert places == sorted(places)
    assert "Una charla sobre vacunas para cuarto semestre." in story


# Who is named


def test_officers_are_named_only_when_they_chose_so(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    ana.person.name = "Ana Apellido"
    ana.person.save(update_fields=["name"])
    assert "Ana Apellido" not in client.get(page(case)).content.decode()
    Mandate.objects.filter(pk=ana.pk).update(show_name=True, ends_at=hub_clock.now() + timedelta(days=30))
    assert f"Head office , {BERLIN} · Ana Apellido · until Dec. 23, 2026" in words(client.get(page(case)))


def test_neither_the_address_of_the_asker_nor_of_the_office_is_shown(
    client: Client, cast: Cast, case: Case
) -> None:
    body = client.get(page(case)).content.decode()
    assert ("marta@example.net" in body, "ana@example.org" in body) == (False, False)


@pytest.mark.parametrize("then", ["", "reply/", "withdraw/", "outcome/"])
def test_a_wrong_key_and_a_missing_case_are_the_same(client: Client, case: Case, then: str) -> None:
    wrong = [f"/en/follow/{case.ref}/nonsense/{then}", f"/en/follow/mx-missing/{case_key(case)}/{then}"]
    for method in (client.get, client.post) if then else (client.get,):
        answers = [method(path) for path in wrong]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert words(answers[0]) == words(answers[1])


def test_raising_the_version_of_the_link_closes_the_page(client: Client, case: Case) -> None:
    path = page(case)
    Case.objects.filter(pk=case.pk).update(link_version=2)
    assert client.get(path).status_code == 404
