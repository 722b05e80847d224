"""A change of government: one act ends the mandates, and every open promise waits for who comes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.governing import change_government, decide_review, undecided
from tequio.circuit.models import Case, Commitment, CommitmentChange, DigestLine, HandoverBook, Leg, Review
from tequio.circuit.queries.governing import Standing, by_office, transitions, waiting
from tequio.circuit.queries.owed import from_journal, from_tables
from tequio.circuit.queries.record import from_journal as ledger_journal
from tequio.circuit.queries.record import from_tables as ledger_tables
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock as hub_clock
from tequio.kernel.errors import Refused
from tequio.network.actions import invite
from tequio.network.models import Administration, Invitation, Mandate, Transition
from tequio.network.queries import acting, administration_of
from tests.cast import Cast, letters, open_leg_of, work
from tests.conftest import Clock

DECIDE = date(2026, 12, 20)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Ana")


@pytest.fixture
def minister(cast: Cast) -> Mandate:
    mandate = cast.hold("agency", "Beto")
    cast.promise(mandate, "consular-support")
    return mandate


def accepted(cast: Cast, by: Mandate, **fields: Any) -> Commitment:
    leg = open_leg_of(cast.case("consular-support", **fields))
    accept_leg(leg, by=by, what="Una sala para cuarenta personas", due_on=date(2027, 1, 15))
    return Commitment.objects.get(leg=leg)


def change(cast: Cast, mesa: Mandate, *slugs: str, decide_on: date = DECIDE) -> Transition:
    organisations = [cast.organisations[slug] for slug in slugs or ("agency", "institute")]
    return change_government(
        "MX", name="Administración 2026–2032", organisations=organisations, decide_on=decide_on, by=mesa
    )


def test_every_mandate_of_the_organisations_ends_at_once_and_no_other(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    other, below = cast.hold("embassy-de", "Carla"), cast.hold("institute", "Dora")
    second = cast.hold(cast.second_office("agency"), "Elsa")
    change(cast, mesa)
    now = hub_clock.now()
    ended = dict(Mandate.objects.values_list("pk", "ends_at"))
    assert {pk: ended[pk] for pk in (minister.pk, below.pk, second.pk)} == dict.fromkeys(
        (minister.pk, below.pk, second.pk), now
    )
    assert (ended[other.pk], ended[mesa.pk]) == (None, None)


def test_open_invitations_to_their_offices_are_withdrawn(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    invite(cast.office("institute"), "new@example.org", role="holder", language="es", by=mesa)
    change(cast, mesa)
    assert Invitation.objects.get().withdrawn_at == hub_clock.now()


def test_open_asks_go_to_the_coordinating_office_in_one_step(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    cast.hold("institute", "Dora")
    legs = [open_leg_of(cast.case("consular-support", address=f"a{n}@example.net")) for n in range(3)]
    assert {leg.owner_id for leg in legs} == {minister.office_id}
    change(cast, mesa)
    found = Leg.objects.filter(closed_at=None).order_by("pk")
    assert [(leg.owner_id, leg.number, leg.came_from_id) for leg in found] == [
        (cast.desk.pk, 2, leg.pk) for leg in legs
    ]


def test_a_promise_waits_at_the_coordinating_office_and_is_put_before_its_own(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    commitment = accepted(cast, minister)
    transition = change(cast, mesa)
    commitment.refresh_from_db()
    review = Review.objects.get()
    assert (commitment.office_id, Case.objects.get().owner_id) == (cast.desk.pk, cast.desk.pk)
    assert (review.office_id, review.decision, review.transition) == (minister.office_id, "", transition)
    assert list(commitment.changes.values_list("kind", flat=True)) == ["made", "reviewed", "moved"]
    assert undecided(transition) == [review]


def test_a_book_is_made_for_each_office_of_the_organisations(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    accepted(cast, minister)
    transition = change(cast, mesa)
    books = HandoverBook.objects.filter(transition=transition)
    assert set(books.values_list("office", flat=True)) >= {minister.office_id}


def new_minister(cast: Cast) -> Mandate:
    return cast.hold("agency", "Fidel")


def test_who_comes_keeps_a_promise_and_it_comes_back(cast: Cast, mesa: Mandate, minister: Mandate) -> None:
    commitment = accepted(cast, minister)
    change(cast, mesa)
    fidel = new_minister(cast)
    decide_review(Review.objects.get(), "keep", by=fidel)
    commitment.refresh_from_db()
    review = Review.objects.get()
    assert (commitment.office_id, Case.objects.get().owner_id) == (fidel.office_id, fidel.office_id)
    assert (review.decision, review.decided_by, review.decided_at) == ("keep", fidel, hub_clock.now())
    assert list(commitment.changes.values_list("kind", flat=True))[-2:] == ["moved", "confirmed"]
    assert waiting(fidel.office) == 0


def test_who_comes_amends_it_with_a_reason_that_the_asker_reads(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    commitment = accepted(cast, minister)
    change(cast, mesa)
    fidel = new_minister(cast)
    decide_review(
        Review.objects.get(), "amend", by=fidel, what="Una sala para veinte", due_on=date(2027, 2, 1),
        reason="La sala grande está en obra.",
    )  # fmt: skip
    commitment.refresh_from_db()
    assert (commitment.what, commitment.due_on) == ("Una sala para veinte", date(2027, 2, 1))
    assert (Review.objects.get().decision, Case.objects.get().due_on) == ("amend", date(2027, 2, 1))
    assert "La sala grande está en obra." in letters("asker_amended")[0].text


def test_who_comes_drops_it_with_a_reason_and_never_without(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    commitment = accepted(cast, minister)
    change(cast, mesa)
    fidel = new_minister(cast)
    with pytest.raises(Refused, match="Write the reason"):
        decide_review(Review.objects.get(), "drop", by=fidel)
    assert Review.objects.get().decision == ""
    decide_review(Review.objects.get(), "drop", by=fidel, reason="No hay presupuesto.")
    commitment.refresh_from_db()
    assert (Review.objects.get().decision, commitment.dropped_at) == ("drop", hub_clock.now())
    assert "No hay presupuesto." in letters("asker_dropped")[0].text


def test_a_decision_is_made_once_and_only_by_who_acts_for_the_office(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    accepted(cast, minister)
    change(cast, mesa)
    fidel, review = new_minister(cast), Review.objects.get()
    with pytest.raises(Refused, match="Only who acts for the office"):
        decide_review(review, "keep", by=mesa)
    with pytest.raises(Refused, match="Choose: keep, amend or drop"):
        decide_review(review, "forget", by=fidel)
    decide_review(review, "keep", by=fidel)
    with pytest.raises(Refused, match="decided already"):
        decide_review(review, "drop", by=fidel, reason="Otra")


def test_a_promise_that_the_asker_settled_meanwhile_leaves_nothing_to_decide(
    cast: Cast, mesa: Mandate, minister: Mandate
) -> None:
    commitment = accepted(cast, minister)
    transition = change(cast, mesa)
    assert commitment.case is not None
    report_outcome(commitment.case, happened=True)
    fidel = new_minister(cast)
    with pytest.raises(Refused, match="settled already"):
        decide_review(Review.objects.get(), "keep", by=fidel)
    assert (undecided(transition), waiting(fidel.office)) == ([], 0)


def test_the_offices_are_reminded_and_what_is_undecided_at_the_end_is_public_as_such(
    cast: Cast, clock: Clock, mesa: Mandate, minister: Mandate
) -> None:
    accepted(cast, minister)
    transition = change(cast, mesa)
    new_minister(cast)
    clock.to(transition.decide_at - timedelta(days=14))
    work()
    clock.to(transition.decide_at - timedelta(days=3))
    work()
    clock.to(transition.decide_at)
    work()
    work()
    lines = DigestLine.objects.filter(office=minister.office, kind__startswith="review")
    assert list(lines.order_by("pk").values_list("kind", flat=True)) == [
        "review",
        "review",
        "review",
        "review-over",
    ]
    transition.refresh_from_db()
    assert (transition.closed_at, transition.wake_at) == (transition.decide_at, None)
    assert Entry.objects.filter(kind="government.decided").count() == 1
    found = transitions().get()
    assert (found.found, found.kept, found.amended, found.dropped, found.undecided) == (1, 0, 0, 0, 1)
    assert by_office(found) == [(minister.office, Standing(1, 0, 0, 0, 0, 1))]


def test_it_can_be_decided_after_the_date_and_says_when(
    cast: Cast, clock: Clock, mesa: Mandate, minister: Mandate
) -> None:
    accepted(cast, minister)
    transition = change(cast, mesa)
    clock.to(transition.decide_at + timedelta(days=2))
    work()
    decide_review(Review.objects.get(), "keep", by=new_minister(cast))
    assert Review.objects.get().decided_at == transition.decide_at + timedelta(days=2)
    assert transitions().get().undecided == 0


def test_a_second_change_puts_what_was_undecided_before_the_next_holder(
    cast: Cast, clock: Clock, mesa: Mandate, minister: Mandate
) -> None:
    accepted(cast, minister)
    change(cast, mesa)
    fidel = new_minister(cast)
    decide_review(Review.objects.get(), "keep", by=fidel)
    clock.forward(days=30)
    again = change(cast, mesa, decide_on=date(2027, 2, 1))
    assert again.reviews.count() == 1
    assert Review.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "  "}, "Give the change a name"),
        ({"organisations": []}, "Choose the organisations"),
        ({"decide_on": date(2026, 11, 23)}, "Give a last day to decide"),
        ({"decide_on": date(2028, 1, 1)}, "Give a last day to decide"),
    ],
)
def test_an_incomplete_change_is_refused_and_ends_nothing(
    cast: Cast, mesa: Mandate, minister: Mandate, given: dict[str, object], message: str
) -> None:
    whole = {"name": "Cambio", "organisations": [cast.organisations["agency"]], "decide_on": DECIDE}
    with pytest.raises(Refused, match=message):
        change_government("MX", by=mesa, **{**whole, **given})  # type: ignore[arg-type]
    assert (Transition.objects.count(), acting(minister.office)) == (0, [minister])


def test_the_coordinating_organisation_cannot_end_itself(cast: Cast, mesa: Mandate) -> None:
    with pytest.raises(Refused, match="other than the coordinating one"):
        change(cast, mesa, "mesa")


def test_only_the_coordinating_office_declares_it(cast: Cast, mesa: Mandate, minister: Mandate) -> None:
    with pytest.raises(Refused, match="Only the coordinating office"):
        change(cast, minister)
    assert Transition.objects.count() == 0


def test_what_an_office_does_bears_the_administration_of_its_day(cast: Cast, mesa: Mandate) -> None:
    old = Administration.objects.create(
        home_id="MX",
        slug="old",
        names={"es": "2018–2024"},
        starts_on=date(2018, 12, 1),
        ends_on=date(2024, 10, 1),
    )
    new = Administration.objects.create(
        home_id="MX", slug="new", names={"es": "2024–2030"}, starts_on=date(2024, 10, 1)
    )
    agency, chapter = cast.office("agency"), cast.office("chapter-berlin")
    days = [date(2018, 11, 30), date(2018, 12, 1), date(2024, 9, 30), date(2024, 10, 1)]
    assert [administration_of(agency, day) for day in days] == [None, old, old, new]
    assert administration_of(chapter, date(2024, 10, 1)) is None


def test_the_journal_and_the_tables_agree_after_all_of_it(
    cast: Cast, clock: Clock, mesa: Mandate, minister: Mandate
) -> None:
    for number in range(4):
        accepted(cast, minister, address=f"a{number}@example.net")
    cast.case("consular-support", address="b@example.net")
    transition = change(cast, mesa)
    fidel = new_minister(cast)
    kept, amended, dropped, _left = Review.objects.order_by("pk")
    decide_review(kept, "keep", by=fidel)
    decide_review(amended, "amend", by=fidel, due_on=date(2027, 3, 1), reason="Más tarde")
    decide_review(dropped, "drop", by=fidel, reason="No se puede")
    clock.to(transition.decide_at)
    work()

    assert from_journal() == from_tables()
    assert ledger_journal() == ledger_tables()
    assert verify().broken is None
    assert CommitmentChange.objects.filter(kind="dropped").count() == 1
    found = transitions().get()
    assert (found.found, found.kept, found.amended, found.dropped, found.undecided) == (4, 1, 1, 1, 1)
