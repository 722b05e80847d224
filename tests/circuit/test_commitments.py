"""What an office owes to an asker: made, amended, dropped, settled, moved, each with its row."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, undo_answer
from tequio.circuit.actions.asker import report_outcome, withdraw_case
from tequio.circuit.actions.commitments import (
    amend_commitment,
    drop_commitment,
    move_commitments,
    settle_commitment,
)
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.models import Case, Commitment, CommitmentChange
from tequio.circuit.states import Confirmed
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Administration, Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.conftest import Clock

DAY, LATER = date(2026, 12, 10), date(2026, 12, 17)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def owed(case: Case, ana: Mandate) -> Commitment:
    """Ana's chapter in Berlin has promised Marta a talk by 10 December."""
    accept_leg(open_leg_of(case), by=ana, what="A talk by video.", due_on=DAY)
    return Commitment.objects.get()


def again(commitment: Commitment) -> Commitment:
    return Commitment.objects.get(pk=commitment.pk)


def changes() -> list[tuple[str, str]]:
    return list(CommitmentChange.objects.order_by("pk").values_list("kind", "reason"))


def last_owes() -> list[dict[str, Any]]:
    owes: list[dict[str, Any]] = json.loads(Entry.objects.order_by("-sequence")[0].facts)["owes"]
    return owes


def amend(commitment: Commitment, by: Mandate, **changed: Any) -> Commitment:
    given = {"what": "A talk by video.", "due_on": LATER, "reason": "The speaker is ill.", **changed}
    return amend_commitment(commitment, by, **given)


# Made ---------------------------------------------------------------------------------


def test_accepting_makes_a_row_with_the_office_the_mandate_and_the_day(
    owed: Commitment, ana: Mandate, clock: Clock
) -> None:
    assert (owed.office, owed.mandate, owed.administration) == (ana.office, ana, None)
    assert (owed.what, owed.due_on, owed.made_at) == ("A talk by video.", DAY, clock.instant)
    made = CommitmentChange.objects.get()
    assert (made.kind, made.office, made.mandate, made.due_after) == ("made", ana.office, ana, DAY)
    assert last_owes() == [
        {
            "id": owed.pk, "change": "made", "of": "MX/school-talk", "office": ana.office.code,
            "administration": "", "in_kind": "", "due_at": "2026-12-10 23:00:00+00:00",
        }
    ]  # fmt: skip


def test_an_embassy_promises_under_the_government_of_that_day(cast: Cast) -> None:
    change = date(2024, 10, 1)
    before = {"slug": "old", "names": {"en": "Old"}, "starts_on": date(2018, 12, 1), "ends_on": change}
    Administration.objects.create(home_id="MX", **before)
    now = Administration.objects.create(home_id="MX", slug="now", names={"en": "Now"}, starts_on=change)
    ema = cast.hold("embassy-de", "Ema")
    cast.promise(ema, "consular-support")
    leg = cast.leg("consular-support")
    accept_leg(leg, by=ema, what="A room.", due_on=DAY, in_kind="room")
    commitment = Commitment.objects.get()
    assert (commitment.administration, commitment.in_kind) == (now, "room")
    assert CommitmentChange.objects.get().administration == now
    assert (last_owes()[0]["administration"], last_owes()[0]["in_kind"]) == ("MX/now", "room")


# Amended --------------------------------------------------------------------------------


def test_an_amendment_moves_the_asker_s_one_date_and_tells_them_why(
    owed: Commitment, ana: Mandate, case: Case, clock: Clock
) -> None:
    amend(owed, ana, what="A talk in the school.")
    changed, moved = again(owed), Case.objects.get(pk=case.pk)
    assert (changed.what, changed.due_on, changed.settled) == ("A talk in the school.", LATER, False)
    assert (moved.due_on, moved.due_at, moved.state) == (LATER, changed.due_at, "arranged")
    row = CommitmentChange.objects.latest("pk")
    assert (row.kind, row.due_before, row.due_after) == ("amended", DAY, LATER)
    assert (row.what_before, row.reason, row.mandate) == ("A talk by video.", "The speaker is ill.", ana)
    letter = letters("asker_amended", "marta@example.net")[-1]
    assert "A talk in the school." in letter.text
    assert "The speaker is ill." in letter.text
    assert last_owes() == [{"id": owed.pk, "change": "amended", "due_at": str(changed.due_at)}]


def test_the_asker_is_asked_after_the_new_date_only(owed: Commitment, ana: Mandate, clock: Clock) -> None:
    amend(owed, ana)
    clock.to(owed.due_at + timedelta(days=2))
    work()
    assert letters("asker_outcome") == []
    clock.forward(days=7)
    work()
    assert len(letters("asker_outcome")) == 1


