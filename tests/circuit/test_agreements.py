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
    succeed_parties,
)
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment, move_commitments
from tequio.circuit.actions.keeping import judge_commitment, say_done
from tequio.circuit.models import Agreement, Commitment, DigestLine
from tequio.circuit.queries.lines import sentence
from tequio.circuit.queries.owed import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Office
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


def said(office: Office) -> list[str]:
    """What the digest of the office says, line by line, without the dates that it repeats."""
    offices = Office.objects.select_related("organisation").in_bulk()
    lines = DigestLine.objects.filter(office=office).exclude(kind__startswith="owes-").order_by("pk")
    return [sentence(line, offices) for line in lines]


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


# What it owes ------------------------------------------------------------------------------


def test_the_other_party_confirms_kept_or_not_kept(ana: Mandate, uma: Mandate, clock: Clock) -> None:
    in_force(ana, uma)
    with pytest.raises(Refused, match="Only who acts for the office to which it is owed"):
        judge_commitment(room(), kept=True, by=uma)
    with pytest.raises(Refused, match="day is not over"):
        judge_commitment(room(), kept=False, by=ana)
    judge_commitment(room(), kept=True, by=ana)
    assert (room().kept_at, room().confirmed_by) == (clock.instant, "beneficiary")
    clock.to(talks().due_at)
    judge_commitment(talks(), kept=False, by=uma)
    assert (talks().broken_at, talks().confirmed_by) == (clock.instant, "beneficiary")
    assert (told(uma)[-1], told(ana)[-1]) == ("commitment-kept", "commitment-broken")
    with pytest.raises(Refused, match="settled already"):
        judge_commitment(talks(), kept=True, by=uma)
    assert from_journal() == from_tables()


def test_done_counts_by_silence_after_ten_days_of_work(ana: Mandate, uma: Mandate, clock: Clock) -> None:
    in_force(ana, uma)
    with pytest.raises(Refused, match="Only who acts"):
        say_done(room(), by=ana)
    say_done(room(), by=uma)
    say_done(room(), by=uma)
    assert [change.kind for change in room().changes.all()] == ["made", "done"]
    assert told(ana)[-1] == "commitment-done"
    done = room()
    assert done.wake_at is not None
    assert done.wake_at >= clock.instant + timedelta(days=10)
    clock.to(done.wake_at - timedelta(seconds=1))
    work()
    assert not room().settled
    clock.to(done.wake_at)
    work()
    assert (room().kept_at, room().confirmed_by) == (clock.instant, "silence")
    assert from_tables()[uma.office.code, ""].by_silence == 1
    assert from_journal() == from_tables()


def test_the_other_party_can_contradict_done_before_the_day(ana: Mandate, uma: Mandate) -> None:
    in_force(ana, uma)
    say_done(room(), by=uma)
    judge_commitment(room(), kept=False, by=ana)
    assert (room().confirmed_by, room().settled, room().wake_at) == ("beneficiary", True, None)


def test_after_the_day_the_other_party_is_asked_once(ana: Mandate, uma: Mandate, clock: Clock) -> None:
    in_force(ana, uma)
    clock.to(room().due_at + timedelta(hours=9))
    work()
    work()
    assert told(ana).count("commitment-over") == 1
    assert from_tables()[uma.office.code, ""].overdue == 1
    assert from_journal() == from_tables()


def test_amending_and_dropping_tell_the_other_party_and_keep_the_reason(ana: Mandate, uma: Mandate) -> None:
    in_force(ana, uma)
    say_done(room(), by=uma)
    amend_commitment(room(), uma, "A larger room.", date(2027, 2, 1), "Works in the old one.")
    changed = Commitment.objects.get(what="A larger room.")
    assert (changed.office_done_at, changed.due_on) == (None, date(2027, 2, 1))
    drop_commitment(changed, uma, "The building closes.")
    assert told(ana)[-2:] == ["commitment-amended", "commitment-dropped"]
    assert [change.reason for change in changed.changes.all()][-2:] == [
        "Works in the old one.",
        "The building closes.",
    ]
    assert from_journal() == from_tables()


