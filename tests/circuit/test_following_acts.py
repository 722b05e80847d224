"""What the asker can do on their page, and what it costs."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions import answering, asker
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.why import why_sentence
from tequio.kernel.ids import idempotency_key
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tequio.reference.models import Field
from tests.cast import Cast, letters, open_leg_of, told, work
from tests.circuit.follows import BERLIN, accepted, asked, page, silent
from tests.circuit.reading import errors, heading, value_of, words
from tests.conftest import Clock

# What the asker can do


@pytest.mark.parametrize("then", ["reply/", "withdraw/", "outcome/"])
def test_getting_the_address_of_a_form_never_acts(
    client: Client, cast: Cast, case: Case, ana: Mandate, then: str
) -> None:
    asked(case, ana)
    before = Event.objects.count()
    answers = [method(page(case, then)) for method in (client.get, client.head)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page(case))] * 2
    assert Event.objects.count() == before


def test_a_reply_goes_to_the_office_and_its_clock_runs_on(
    client: Client, cast: Cast, case: Case, ana: Mandate, clock: Clock
) -> None:
    asked(case, ana)
    clock.forward(days=2)
    found = client.post(page(case, "reply/"), {"text": "In Spanish.", "key": "k"}, follow=True)
    assert found.redirect_chain == [(page(case), 302)]
    assert "Your reply is with the office." in words(found)
    assert heading(found) == f"{BERLIN} has your ask and answers by Dec. 7, 2026, end of the day in Berlin"
    assert len(letters("leg_reply")) == 1


def test_an_empty_reply_says_what_to_do(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    found = client.post(page(case, "reply/"), {"text": " ", "key": "kept"})
    assert errors(found) == ["Your reply: Write your reply."]
    assert value_of(found, "key") == "kept"
    assert heading(found).startswith(f"{BERLIN} asks you one thing")


def test_a_reply_sent_twice_counts_once(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    for _ in range(2):
        assert client.post(page(case, "reply/"), {"text": "In Spanish.", "key": "same"}).status_code == 302
    assert Event.objects.filter(case=case, kind="reply").count() == 1


def test_a_reply_without_a_question_is_refused_and_kept(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    found = client.post(page(case, "reply/"), {"text": "In Spanish."})
    assert found.status_code == 200
    assert words(found).startswith(
        "Not done. No question is open in this ask. The page shows where it stands. What you wrote: In Spanish."
    )


def test_withdrawing_closes_the_ask_and_tells_the_office(client: Client, cast: Cast, case: Case) -> None:
    assert "I no longer need it The ask closes and the office is told." in words(client.get(page(case)))
    form = {"text": "We found somebody.", "key": idempotency_key()}
    found = client.post(page(case, "withdraw/"), form, follow=True)
    assert heading(found) == "You withdrew this ask"
    assert "Your ask is withdrawn, and the office is told." in words(found)
    assert client.post(page(case, "withdraw/"), form).status_code == 302
    assert told(case) == [("chapter-berlin", "withdrawn")]


def test_withdrawing_what_was_accepted_tells_the_office_that_keeps_the_word_now(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    accepted(case, ana)
    cast.hold("mesa", "Carla")
    end_mandate(ana, by=None)
    client.post(page(case, "withdraw/"), {})
    assert told(case)[-2:] == [("mesa", "withdrawn"), ("chapter-berlin", "withdrawn")]


def test_a_closed_ask_cannot_be_withdrawn(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    answering.decline_leg(open_leg_of(case), by=ana, reason="full")
    found = client.post(page(case, "withdraw/"), {})
    assert "This ask is closed already." in words(found)


@pytest.mark.parametrize(("answer", "state"), [("yes", "done"), ("no", "not-done")])
def test_the_askers_word_on_what_happened_closes_the_ask(
    client: Client, cast: Cast, case: Case, ana: Mandate, answer: str, state: str
) -> None:
    accepted(case, ana)
    form = {"happened": answer, "text": "As planned.", "key": idempotency_key()}
    found = client.post(page(case, "outcome/"), form, follow=True)
    case.refresh_from_db()
    assert case.state == state
    assert "Your word is kept, and the office is told." in words(found)
    assert told(case) == [("chapter-berlin", state)]
    commitment = case.commitments.get()
    assert (commitment.kept_at is not None, commitment.broken_at is not None) == (
        answer == "yes",
        answer == "no",
    )


def test_the_outcome_can_still_be_told_after_the_ask_closed_unconfirmed(
    client: Client, cast: Cast, case: Case, ana: Mandate, clock: Clock
) -> None:
    silent(case, ana, clock)
    found = client.post(page(case, "outcome/"), {"happened": "yes"}, follow=True)
    assert heading(found) == "It took place: so you said"


def test_an_outcome_without_yes_or_no_says_so(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    accepted(case, ana)
    found = client.post(page(case, "outcome/"), {"text": "Well"})
    assert errors(found) == ["Happened: Say yes or no."]
    assert "Well</textarea>" in found.content.decode()


def test_there_is_nothing_to_tell_of_an_ask_that_nobody_accepted(
    client: Client, cast: Cast, case: Case
) -> None:
    found = client.post(page(case, "outcome/"), {"happened": "yes"})
    assert found.status_code == 200
    case.refresh_from_db()
    assert case.state == "at-desk"


# How heavy, and why


def test_the_page_costs_the_same_queries_with_a_short_story_and_a_long_one(
    client: Client, cast: Cast, case: Case, ana: Mandate, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8) as short:
        client.get(page(case))
    for _ in range(2):
        asked(case, ana)
        asker.reply_to_question(case, "In Spanish.")
    clock.forward(days=8, hours=20)
    work()
    with django_assert_max_num_queries(len(short)):
        client.get(page(case))


def test_no_two_controls_share_a_name_for_the_browser(
    client: Client, cast: Cast, case: Case, ana: Mandate
) -> None:
    asked(case, ana)
    body = client.get(page(case)).content.decode()
    ids = [part.partition('"')[0] for part in body.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


WHY = [
    ({"territory": 3, "topic": 3, "candidates": 1}, "from Oaxaca about Bioquímica within 4 working days."),
    ({"territory": 3, "topic": 1, "candidates": 1}, "of this kind from Oaxaca within 4 working days."),
    ({"territory": 1, "topic": 2, "candidates": 1}, "of this kind about Bioquímica within 4 working days."),
    (
        {"territory": 1, "topic": 0, "candidates": 3},
        "of this kind within 4 working days; of the 3 offices that have, its promise fits best.",
    ),
]


@pytest.mark.parametrize(("why", "end"), WHY)
def test_a_routed_leg_says_what_of_the_promise_decided(
    cast: Cast, ana: Mandate, why: dict[str, int], end: str
) -> None:
    leg = cast.leg(field=Field.objects.get(pk="13"))
    leg.why, leg.days = why, 4
    with translation.override("en"):
        assert why_sentence(leg) == f"This office has promised to answer asks {end}"


@pytest.mark.parametrize(
    ("rung", "outcome", "sentence"),
    [
        ("head", "missed", "did not answer in time; this is the head office of its organisation."),
        ("head", "moved", "any longer; this is the head office of its organisation."),
        ("fallback", "missed", "did not answer in time; this is the office named to step in."),
        ("fallback", "moved", "any longer; this is the office named to step in."),
    ],
)
def test_a_leg_that_climbed_says_from_whom_and_why(
    cast: Cast, case: Case, rung: str, outcome: str, sentence: str
) -> None:
    first = open_leg_of(case)
    first.outcome = outcome
    leg = Leg(case=case, rung=rung, days=4, owner=cast.desk, came_from=first)
    with translation.override("en"):
        why = why_sentence(leg)
    assert (why.endswith(sentence), BERLIN in why) == (True, True)


def test_the_last_rung_that_missed_its_date_says_so(cast: Cast, clock: Clock) -> None:
    cast.hold("mesa", "Carla")
    first = cast.leg()
    for _ in range(16):
        clock.forward(days=1)
        work()
    with translation.override("en"):
        assert why_sentence(open_leg_of(first.case)) == (
            "The coordinating office missed its date; nobody stands above it, so it has a new one."
        )


def test_a_reason_in_an_offices_own_words_stays_on_one_line(cast: Cast, case: Case, ana: Mandate) -> None:
    beto = cast.hold("chapter-madrid", "Beto")
    cast.promise(beto)
    leg = answering.pass_on_leg(
        open_leg_of(case), by=ana, to=beto.office, reason="other", text="They\n\n-> know"
    )
    with translation.override("en"):
        assert why_sentence(leg) == f"Head office, {BERLIN} passed it on: They -> know"
