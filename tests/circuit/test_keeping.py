"""What an agreement owes: done, kept or not, by silence, amended, dropped; and when offices fall vacant or merge."""

from collections.abc import Iterator
from datetime import date, timedelta

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
from tequio.circuit.models import Commitment, DigestLine
from tequio.circuit.queries.lines import sentence
from tequio.circuit.queries.owed import from_journal, from_tables
from tequio.journal.queries import verify
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Office
from tests.cast import Cast, work
from tests.circuit.agreed import TALKS, both, in_force, proposed, room, talks, terms
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
