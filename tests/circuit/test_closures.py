"""Closed days that an office declares, and what they do to the dates of open asks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, undo_answer
from tequio.circuit.actions.asker import reply_to_question
from tequio.circuit.actions.closures import declare_closure, withdraw_closure
from tequio.circuit.actions.recounting import recount_leg
from tequio.circuit.models import DigestLine, Event, Leg
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Closure, Mandate, Role
from tequio.reference.models import Field
from tests.cast import Cast, letters, open_leg_of
from tests.circuit.desks import signed, url
from tests.circuit.reading import errors, heading, words
from tests.conftest import Clock
from tests.pages import queries

BREAK: dict[str, Any] = {"first_day": date(2026, 11, 30), "last_day": date(2026, 12, 4), "name": "Mudanza"}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    """Beto holds the chapter in Berlin, which answers within eight working days; asked today, by 3 December."""
    cast.hold("mesa", "Ana")
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


def reload(leg: Leg) -> Leg:
    return Leg.objects.select_related("case").get(pk=leg.pk)


# Declaring ------------------------------------------------------------------------------


def test_days_declared_beforehand_move_open_dates_and_tell_the_asker(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    closure = declare_closure(by=beto, **BREAK)
    leg = reload(leg)
    assert (closure.counts, leg.due_on, leg.case.due_on) == (True, date(2026, 12, 10), date(2026, 12, 10))
    assert (leg.due_version, leg.case.due_at) == (2, leg.due_at)
    assert leg.reckoning["closures"] == [closure.pk]
    assert Event.objects.get(kind="recounted").data == {
        "from": "2026-12-03",
        "to": "2026-12-10",
        "why": "closure",
    }
    [told] = letters("asker_recounted")
    assert told.address == "marta@example.net"
    assert DigestLine.objects.get(kind="recounted").data == {"day": "2026-12-10"}


def test_the_asker_reads_both_dates_and_why(cast: Cast, beto: Mandate) -> None:
    case = cast.case(language="en")
    declare_closure(by=beto, **BREAK)
    [told] = letters("asker_recounted")
    text = " ".join(told.text.split())
    assert told.subject == f"{case}: the date is Dec. 10, 2026 now"
    assert "will be closed for some days, as it has said beforehand" in text
    assert "Before, you were told Dec. 3, 2026." in text


def test_the_journal_has_the_closure_and_each_move(cast: Cast, beto: Mandate) -> None:
    for number in range(2):
        cast.case(address=f"asker{number}@example.net")
    before = Entry.objects.count()
    declare_closure(by=beto, **BREAK)
    kinds = list(Entry.objects.order_by("sequence").values_list("kind", flat=True))[before:]
    assert kinds == ["closure.declared", "leg.recounted", "leg.recounted"]
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert from_journal(now=later) == from_tables(now=later)


def test_every_office_of_the_organisation_is_dated_anew_and_no_other(cast: Cast, beto: Mandate) -> None:
    second = cast.hold(cast.second_office("chapter-berlin"), "Carla")
    cast.promise(second, regions=["MX-OAX"])
    madrid = cast.hold("chapter-madrid", "Dora")
    cast.promise(madrid, fields=["31"])
    mine = cast.leg()
    theirs = cast.leg(field=Field.objects.get(pk="31"), region=None, organisation=None)
    declare_closure(by=beto, **BREAK)
    assert (mine.owner, reload(mine).due_on) == (second.office, date(2026, 12, 10))
    assert (theirs.owner, reload(theirs).due_version) == (madrid.office, 1)


@pytest.mark.parametrize("first", [date(2026, 11, 23), date(2026, 11, 16)])
def test_days_declared_when_they_have_begun_are_recorded_and_move_nothing(
    cast: Cast, beto: Mandate, first: date
) -> None:
    leg = cast.leg()
    closure = declare_closure(by=beto, first_day=first, last_day=date(2026, 11, 27), name="Tarde")
    assert (closure.counts, reload(leg).due_on, letters("asker_recounted")) == (False, date(2026, 12, 3), [])
    assert cast.leg(address="zoe@example.net").due_on == date(2026, 12, 3)


def test_beforehand_is_before_the_day_begins_where_the_office_is(
    cast: Cast, beto: Mandate, clock: Clock
) -> None:
    clock.to(datetime(2026, 11, 29, 22, 59, tzinfo=UTC))
    assert declare_closure(by=beto, **BREAK).counts is True
    clock.to(datetime(2026, 11, 29, 23, 0, tzinfo=UTC))  # the 30th in Berlin
    late = {**BREAK, "last_day": date(2026, 12, 3)}
    assert declare_closure(by=beto, **late).counts is False


def test_the_same_days_twice_are_one_closure(cast: Cast, beto: Mandate) -> None:
    assert declare_closure(by=beto, **BREAK) == declare_closure(by=beto, **BREAK)
    assert Closure.objects.count() == 1


def test_a_leg_in_a_pause_is_counted_when_it_goes_on(cast: Cast, beto: Mandate, clock: Clock) -> None:
    leg = cast.leg()
    clock.forward(days=1)
    ask_more(leg, by=beto, question="¿Cuántos?")
    asker_has_until = reload(leg).case.due_on
    declare_closure(by=beto, **BREAK)
    assert (reload(leg).due_on, reload(leg).case.due_on) == (date(2026, 12, 3), asker_has_until)
    assert letters("asker_recounted") == []
    clock.forward(days=1)
    reply_to_question(leg.case, "Dos")
    assert reload(leg).due_on == date(2026, 12, 11)  # seven days were left: 26, 27 November, 7 to 11 December
    assert from_journal() == from_tables()


def test_what_is_answered_keeps_its_date(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    accept_leg(leg, by=beto, what="Charla", due_on=date(2026, 12, 2))
    declare_closure(by=beto, **BREAK)
    assert (reload(leg).due_on, reload(leg).case.due_on) == (date(2026, 12, 3), date(2026, 12, 2))


def test_an_answer_that_is_taken_back_is_dated_by_the_days_declared_meanwhile(
    cast: Cast, beto: Mandate
) -> None:
    leg = cast.leg()
    accept_leg(leg, by=beto, what="Una charla", due_on=date(2026, 12, 20))
    declare_closure(by=beto, **BREAK)
    undo_answer(reload(leg), by=beto)
    leg = reload(leg)
    assert (leg.due_on, leg.case.due_on, leg.due_version) == (date(2026, 12, 10), date(2026, 12, 10), 2)
    assert from_journal() == from_tables()


def test_a_moved_date_is_reminded_of_by_its_new_days(cast: Cast, beto: Mandate, clock: Clock) -> None:
    leg = cast.leg()
    clock.to(datetime(2026, 11, 27, 12, tzinfo=UTC))
    declare_closure(by=beto, **{**BREAK, "last_day": date(2026, 12, 11)})
    leg = reload(leg)
    assert (leg.due_on, leg.stage) == (date(2026, 12, 17), 0)
    assert leg.wake_at == datetime(2026, 12, 15, 7, tzinfo=UTC)


# Taking back ----------------------------------------------------------------------------


def test_a_closure_taken_back_before_it_begins_gives_the_days_back(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    withdraw_closure(declare_closure(by=beto, **BREAK), by=beto)
    leg = reload(leg)
    assert (leg.due_on, leg.case.due_on, leg.due_version) == (date(2026, 12, 3), date(2026, 12, 3), 3)
    assert [event.data["why"] for event in Event.objects.filter(kind="recounted")] == ["closure", "reopened"]
    assert len(letters("asker_recounted")) == 2
    assert from_journal() == from_tables()


def test_a_closure_that_runs_ends_today_and_no_date_falls_into_the_past(
    cast: Cast, beto: Mandate, clock: Clock
) -> None:
    leg = cast.leg()
    closure = declare_closure(by=beto, **BREAK)
    clock.to(datetime(2026, 12, 1, 12, tzinfo=UTC))
    closure = withdraw_closure(closure, by=beto)
    assert (closure.last_day, closure.withdrawn_at) == (date(2026, 12, 1), None)
    assert reload(leg).due_on == date(2026, 12, 7)


def test_a_date_that_comes_nearer_leaves_a_working_day(cast: Cast, beto: Mandate, clock: Clock) -> None:
    leg = cast.leg()
    closure = declare_closure(by=beto, **BREAK)
    Closure.objects.filter(pk=closure.pk).update(counts=False)  # as if the calendar had been mended
    clock.to(datetime(2026, 12, 4, 12, tzinfo=UTC))
    move = recount_leg(reload(leg))
    assert move is not None and move.after == date(2026, 12, 7)  # by the rows alone it would be the 3rd
    assert reload(leg).reckoning["not_before"] == "2026-12-07"
    assert recount_leg(reload(leg)) is None


def test_what_is_over_stays_so(cast: Cast, beto: Mandate, clock: Clock) -> None:
    closure = declare_closure(by=beto, **BREAK)
    clock.forward(days=30)
    with pytest.raises(Refused, match="This closure is over"):
        withdraw_closure(closure, by=beto)


def test_taken_back_twice_is_once(cast: Cast, beto: Mandate) -> None:
    closure = declare_closure(by=beto, **BREAK)
    assert withdraw_closure(closure, by=beto).withdrawn_at == withdraw_closure(closure, by=beto).withdrawn_at
    assert Entry.objects.filter(kind="closure.withdrawn").count() == 1


# Who may, and what is refused --------------------------------------------------------------


def test_only_who_acts_declares(cast: Cast, beto: Mandate) -> None:
    deputy = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    with pytest.raises(Refused, match="somebody else acts"):
        declare_closure(by=deputy, **BREAK)
    end_mandate(beto, by=beto)
    with pytest.raises(Refused, match="has ended"):
        declare_closure(by=beto, **BREAK)
    assert declare_closure(by=deputy, **BREAK).declared_by == deputy


def test_nobody_takes_back_what_another_organisation_declared(cast: Cast, beto: Mandate) -> None:
    closure = declare_closure(by=beto, **BREAK)
    with pytest.raises(Refused, match="another organisation"):
        withdraw_closure(closure, by=cast.hold("chapter-madrid", "Carla"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"last_day": date(2026, 11, 29)}, "last_day"),
        ({"last_day": date(2027, 1, 29)}, "last_day"),
        ({"first_day": date(2028, 11, 30), "last_day": date(2028, 11, 30)}, "first_day"),
        ({"first_day": date(2025, 11, 1), "last_day": date(2025, 11, 1)}, "first_day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    cast: Cast, beto: Mandate, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        declare_closure(by=beto, **{**BREAK, **given})
    assert (refused.value.field, Closure.objects.count()) == (field, 0)


# The page -------------------------------------------------------------------------------


def test_who_acts_declares_and_takes_back_on_the_page(client: Client, cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    address = url("closures", beto.office_id)
    page = signed(client, cast, "Beto").get(address)
    assert "No closed days are declared ahead." in words(page)
    sent = {"first_day": "2026-11-30", "last_day": "2026-12-04", "name": "Mudanza"}
    page = client.post(address, sent, follow=True)
    assert "Declared. Open asks are dated anew, and whoever waits is told." in words(page)
    assert "Closed from Nov. 30, 2026 to Dec. 4, 2026: Mudanza" in words(page)
    assert reload(leg).due_on == date(2026, 12, 10)
    page = client.post(address, {"withdraw": Closure.objects.get().pk}, follow=True)
    assert "Taken back." in words(page)
    assert reload(leg).due_on == date(2026, 12, 3)


def test_what_came_too_late_is_said_so(client: Client, cast: Cast, beto: Mandate) -> None:
    sent = {"first_day": "2026-11-23", "last_day": "2026-11-23", "name": "Hoy"}
    page = signed(client, cast, "Beto").post(url("closures", beto.office_id), sent, follow=True)
    assert "It had begun already, so the dates of open asks stay as they are." in words(page)
    assert "Declared too late: no date was moved Hoy Nov. 23, 2026" in words(page)


def test_mistakes_are_named_at_their_fields(client: Client, cast: Cast, beto: Mandate) -> None:
    sent = {"first_day": "2026-11-30", "last_day": "2026-11-29", "name": ""}
    page = signed(client, cast, "Beto").post(url("closures", beto.office_id), sent)
    assert page.status_code == 200
    assert errors(page)
    assert Closure.objects.count() == 0


def test_a_deputy_reads_and_may_not_act_and_strangers_see_nothing(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    cast.hold("chapter-madrid", "Carla")
    declare_closure(by=beto, **BREAK)
    address = url("closures", beto.office_id)
    shown = signed(client, cast, "Dana").get(address)
    assert "Mudanza" in words(shown)
    assert "Declare closed days" not in words(shown)
    assert client.post(address, {"withdraw": Closure.objects.get().pk}).status_code == 403
    assert signed(client, cast, "Carla").get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("number", ["x", "99999"])
def test_a_closure_that_is_not_there_is_not_found(
    client: Client, cast: Cast, beto: Mandate, number: str
) -> None:
    address = url("closures", beto.office_id)
    assert signed(client, cast, "Beto").post(address, {"withdraw": number}).status_code == 404


def test_the_page_asks_the_database_no_more_for_fifty_than_for_one(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    signed(client, cast, "Beto")
    counts = []
    for number in (1, 49):
        for each in range(number):
            day = date(2026, 12, 1) + timedelta(days=number + each)
            declare_closure(by=beto, first_day=day, last_day=day, name=f"Día {each}")
        counts.append(len(queries(client, url("closures", beto.office_id))))
    assert counts[0] == counts[1] <= 12


def test_the_head_says_whose_page_it_is(client: Client, cast: Cast, beto: Mandate) -> None:
    page = signed(client, cast, "Beto").get(url("closures", beto.office_id))
    assert heading(page) == "Capítulo Berlín (en)"
    assert open_leg_of(cast.case()).owner == beto.office
