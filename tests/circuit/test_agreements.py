"""Agreements between institutions: proposed, signed, in force, refused, ended, renewed, lapsed; and what they owe."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.agreements import (
    Owing,
    end_agreement,
    propose_agreement,
    refuse_agreement,
    sign_agreement,
)
from tequio.circuit.models import Agreement, Commitment, DigestLine
from tequio.circuit.queries.owed import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, work
from tests.circuit.agreed import ENDS, ROOM, STARTS, TALKS, both, in_force, proposed, room, talks, terms
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def sides(cast: Cast) -> tuple[Mandate, Mandate]:
    cast.hold("mesa", "Carla")
    return both(cast)


@pytest.fixture
def ana(sides: tuple[Mandate, Mandate]) -> Mandate:
    return sides[0]


@pytest.fixture
def uma(sides: tuple[Mandate, Mandate]) -> Mandate:
    return sides[1]


def told(mandate: Mandate) -> list[str]:
    lines = DigestLine.objects.filter(office=mandate.office).exclude(kind__startswith="owes-")
    return list(lines.order_by("pk").values_list("kind", flat=True))


def agreement() -> Agreement:
    return Agreement.objects.latest("pk")


def last_facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(Entry.objects.order_by("-sequence")[0].facts)
    return facts


# Proposed and signed ---------------------------------------------------------------------


def test_a_proposal_is_signed_by_one_side_and_put_before_the_other(
    ana: Mandate, uma: Mandate, clock: Clock
) -> None:
    found = proposed(ana, uma)
    signed = {party.office: party.signed_by for party in found.parties.all()}
    assert signed == {ana.office: ana, uma.office: None}
    assert (found.state, found.in_force_at) == ("proposed", None)
    assert [(c.party.office, c.what, c.in_kind, c.due_on) for c in found.clauses.all()] == [
        (uma.office, "A room for each talk.", "room", ROOM),
        (ana.office, "Four talks by video.", "", TALKS),
    ]
    assert Commitment.objects.count() == 0
    assert (told(ana), told(uma)) == ([], ["agreement-proposed"])
    assert last_facts() == {
        "agreement": found.pk, "parties": [ana.office.code, uma.office.code], "state": "proposed",
        "expires_on": "2027-11-30", "owes": [],
    }  # fmt: skip


def test_with_the_last_signature_it_is_in_force_and_what_it_says_is_owed(
    ana: Mandate, uma: Mandate, clock: Clock
) -> None:
    found = in_force(ana, uma)
    assert (found.state, found.in_force_at) == ("in-force", clock.instant)
    first, second = room(), talks()
    assert (first.office, first.beneficiary, first.in_kind) == (uma.office, ana.office.organisation, "room")
    assert (first.mandate, first.due_on, first.agreement) == (uma, ROOM, found)
    assert (second.office, second.beneficiary) == (ana.office, uma.office.organisation)
    assert (second.mandate, second.due_on) == (ana, TALKS)
    assert told(ana) == ["agreement-signed"]
    assert [(fact["id"], fact["change"], fact["of"]) for fact in last_facts()["owes"]] == [
        (first.pk, "made", "agreement"),
        (second.pk, "made", "agreement"),
    ]
    sign_agreement(found, by=uma)
    assert Commitment.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": " "}, "title"),
        ({"expires_on": date(2026, 11, 23)}, "ends after it starts"),
        ({"expires_on": STARTS}, "ends after it starts"),
        ({"expires_on": date(2032, 1, 1)}, "at most five years"),
        ({"starts_on": date(2027, 2, 1)}, "due while the agreement runs"),
        ({"expires_on": date(2027, 2, 1)}, "due while the agreement runs"),
    ],
)
def test_a_proposal_needs_a_title_and_days_that_fit(
    ana: Mandate, uma: Mandate, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        proposed(ana, uma, **changed)
    assert Agreement.objects.count() == 0


def test_a_proposal_needs_something_owed_and_another_organisation_that_is_held(
    cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    talk = [Owing(ana.office, "A talk", TALKS)]
    with pytest.raises(Refused, match="at least one thing"):
        propose_agreement(terms(), [], to=uma.office, by=ana)
    with pytest.raises(Refused, match="what is owed"):
        propose_agreement(terms(), [Owing(ana.office, " ", TALKS)], to=uma.office, by=ana)
    with pytest.raises(Refused, match="two organisations"):
        propose_agreement(terms(), talk, to=cast.second_office("chapter-berlin"), by=ana)
    with pytest.raises(Refused, match="Nobody holds this office"):
        propose_agreement(terms(), talk, to=cast.office("agency"), by=ana)
    deputy = cast.hold(ana.office, "Dora", role="deputy")
    with pytest.raises(Refused, match="Only who acts"):
        propose_agreement(terms(), talk, to=uma.office, by=deputy)


def test_nobody_else_signs_refuses_or_ends_it(cast: Cast, ana: Mandate, uma: Mandate) -> None:
    found, other = proposed(ana, uma), cast.hold("chapter-madrid", "Eva")
    deputy = cast.hold(uma.office, "Dora", role="deputy")
    for by in (other, deputy):
        with pytest.raises(Refused, match="one of its parties"):
            sign_agreement(found, by=by)
        with pytest.raises(Refused, match="one of its parties"):
            refuse_agreement(found, by=by, reason="No")
        with pytest.raises(Refused, match="one of its parties"):
            end_agreement(found, by=by, reason="No")


def test_it_is_not_signed_when_a_day_in_it_has_passed_or_the_other_office_is_vacant(
    ana: Mandate, uma: Mandate, clock: Clock
) -> None:
    found = proposed(ana, uma)
    end_mandate(ana, by=None)
    with pytest.raises(Refused, match="Nobody holds the other office"):
        sign_agreement(found, by=uma)
    clock.to(clock.instant + timedelta(days=60))
    with pytest.raises(Refused, match="has passed"):
        sign_agreement(found, by=uma)


# Refused, ended --------------------------------------------------------------------------


def test_a_proposal_is_refused_with_a_reason(ana: Mandate, uma: Mandate, clock: Clock) -> None:
    found = proposed(ana, uma)
    with pytest.raises(Refused, match="Write the reason"):
        refuse_agreement(found, by=uma, reason=" ")
    refuse_agreement(found, by=uma, reason="We have no room.")
    found = agreement()
    assert (found.state, found.ended_at, found.ended_by) == ("refused", clock.instant, uma)
    assert (found.ended_why, found.wake_at) == ("We have no room.", None)
    assert told(ana) == ["agreement-refused"]
    for again in (sign_agreement, lambda one, by: refuse_agreement(one, by=by, reason="No")):
        with pytest.raises(Refused, match="no longer open"):
            again(found, by=uma)


def test_ending_it_early_drops_what_one_owed_and_lets_lapse_what_one_was_owed(
    ana: Mandate, uma: Mandate
) -> None:
    found = in_force(ana, uma)
    with pytest.raises(Refused, match="no longer open"):
        refuse_agreement(found, by=uma, reason="No")
    end_agreement(found, by=uma, reason="The building closes.")
    assert (agreement().state, agreement().ended_why) == ("ended", "The building closes.")
    assert room().changes.latest("pk").reason == "The building closes."
    assert talks().changes.latest("pk").reason == "agreement-ended"
    assert told(ana) == ["agreement-signed", "agreement-ended"]
    counts = from_tables()
    assert counts == from_journal()
    assert (counts[uma.office.code, ""].dropped, counts[uma.office.code, ""].lapsed) == (1, 0)
    assert (counts[ana.office.code, ""].dropped, counts[ana.office.code, ""].lapsed) == (0, 1)
    with pytest.raises(Refused, match="not in force"):
        end_agreement(agreement(), by=ana, reason="Too")


# Warnings, renewal -----------------------------------------------------------------------


def test_each_party_is_warned_90_and_30_days_before_and_told_when_it_lapses(
    ana: Mandate, uma: Mandate, clock: Clock
) -> None:
    in_force(ana, uma)
    DigestLine.objects.all().delete()
    end = clock.instant.replace(year=2027, month=11, day=30, hour=23)
    for days, lines in [(91, 0), (90, 1), (89, 1), (31, 1), (30, 2), (1, 2), (0, 3), (-40, 3)]:
        clock.to(end - timedelta(days=days))
        work()
        kinds = [kind for kind in told(uma) if kind.startswith("agreement")]
        assert kinds == ["agreement-lapsing", "agreement-lapsing", "agreement-lapsed"][:lines], days
        assert kinds == [kind for kind in told(ana) if kind.startswith("agreement")]
    assert (agreement().state, agreement().ended_by) == ("lapsed", None)
    assert (talks().settled, room().settled) == (False, False)


def test_after_an_outage_one_warning_is_enough(ana: Mandate, uma: Mandate, clock: Clock) -> None:
    in_force(ana, uma)
    clock.to(clock.instant.replace(year=2027, month=11, day=20))
    work()
    work()
    assert [kind for kind in told(uma) if kind == "agreement-lapsing"] == ["agreement-lapsing"]


def test_a_proposal_that_nobody_signed_is_closed_on_its_last_day(
    ana: Mandate, uma: Mandate, clock: Clock
) -> None:
    proposed(ana, uma)
    clock.to(clock.instant.replace(year=2027, month=12, day=1))
    work()
    assert (agreement().state, agreement().ended_by) == ("refused", None)


def test_renewing_makes_a_new_agreement_that_points_to_the_old_one(
    cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    old = in_force(ana, uma)
    next_year = terms(starts_on=ENDS, expires_on=date(2028, 11, 30))
    owing = [Owing(uma.office, "A room.", date(2028, 1, 1))]
    new = propose_agreement(next_year, owing, to=ana.office, by=uma, renews=old)
    assert (new.renews, list(old.renewed_by.all())) == (old, [new])
    with pytest.raises(Refused, match="lies before the other office already"):
        propose_agreement(next_year, owing, to=ana.office, by=uma, renews=old)
    eva = cast.hold("chapter-madrid", "Eva")
    owing = [Owing(eva.office, "A talk.", date(2028, 1, 1))]
    with pytest.raises(Refused, match="same two offices"):
        propose_agreement(next_year, owing, to=uma.office, by=eva, renews=old)
