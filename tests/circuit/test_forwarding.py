"""An ask on its way through several organisations: approved by one, it goes on to the next."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, undo_answer
from tequio.circuit.actions.forwarding import forward_leg
from tequio.circuit.models import Case, Leg
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.queries.strip import steps_of
from tequio.circuit.queries.why import why_sentence
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of
from tests.circuit.desks import fields, signed, url
from tests.circuit.follows import page
from tests.circuit.reading import words
from tests.circuit.tables import ENDS, PLAIN, TWO, add_kind, asked, promised, row, way
from tests.conftest import Clock

DAY = date(2026, 12, 20)


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    add_kind(cast, "room", TWO)
    return promised(cast, "chapter-berlin", "Beto", "room")


@pytest.fixture
def eva(cast: Cast, beto: Mandate) -> Mandate:
    return promised(cast, "embassy-de", "Eva", "room", days=7)


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg("room")


def test_an_approved_ask_goes_on_to_the_next_organisation(
    cast: Cast, beto: Mandate, eva: Mandate, leg: Leg
) -> None:
    following = forward_leg(leg, by=beto, text="Es nuestra.")
    case = Case.objects.get()
    assert way(case) == [
        ("chapter-berlin", "chapter", "routed", "forwarded"),
        ("embassy-de", "post", "step", ""),
    ]
    assert (following.owner, following.days, following.came_from) == (eva.office, 7, leg)
    assert (case.owner, case.step, case.state, case.due_on) == (
        eva.office,
        "post",
        "at-desk",
        following.due_on,
    )
    assert (case.opened_at, case.first_answer_at) == (
        leg.case.opened_at,
        Leg.objects.get(pk=leg.pk).answered_at,
    )


def test_both_are_told_and_the_reason_says_why(cast: Cast, beto: Mandate, eva: Mandate, leg: Leg) -> None:
    following = forward_leg(leg, by=beto, text="Es nuestra.")
    assert [letter.address for letter in letters("leg_new")] == ["beto@example.org", "eva@example.org"]
    assert [letter.address for letter in letters("asker_moved")] == ["marta@example.net"]
    said = why_sentence(following)
    assert (
        said
        == "Head office, Capítulo Berlín (en) approved it. The next step: Step post, within 7 working days."
    )


def test_where_nobody_has_promised_the_next_step_coordination_takes_it(
    cast: Cast, beto: Mandate, leg: Leg
) -> None:
    cast.hold("mesa", "Mesa")
    following = forward_leg(leg, by=beto)
    assert (following.owner, following.step, following.rung, following.days) == (cast.desk, "post", "step", 6)
    assert why_sentence(following) == (
        "Head office, Capítulo Berlín (en) approved it. The next step: Step post. No office has promised it yet, so "
        "the coordinating office looks for one that will, within 6 working days."
    )


def test_an_office_that_has_had_it_does_not_get_it_again(cast: Cast, beto: Mandate, leg: Leg) -> None:
    eva = promised(cast, "embassy-de", "Eva", "room", days=1)
    agency = promised(cast, "agency", "Ana", "room", days=30)
    Leg.objects.create(
        case=leg.case, number=9, owner=eva.office, kind=leg.kind, days=1, rung="routed", outcome="missed",
        closed_at=leg.opened_at,
    )  # fmt: skip
    assert forward_leg(leg, by=beto).owner == agency.office


def test_another_office_of_the_same_organisation_is_no_second_organisation(cast: Cast) -> None:
    rows = [{**each, "for_kinds": []} for each in TWO]
    add_kind(cast, "favour", rows)
    beto = promised(cast, "chapter-berlin", "Beto", "favour", days=1)
    second = cast.hold(cast.second_office("chapter-berlin"), "Bea")
    cast.promise(second, "favour", days=2)
    carla = promised(cast, "chapter-madrid", "Carla", "favour", days=30)
    assert forward_leg(cast.leg("favour"), by=beto).owner == carla.office


def test_it_is_forwarded_once_however_often_it_is_sent(beto: Mandate, eva: Mandate, leg: Leg) -> None:
    first = forward_leg(leg, by=beto, key="k")
    assert forward_leg(leg, by=beto, key="k") == first
    assert Leg.objects.count() == 2


def test_only_who_acts_for_the_office_approves(beto: Mandate, eva: Mandate, leg: Leg) -> None:
    with pytest.raises(Refused) as refused:
        forward_leg(leg, by=eva)
    assert str(refused.value) == "Your mandate in this office has ended, or somebody else acts for it now."


def test_the_last_desk_and_a_plain_route_have_nowhere_to_pass_it_to(
    cast: Cast, beto: Mandate, eva: Mandate, leg: Leg
) -> None:
    last = forward_leg(leg, by=beto)
    add_kind(cast, "plain", PLAIN)
    cast.promise(beto, "plain")
    for each, by in ((last, eva), (cast.leg("plain"), beto)):
        with pytest.raises(Refused) as refused:
            forward_leg(each, by=by)
        assert str(refused.value) == "No further office follows here in the route of this kind of ask."


def test_the_second_office_accepts_or_declines_for_both(beto: Mandate, eva: Mandate, leg: Leg) -> None:
    accept_leg(forward_leg(leg, by=beto), by=eva, what="El salón grande.", due_on=DAY)
    assert (Case.objects.get().state, Case.objects.get().owner) == ("arranged", eva.office)


def test_a_question_of_the_second_office_comes_back_to_it(beto: Mandate, eva: Mandate, leg: Leg) -> None:
    from tequio.circuit.actions.asker import reply_to_question

    following = forward_leg(leg, by=beto)
    ask_more(following, by=eva, question="¿Cuántas personas?")
    reply_to_question(Case.objects.get(), "Cuarenta")
    assert (Case.objects.get().step, Case.objects.get().owner) == ("post", eva.office)
    decline_leg(following, by=eva, reason="full")
    assert Case.objects.get().step == "declined"


def test_within_a_day_it_is_taken_back(clock: Clock, beto: Mandate, eva: Mandate, leg: Leg) -> None:
    forward_leg(leg, by=beto)
    clock.forward(hours=23)
    undo_answer(leg, by=beto)
    case = Case.objects.get()
    assert way(case) == [
        ("chapter-berlin", "chapter", "routed", ""),
        ("embassy-de", "post", "step", "undone"),
    ]
    assert (case.owner, case.step, case.due_on, case.first_answer_at) == (
        beto.office,
        "chapter",
        leg.due_on,
        None,
    )
    assert from_journal() == from_tables()


def test_taken_back_and_approved_again_it_goes_to_the_same_office(
    clock: Clock, beto: Mandate, eva: Mandate, leg: Leg
) -> None:
    forward_leg(leg, by=beto)
    undo_answer(leg, by=beto)
    assert forward_leg(leg, by=beto).owner == eva.office
    assert way(Case.objects.get()) == [
        ("chapter-berlin", "chapter", "routed", "forwarded"),
        ("embassy-de", "post", "step", "undone"),
        ("embassy-de", "post", "step", ""),
    ]


def test_what_the_next_office_has_answered_stays_at_the_same_instant_too(
    beto: Mandate, eva: Mandate, leg: Leg
) -> None:
    decline_leg(forward_leg(leg, by=beto), by=eva, reason="full")
    with pytest.raises(Refused):
        undo_answer(leg, by=beto)
    assert Case.objects.get().state == "declined"


def test_after_a_day_it_stays(clock: Clock, beto: Mandate, eva: Mandate, leg: Leg) -> None:
    forward_leg(leg, by=beto)
    clock.forward(hours=25)
    with pytest.raises(Refused):
        undo_answer(leg, by=beto)


def test_an_approval_after_the_date_is_late(clock: Clock, beto: Mandate, eva: Mandate, leg: Leg) -> None:
    assert leg.due_at is not None
    clock.to(leg.due_at + timedelta(hours=1))
    forward_leg(leg, by=beto)
    assert Leg.objects.get(pk=leg.pk).in_time is False
    assert from_journal() == from_tables()


def test_the_ledger_and_the_journal_agree(beto: Mandate, eva: Mandate, leg: Leg) -> None:
    forward_leg(leg, by=beto, text="Es nuestra.")
    entry = Entry.objects.get(kind="leg.forwarded")
    assert "nuestra" not in entry.facts
    assert from_journal() == from_tables()


def answer(client: Client, cast: Cast, leg: Leg, **given: Any) -> Any:
    assert leg.owner is not None
    there = url("leg", leg.owner.pk, leg.case.ref, leg.number)
    return signed(client, cast, "Beto").post(there, fields("forward", **given), follow=True)


def test_the_desk_approves_by_its_form(
    cast: Cast, client: Client, beto: Mandate, eva: Mandate, leg: Leg
) -> None:
    said = words(answer(client, cast, leg, text="It is ours."))
    assert "You approved it, and it went on to the next step." in said
    assert "It is with Head office, Embajada en Alemania (en) now." in said
    assert open_leg_of(leg.case).owner == eva.office


def test_the_asker_reads_which_step_comes_next(client: Client, beto: Mandate, eva: Mandate, leg: Leg) -> None:
    forward_leg(leg, by=beto, text="It is ours.")
    said = words(client.get(page(leg.case)))
    assert "The office approved it, and it went on to the next step" in said
    assert (
        "Head office, Capítulo Berlín (en) approved it. The next step: Step post, within 7 working days."
        in said
    )
    assert "It is ours." in said


def test_the_strip_shows_the_desks_behind_and_ahead(beto: Mandate, eva: Mandate, leg: Leg) -> None:
    def strip() -> list[tuple[str, str]]:
        return [(step.label, step.state) for step in steps_of(Case.objects.get())]

    before = strip()
    following = forward_leg(leg, by=beto)
    after = strip()
    ask_more(following, by=eva, question="¿Cuántas personas?")
    rest = [("Accepted", "next"), ("Done", "next")]
    assert before == [("Asked", "done"), ("Step chapter", "here"), ("Step post", "next"), *rest]
    assert after == [("Asked", "done"), ("Step chapter", "done"), ("Step post", "here"), *rest]
    assert strip()[1:3] == [("Step chapter", "done"), ("Step question", "here")]


def test_the_strip_ends_where_desks_lead_in_a_circle(cast: Cast) -> None:
    rows = [
        asked("first"),
        row("first", "at-desk", "second"),
        row("second", "at-desk", "first arranged"),
        *ENDS,
    ]
    add_kind(cast, "circle", rows)
    labels = [step.label for step in steps_of(cast.case("circle"))]
    assert labels == ["Asked", "Step first", "Step second", "Accepted", "Done"]
