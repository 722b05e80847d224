"""Two asks of one asker become one, with a trace, and part again within a day."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg
from tequio.circuit.actions.asker import withdraw_case
from tequio.circuit.actions.disputes import dispute_case
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.merging import merge_case, part_case
from tequio.circuit.models import Case, DigestLine, Event, Leg
from tequio.circuit.queries.duplicates import duplicates
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.kernel import clock as hub_clock
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, path_in, work
from tests.circuit.desks import accept, outcome, signed, url
from tests.circuit.follows import page as follow_page
from tests.circuit.reading import heading, words
from tests.conftest import Clock


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def earlier(cast: Cast, beto: Mandate) -> Case:
    return cast.case(text="Una charla sobre vacunas.")


@pytest.fixture
def later(cast: Cast, clock: Clock, earlier: Case) -> Case:
    clock.forward(days=2)
    return cast.case(text="Otra vez la misma charla.")


def path(case: Case, office: int | None = None, number: int = 1) -> str:
    return url("leg", office or case.owner_id, case.ref, number)


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def facts(kind: str) -> Any:
    return json.loads(Entry.objects.get(kind=kind).facts)


def test_the_later_goes_into_the_earlier_and_closes(beto: Mandate, earlier: Case, later: Case) -> None:
    before = again(earlier)
    merge_case(later, earlier, by=beto)
    closed = again(later)
    assert (closed.state, closed.merged_into, closed.closed_at) == ("merged", earlier, hub_clock.now())
    leg = later.legs.get()
    assert (leg.outcome, leg.closed_at, leg.wake_at, leg.answered_at) == (
        "merged",
        hub_clock.now(),
        None,
        None,
    )
    stays = again(earlier)
    assert (stays.state, stays.opened_at, stays.due_at) == ("at-desk", before.opened_at, before.due_at)


def test_both_stories_name_the_other_receipt(beto: Mandate, earlier: Case, later: Case) -> None:
    merge_case(later, earlier, by=beto)
    said = Event.objects.filter(kind__startswith="merged").order_by("pk")
    assert [(e.case, e.kind, e.voice, e.office, e.mandate, e.data) for e in said] == [
        (later, "merged", "office", beto.office, beto, {"other": str(earlier)}),
        (earlier, "merged-in", "office", beto.office, beto, {"other": str(later)}),
    ]


def test_the_asker_is_told_with_both_receipts(beto: Mandate, earlier: Case, later: Case) -> None:
    merge_case(later, earlier, by=beto)
    (letter,) = letters("asker_merged")
    assert letter.address == "marta@example.net"
    assert (str(earlier) in letter.subject, str(later) in letter.subject) == (True, True)
    assert follow_page(earlier).replace("/en/", "/") in path_in(letter)


def test_the_ledger_counts_no_miss(beto: Mandate, clock: Clock, earlier: Case, later: Case) -> None:
    merge_case(later, earlier, by=beto)
    figures = from_tables(office=beto.office_id)[beto.office.code, "MX/school-talk"]
    assert (figures.asked, figures.missed, figures.matured, figures.waiting) == (2, 0, 0, 1)
    assert facts("case.merged")["closes"] == [{"leg": 1, "outcome": "merged", "in_time": None}]
    assert from_journal() == from_tables()
    clock.forward(days=40)
    work()
    assert later.legs.get().outcome == "merged"


def test_merging_twice_merges_once(beto: Mandate, earlier: Case, later: Case) -> None:
    for _ in range(2):
        merge_case(later, earlier, by=beto, key="one")
    assert Event.objects.filter(kind="merged").count() == 1
    assert len(letters("asker_merged")) == 1


def test_a_question_that_waited_is_cut_short(beto: Mandate, earlier: Case, later: Case) -> None:
    ask_more(open_leg_of(later), by=beto, question="¿Qué grado?")
    merge_case(later, earlier, by=beto)
    assert later.legs.get().pauses.get().ended_at == hub_clock.now()


def refused(case: Case, into: Case, by: Mandate) -> str:
    with pytest.raises(Refused) as said, translation.override("en"):
        merge_case(case, into, by=by)
    with translation.override("en"):
        return str(said.value)


def test_the_earlier_never_goes_into_the_later(beto: Mandate, earlier: Case, later: Case) -> None:
    said = "Merge the later ask into the earlier one, so that no clock begins again."
    assert refused(earlier, later, beto) == said


def test_only_the_same_asker_and_kind(cast: Cast, beto: Mandate, earlier: Case) -> None:
    said = "Only asks of the same asker and the same kind can become one."
    other = cast.case(address="rosa@example.net")
    assert refused(other, earlier, beto) == said
    cast.promise(cast.hold("mesa", "Carla"), "school-talk")
    assert refused(cast.case("counterpart"), earlier, beto) == said


def test_nothing_goes_into_a_closed_ask_nor_into_itself(beto: Mandate, earlier: Case, later: Case) -> None:
    assert refused(later, later, beto) == "This is one ask. Choose another one of the same asker."
    withdraw_case(earlier)
    said = "The other ask is closed, so nothing can go into it. Answer this one."
    assert refused(later, earlier, beto) == said


def test_an_accepted_ask_stays_as_it_was_promised(beto: Mandate, earlier: Case, later: Case) -> None:
    accept_leg(open_leg_of(later), by=beto, what="Vamos", due_on=hub_clock.today("UTC"))
    said = "This ask is accepted already: keep what was promised in it."
    assert refused(later, earlier, beto) == said


def test_an_ask_in_which_the_asker_contradicts_needs_its_own_answer(
    beto: Mandate, earlier: Case, later: Case
) -> None:
    decline_leg(open_leg_of(later), by=beto, reason="full")
    dispute_case(later, text="Sí hay lugar, dice su página.")
    said = "The asker has contradicted an answer here, so this ask needs an answer of its own."
    assert refused(again(later), earlier, beto) == said
    assert [pair.allowed for pair in duplicates(again(later), beto.office)] == [False]


def test_a_later_ask_goes_into_an_accepted_one(beto: Mandate, earlier: Case, later: Case) -> None:
    accept_leg(open_leg_of(earlier), by=beto, what="Vamos", due_on=hub_clock.today("UTC"))
    merge_case(later, earlier, by=beto)
    assert (again(later).state, again(earlier).state) == ("merged", "arranged")


def test_an_office_that_does_not_have_the_ask_merges_nothing(
    cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    said = "This ask is not with your office now, so it cannot be merged from here."
    assert refused(later, earlier, carla) == said
    end_mandate(beto, by=beto)
    ended = "Your mandate in this office has ended, or somebody else acts for it now."
    assert refused(later, earlier, beto) == ended


def test_the_coordinating_office_merges_what_others_have_and_they_are_told(
    cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    carla = cast.hold("mesa", "Carla")
    merge_case(later, earlier, by=carla)
    assert Event.objects.get(kind="merged").office == cast.desk
    lines = DigestLine.objects.filter(kind__startswith="merged").order_by("pk")
    assert [(line.office, line.case, line.kind, line.data) for line in lines] == [
        (beto.office, later, "merged", {"office": cast.desk.pk}),
        (beto.office, earlier, "merged-in", {"office": cast.desk.pk}),
    ]


def test_within_a_day_they_part_as_if_nothing_had_been_done(
    clock: Clock, beto: Mandate, earlier: Case, later: Case
) -> None:
    case, leg = again(later), later.legs.get()
    merge_case(later, earlier, by=beto)
    clock.forward(hours=23)
    part_case(later, by=beto)
    parted, reopened = again(later), later.legs.get()
    same = ("state", "step", "owner_id", "due_on", "due_at", "opened_at", "closed_at", "merged_into_id")
    assert [getattr(parted, name) for name in same] == [getattr(case, name) for name in same]
    alike = ("outcome", "closed_at", "due_at", "wake_at", "stage", "due_version")
    assert [getattr(reopened, name) for name in alike] == [getattr(leg, name) for name in alike]
    assert [e.data for e in Event.objects.filter(kind__startswith="parted").order_by("pk")] == [
        {"other": str(earlier)},
        {"other": str(later)},
    ]
    assert str(later) in letters("asker_parted")[0].subject
    assert facts("case.parted")["reopens"] == [1]
    assert from_journal() == from_tables()


def test_a_question_waits_again_when_they_part(beto: Mandate, earlier: Case, later: Case) -> None:
    ask_more(open_leg_of(later), by=beto, question="¿Qué grado?")
    case = again(later)
    merge_case(later, earlier, by=beto)
    part_case(later, by=beto)
    parted = again(later)
    assert (parted.state, parted.due_at) == ("question", case.due_at)
    assert later.legs.get().pauses.get().ended_at is None


def test_after_a_day_they_stay_one(clock: Clock, beto: Mandate, earlier: Case, later: Case) -> None:
    merge_case(later, earlier, by=beto)
    clock.forward(hours=25)
    with pytest.raises(Refused):
        part_case(later, by=beto)
    assert again(later).state == "merged"


def test_another_office_does_not_part_them(cast: Cast, beto: Mandate, earlier: Case, later: Case) -> None:
    merge_case(later, earlier, by=beto)
    with pytest.raises(Refused):
        part_case(later, by=cast.hold("chapter-madrid", "Carla"))
    part_case(later, by=cast.hold("mesa", "Dora"))
    assert again(later).state == "at-desk"


def test_a_parted_ask_of_an_office_that_fell_vacant_moves_on(
    cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    carla = cast.hold("mesa", "Carla")
    merge_case(later, earlier, by=beto)
    end_mandate(beto, by=beto)
    part_case(later, by=carla)
    work()
    assert [leg.owner for leg in later.legs.order_by("number")] == [beto.office, cast.desk]


def test_who_may_be_shown_as_the_same(cast: Cast, clock: Clock, beto: Mandate, earlier: Case) -> None:
    clock.forward(days=29)
    near = cast.case()
    clock.forward(days=2)
    cast.case(address="rosa@example.net")
    far = cast.case()
    assert [pair.other for pair in duplicates(earlier, beto.office)] == [near]
    assert [pair.other for pair in duplicates(far, beto.office)] == [near]
    decline_leg(open_leg_of(near), by=beto, reason="full")
    assert duplicates(far, beto.office) == []


def test_an_office_is_shown_only_what_it_has_or_had(
    cast: Cast, beto: Mandate, earlier: Case, clock: Clock
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla, days=2)
    clock.forward(days=1)
    theirs = cast.case()
    assert theirs.owner == carla.office
    assert (duplicates(earlier, beto.office), duplicates(theirs, carla.office)) == ([], [])
    cast.hold("mesa", "Dora")
    assert [(p.other, p.allowed) for p in duplicates(theirs, cast.desk)] == [(earlier, True)]
    pass_on_leg(open_leg_of(earlier), by=beto, to=carla.office, reason="full")
    assert [(p.other, p.allowed) for p in duplicates(theirs, carla.office)] == [(again(earlier), True)]


def test_one_step_on_the_page_merges(
    client: Client, cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    signed(client, cast, "Beto")
    here = path(later)
    page = client.get(here)
    assert "The same asker has another open ask of this kind" in words(page)
    assert f"{here}?merge={earlier.ref}" in page.content.decode()
    page = client.get(here, {"merge": earlier.ref})
    assert heading(page) == "Are these two one ask?"
    shown = words(page)
    assert ("Una charla sobre vacunas." in shown, "Otra vez la misma charla." in shown) == (True, True)
    assert again(later).state == "at-desk"
    assert client.post(here, {"act": "merge", "other": earlier.ref})["Location"] == here
    shown = words(client.get(here))
    assert f"It is merged into {earlier}, an earlier ask of the same asker. You owe nothing here." in shown
    assert "Part them again" in shown
    shown = words(client.get(path(earlier)))
    assert f"Merged into it: {later}, asked on Nov. 25, 2026 Otra vez la misma charla." in shown
    assert client.post(here, {"act": "part"})["Location"] == here
    assert outcome(later.legs.get()) == ""


def test_the_page_of_the_earlier_merges_the_later_into_it(
    client: Client, cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    signed(client, cast, "Beto")
    client.post(path(earlier), {"act": "merge", "other": later.ref})
    assert again(later).merged_into == earlier


def test_the_bearer_of_the_letters_link_merges_too(
    client: Client, beto: Mandate, earlier: Case, later: Case
) -> None:
    here = path_in(letters("leg_new", "beto@example.org")[-1])
    assert heading(client.get(here, {"merge": earlier.ref})) == "Are these two one ask?"
    client.post(here, {"act": "merge", "other": earlier.ref})
    assert again(later).state == "merged"


@pytest.mark.parametrize("other", ["", "mx-zzzzzzzz"])
def test_what_is_no_duplicate_is_not_found_and_not_merged(
    client: Client, cast: Cast, later: Case, other: str
) -> None:
    signed(client, cast, "Beto")
    assert client.get(path(later), {"merge": other}).status_code == 404
    page = client.post(path(later), {"act": "merge", "other": other}, follow=True)
    assert "One of the two asks is no longer open, so there is nothing to merge." in words(page)


def test_a_deputy_sees_them_and_merges_nothing_while_the_holder_acts(
    client: Client, cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(client, cast, "Dana")
    page = client.get(path(later))
    assert "The same asker has another open ask of this kind" in words(page)
    assert "Compare and merge" not in words(page)
    assert client.get(path(later), {"merge": earlier.ref}).status_code == 404
    for act in ({"act": "merge", "other": earlier.ref}, {"act": "part"}):
        assert client.post(path(later), act).status_code == 403
    assert again(later).state == "at-desk"


def test_the_askers_page_says_where_it_went_and_leads_there(
    client: Client, beto: Mandate, earlier: Case, later: Case
) -> None:
    merge_case(later, earlier, by=beto)
    page = client.get(follow_page(later))
    assert heading(page) == f"It goes on in your other ask, {earlier}"
    assert follow_page(earlier) in page.content.decode()
    assert f"The office merged it with your earlier ask, {earlier}" in words(page)
    assert f"Your other ask was merged into this one: {later}" in words(client.get(follow_page(earlier)))


def test_an_office_that_the_earlier_ask_has_left_reads_nothing_of_the_merger(
    client: Client, cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    pass_on_leg(open_leg_of(earlier), by=beto, to=carla.office, reason="full")
    pass_on_leg(open_leg_of(later), by=beto, to=carla.office, reason="full")
    merge_case(again(later), again(earlier), by=carla)
    shown = words(signed(client, cast, "Beto").get(path(earlier, beto.office_id)))
    assert ("Otra vez la misma charla." in shown, str(later) in shown) == (False, False)


def test_erasing_the_merged_ask_takes_its_words_from_the_other(
    client: Client, cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    merge_case(later, earlier, by=beto)
    erase_case(again(later))
    assert "Otra vez" not in words(signed(client, cast, "Beto").get(path(earlier)))


def test_a_merged_ask_takes_no_answer(
    client: Client, cast: Cast, beto: Mandate, earlier: Case, later: Case
) -> None:
    merge_case(later, earlier, by=beto)
    page = signed(client, cast, "Beto").post(path(later), accept(), follow=True)
    assert "This ask has already left your office." in words(page)
    assert Leg.objects.get(case=later).outcome == "merged"