def test_the_asker_alone_says_what_became_of_an_ask(cast: Cast, ana: Mandate) -> None:
    from tests.circuit.month import accept

    cast.promise(ana)
    accept(cast.case(), ana)
    with pytest.raises(Refused, match="asker says"):
        say_done(Commitment.objects.get(), by=ana)
    with pytest.raises(Refused, match="to which it is owed"):
        judge_commitment(Commitment.objects.get(), kept=True, by=ana)


def test_the_digest_says_what_happened_and_who_did_it(ana: Mandate, uma: Mandate, clock: Clock) -> None:
    refuse_agreement(proposed(ana, uma), by=uma, reason="Not now.")
    found = in_force(ana, uma)
    say_done(room(), by=uma)
    judge_commitment(room(), kept=True, by=ana)
    clock.to(talks().due_at + timedelta(hours=9))
    work()
    judge_commitment(talks(), kept=False, by=uma)
    end_agreement(found, by=ana, reason="Enough.")
    berlin, oaxaca = "Head office, Capítulo Berlín (en)", "Head office, Universidad de Oaxaca (en)"
    assert said(ana.office) == [
        f"{oaxaca} does not sign the agreement, with a reason: Talks for rooms.",
        f"{oaxaca} has signed, and the agreement is in force: Talks for rooms.",
        f"Done, says {oaxaca}; say so if it is not: A room for each talk.",
        "It was not kept, says the other party: Four talks by video.",
    ]
    assert said(uma.office) == [
        *[f"{berlin} proposes an agreement, to sign or to refuse: Talks for rooms."] * 2,
        "It was kept, says the other party: A room for each talk.",
        f"{berlin} owed it by March 1, 2027; say whether it was kept: Four talks by video.",
        f"{berlin} has ended the agreement, with a reason: Talks for rooms.",
    ]


# Turnover ------------------------------------------------------------------------------------


def test_what_a_vacant_office_owes_passes_to_its_head_office_else_to_coordination(
    cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    in_force(ana, uma)
    end_mandate(ana, by=None)
    assert talks().office == cast.desk
    assert (talks().changes.latest("pk").kind, talks().changes.latest("pk").reason) == ("moved", "vacant")
    counts = from_tables()
    assert (counts[ana.office.code, ""].made, counts[ana.office.code, ""].handed_over) == (1, 1)
    assert (counts[cast.desk.code, ""].taken_over, counts[cast.desk.code, ""].open) == (1, 1)
    assert counts == from_journal()
    assert said(cast.desk) == [
        "Nobody holds Head office, Capítulo Berlín (en) at present. What it promised passes to your office."
    ]
    assert verify().broken is None


def test_a_second_office_s_word_passes_to_the_head_office_that_is_held(cast: Cast, uma: Mandate) -> None:
    cast.hold("agency", "Gil")
    second = cast.hold(cast.second_office("agency"), "Eva")
    owing = [Owing(second.office, "A letter.", TALKS, "letter")]
    sign_agreement(propose_agreement(terms(), owing, to=uma.office, by=second), by=uma)
    end_mandate(second, by=None)
    assert Commitment.objects.get().office == cast.office("agency")


def test_a_successor_stands_in_the_place_of_a_party(cast: Cast, ana: Mandate, uma: Mandate) -> None:
    found = in_force(ana, uma)
    madrid = cast.hold("chapter-madrid", "Eva")
    assert move_commitments(ana.office, madrid.office, "merged") == [talks()]
    succeed_parties(ana.office, madrid.office)
    assert {party.office for party in found.parties.all()} == {madrid.office, uma.office}
    assert room().beneficiary == madrid.office.organisation
    judge_commitment(room(), kept=True, by=madrid)
    assert room().confirmed_by == "beneficiary"