def test_a_promise_is_amended_three_times_at_most(owed: Commitment, ana: Mandate) -> None:
    for number in range(3):
        amend(owed, ana, due_on=LATER + timedelta(days=number))
    with pytest.raises(Refused, match="amended three times"):
        amend(owed, ana, due_on=DAY)
    assert [kind for kind, _ in changes()] == ["made", "amended", "amended", "amended"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"what": " "}, "what"),
        ({"due_on": date(2026, 11, 22)}, "due_on"),
        ({"due_on": date(2027, 11, 25)}, "due_on"),
        ({"due_on": DAY}, "due_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_an_amendment_needs_words_a_day_a_change_and_a_reason(
    owed: Commitment, ana: Mandate, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        amend(owed, ana, **changed)
    assert refused.value.field == field
    assert [kind for kind, _ in changes()] == ["made"]


# Dropped --------------------------------------------------------------------------------


def test_dropping_takes_the_acceptance_back_with_its_reason(
    owed: Commitment, ana: Mandate, case: Case, clock: Clock
) -> None:
    drop_commitment(owed, ana, "The speaker has left.")
    found = Case.objects.get(pk=case.pk)
    assert (found.state, found.office_says, found.closed_at) == ("declined", "declined", clock.instant)
    assert (again(owed).dropped_at, again(owed).wake_at) == (clock.instant, None)
    assert changes()[-1] == ("dropped", "The speaker has left.")
    assert "The speaker has left." in letters("asker_dropped", "marta@example.net")[-1].text
    assert last_owes() == [{"id": owed.pk, "change": "dropped"}]
    with pytest.raises(Refused, match="settled already"):
        amend(owed, ana)


def test_no_promise_is_dropped_without_a_reason(owed: Commitment, ana: Mandate) -> None:
    with pytest.raises(Refused) as refused:
        drop_commitment(owed, ana, " ")
    assert refused.value.field == "reason"
    assert again(owed).dropped_at is None


def test_only_who_acts_for_the_office_amends_or_drops(cast: Cast, owed: Commitment, ana: Mandate) -> None:
    foreign = cast.hold("chapter-madrid", "Dora")
    deputy = cast.hold(ana.office, "Eva", role="deputy")
    for by in (foreign, deputy):
        with pytest.raises(Refused, match="Only who acts"):
            amend(owed, by)
        with pytest.raises(Refused, match="Only who acts"):
            drop_commitment(owed, by, "No.")


def test_an_answer_taken_back_and_a_withdrawn_ask_drop_it_with_their_reason(
    cast: Cast, owed: Commitment, ana: Mandate, case: Case
) -> None:
    undo_answer(case.legs.get(), by=ana)
    assert changes()[-1] == ("dropped", "taken-back")
    accept_leg(open_leg_of(case), by=ana, what="A talk", due_on=DAY)
    withdraw_case(case)
    assert changes()[-1] == ("dropped", "withdrawn")
    assert Commitment.objects.exclude(dropped_at=None).count() == 2


# Settled --------------------------------------------------------------------------------


@pytest.mark.parametrize(("happened", "kind"), [(True, "kept"), (False, "broken")])
def test_the_asker_s_word_settles_it(owed: Commitment, case: Case, happened: bool, kind: str) -> None:
    report_outcome(case, happened=happened)
    assert (again(owed).confirmed_by, again(owed).settled) == ("asker", True)
    assert changes()[-1] == (kind, "")
    assert last_owes() == [{"id": owed.pk, "change": kind, "by": "asker"}]


def test_a_later_word_settles_it_anew_but_what_was_dropped_stays_dropped(
    owed: Commitment, ana: Mandate, clock: Clock
) -> None:
    settle_commitment(owed, True, Confirmed.SILENCE)
    settle_commitment(owed, False, Confirmed.ASKER)
    assert (again(owed).kept_at, again(owed).broken_at) == (None, clock.instant)
    again(owed).changes.all().delete()
    Commitment.objects.filter(pk=owed.pk).update(dropped_at=clock.instant)
    with pytest.raises(Refused, match="dropped"):
        settle_commitment(again(owed), True, Confirmed.ASKER)


# Moved ----------------------------------------------------------------------------------


def test_a_vacant_office_s_promise_passes_on_and_the_change_names_whom_it_left(
    cast: Cast, owed: Commitment, ana: Mandate
) -> None:
    cast.hold("mesa", "Carla")
    end_mandate(ana, by=None)
    row = CommitmentChange.objects.latest("pk")
    assert (row.kind, row.office, row.reason) == ("moved", ana.office, "vacant")
    assert again(owed).office == cast.desk
    moved = [json.loads(entry.facts).get("owes") for entry in Entry.objects.filter(kind="case.entrusted")]
    assert moved == [[{"id": owed.pk, "change": "moved", "office": cast.desk.code}]]


def test_all_promises_of_an_office_move_with_their_cases(
    cast: Cast, owed: Commitment, ana: Mandate, case: Case
) -> None:
    madrid = cast.office("chapter-madrid")
    assert move_commitments(ana.office, madrid, "merged") == [owed]
    assert (again(owed).office, Case.objects.get(pk=case.pk).owner) == (madrid, madrid)
    assert changes()[-1] == ("moved", "merged")
    assert move_commitments(ana.office, madrid, "merged") == []


def test_erasing_a_case_erases_the_words_of_its_promises(owed: Commitment, ana: Mandate, case: Case) -> None:
    amend(owed, ana, what="A talk for Marta.")
    drop_commitment(owed, ana, "Marta is away.")
    erase_case(case)
    assert again(owed).what == ""
    assert set(CommitmentChange.objects.values_list("reason", "what_before")) == {("", "")}
