"""The inbox: what is owed today first, by tabs with their numbers, across the offices of a person."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.circuit.actions.answering import accept_leg, ask_more
from tequio.circuit.models import Leg
from tequio.circuit.queries.inbox import Load, Seat, counts, loads, page_of, seats_of
from tequio.kernel import clock as hub_clock
from tequio.network.absences import declare_absence
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Office, Role
from tequio.reference.models import Field
from tests.cast import Cast
from tests.circuit.agreed import in_force
from tests.circuit.desks import signed, url
from tests.circuit.reading import words
from tests.conftest import Clock

CHAPTER = "chapter-berlin"


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    """Beto holds the chapter in Berlin, which has promised talks within eight working days."""
    mandate = cast.hold(CHAPTER, "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def legs(cast: Cast, clock: Clock, beto: Mandate) -> dict[str, Leg]:
    """An ask of each urgency at Beto's chapter, named after it; four days after the late one was due."""
    made = {}
    now = clock.instant
    for name, back in {"late": 14, "today": 12, "week": 7, "later": 1, "waiting": 0}.items():
        clock.to(now + timedelta(days=14 - back))
        made[name] = cast.leg(name=f"Asker {name}", address=f"{name}@example.net")
    ask_more(made["waiting"], by=beto, question="¿Cuándo?")
    return made


def due(leg: Leg, day: date) -> None:
    """Moves the date of a leg, in the zone of its office."""
    assert leg.owner is not None
    due_at = hub_clock.end_of(day, leg.owner.organisation.zone)
    Leg.objects.filter(pk=leg.pk).update(due_on=day, due_at=due_at)


def tabs(page: Any) -> dict[str, int]:
    return {name: number for name, _label, number in page.context["tabs"]}


def shown(page: Any) -> list[Leg]:
    return [row.leg for row in page.context["page"].object_list]


def desk(client: Client, office: Office, tab: str = "", page: int = 0) -> Any:
    query = {"tab": tab, "page": str(page or "")}
    return client.get(url("desk_office", office.pk), {name: value for name, value in query.items() if value})


def test_late_stands_first_then_today_this_week_and_later(
    client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg]
) -> None:
    page = desk(signed(client, cast, "Beto"), beto.office)
    assert shown(page) == [legs[name] for name in ("late", "today", "week", "later")]
    assert re.findall(r"<section>\s*<h2>(.*?)</h2>", page.content.decode()) == [
        "Late",
        "Due today",
        "This week",
        "Later",
    ]
    assert "1 answer is late. 1 more is due today." in words(page)


@pytest.mark.parametrize(
    ("tab", "names"),
    [
        ("mine", ["late", "today", "week", "later"]),
        ("today", ["today"]),
        ("late", ["late"]),
        ("waiting", ["waiting"]),
        ("deputy", []),
        ("all", ["late", "today", "week", "later", "waiting"]),
        ("no-such-tab", ["late", "today", "week", "later"]),
    ],
)
def test_each_tab_holds_what_it_says(
    client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg], tab: str, names: list[str]
) -> None:
    page = desk(signed(client, cast, "Beto"), beto.office, tab)
    assert shown(page) == [legs[name] for name in names]
    assert tabs(page) == {"mine": 4, "today": 1, "late": 1, "waiting": 1, "all": 5}


def test_a_row_leads_with_the_school_and_the_topic_and_says_how_late_it_is(
    client: Client, cast: Cast, beto: Mandate, clock: Clock
) -> None:
    cast.leg(field=Field.objects.get(pk="13"))
    clock.forward(days=13)
    page = desk(signed(client, cast, "Beto"), beto.office)
    titles = re.findall(r"<h3><a[^>]*>(.*?)</a></h3>", page.content.decode())
    assert titles == ["Preparatoria Número 5 (en) · Bioquímica"]
    said = words(page)
    assert "Late by 3 days · by Dec. 3, 2026" in said
    assert "Ask school-talk · Marta Maestra · Oaxaca" in said
    assert "Una charla sobre vacunas para cuarto semestre. promised within 8 working days · MX-" in said


@pytest.mark.parametrize(
    ("kind", "given", "lead"),
    [
        ("school-talk", {}, "Preparatoria Número 5"),
        (
            "school-talk",
            {"organisation": None, "organisation_typed": "Secundaria 3"},
            "Secundaria 3",
        ),
        ("counterpart", {}, "Marta Maestra · Bioquímica aplicada"),
        ("counterpart", {"on_behalf_of": "Instituto X"}, "Instituto X · Bioquímica aplicada"),
        ("consular-support", {}, "Marta Maestra"),
    ],
)
def test_what_tells_asks_apart(cast: Cast, kind: str, given: dict[str, Any], lead: str) -> None:
    assert cast.ask(kind, **given).lead == lead


def test_what_waits_says_until_when_the_asker_has(
    client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg]
) -> None:
    page = desk(signed(client, cast, "Beto"), beto.office, "waiting")
    assert "Waiting for the asker · until Dec. 14, 2026" in words(page)


def test_an_office_that_promised_nothing_reads_so_in_its_row(client: Client, cast: Cast) -> None:
    cast.hold("mesa", "Carla")
    leg = cast.leg()
    said = words(desk(signed(client, cast, "Carla"), cast.desk))
    assert f"nothing promised: 8 working days by the hub's rule · {leg.case}" in said


def test_a_deputy_reads_what_the_holder_has_in_hand(
    client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg]
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    page = desk(signed(client, cast, "Dana"), beto.office)
    assert page.context["tab"] == "deputy"
    assert tabs(page) == {"today": 1, "late": 1, "waiting": 1, "deputy": 5, "all": 5}
    assert shown(page) == [legs[name] for name in ("late", "today", "week", "later", "waiting")]
    assert (
        "5 asks are open here, and somebody else acts. You can read them, and you answer as soon as nobody else acts."
        in words(page)
    )
    assert shown(desk(client, beto.office, "late")) == [legs["late"]]


def test_a_deputy_has_it_all_from_the_instant_at_which_the_holder_is_gone(
    client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg]
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    end_mandate(beto, by=beto)
    page = desk(signed(client, cast, "Dana"), beto.office)
    assert tabs(page) == {"mine": 4, "today": 1, "late": 1, "waiting": 1, "all": 5}


def test_who_is_away_reads_what_the_stand_in_has_in_hand(
    client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg]
) -> None:
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    today = hub_clock.today("Europe/Berlin")
    declare_absence(beto, by=beto, first_day=today, last_day=today + timedelta(days=5), stand_in=dana)
    page = desk(signed(client, cast, "Beto"), beto.office)
    assert (page.context["tab"], tabs(page)["deputy"]) == ("deputy", 5)
    page = desk(signed(client, cast, "Dana"), beto.office)
    assert (page.context["tab"], tabs(page)["mine"]) == ("mine", 4)
    assert [(seat.office, seat.acts) for seat in seats_of(dana.person)] == [(beto.office, True)]
    assert [(seat.office, seat.acts) for seat in seats_of(beto.person)] == [(beto.office, False)]


@pytest.fixture
def three(cast: Cast, beto: Mandate) -> dict[str, Leg]:
    """An ask at each of Beto's offices: Berlin, the desk in Mexico, and Madrid, where he is Carla's deputy."""
    cast.hold("mesa", "Beto")
    berlin, gap = cast.leg(), cast.leg("counterpart")
    cast.promise(cast.hold("chapter-madrid", "Carla"), days=2)
    cast.hold("chapter-madrid", "Beto", role=Role.DEPUTY)
    return {"berlin": berlin, "gap": gap, "madrid": cast.leg(address="b@example.net")}


def test_across_offices_mine_is_what_i_act_for_and_the_rest_is_in_other_hands(
    client: Client, cast: Cast, three: dict[str, Leg]
) -> None:
    page = signed(client, cast, "Beto").get(url("desk"))
    assert {leg.pk for leg in shown(page)} == {three["berlin"].pk, three["gap"].pk}
    assert tabs(page) == {"mine": 2, "today": 0, "late": 0, "waiting": 0, "deputy": 1, "all": 3}
    assert shown(client.get(url("desk"), {"tab": "deputy"})) == [three["madrid"]]


def test_across_offices_each_is_named_with_what_is_open_there(
    client: Client, cast: Cast, three: dict[str, Leg]
) -> None:
    page = signed(client, cast, "Beto").get(url("desk"), {"tab": "all"})
    said = words(page)
    assert "My offices" in said
    assert "Head office · somebody else acts · " in said
    for slug in (CHAPTER, "mesa", "chapter-madrid"):
        assert url("desk_office", cast.office(slug).pk) in page.content.decode()


def test_due_today_is_today_where_the_office_sits(cast: Cast, clock: Clock, beto: Mandate) -> None:
    cast.hold("mesa", "Beto")
    berlin, gap = cast.leg(), cast.leg("counterpart")
    due(berlin, date(2026, 11, 25))
    due(gap, date(2026, 11, 25))
    clock.to(hub_clock.end_of(date(2026, 11, 24), "Europe/Berlin"))
    seats = seats_of(beto.person)
    assert [leg.leg.pk for leg in page_of("today", seats, "1", 1).object_list] == [berlin.pk]
    found = loads(seats)
    assert found == {berlin.owner_id: Load(open=1, today=1), gap.owner_id: Load(open=1)}


def test_late_begins_when_the_day_is_over_where_the_office_sits(
    cast: Cast, clock: Clock, beto: Mandate
) -> None:
    leg = cast.leg()
    seats = [Seat(beto.office, True)]
    over = hub_clock.end_of(date(2026, 12, 3), "Europe/Berlin")
    clock.to(over - timedelta(seconds=1))
    assert loads(seats) == {leg.owner_id: Load(open=1, today=1)}
    clock.to(over)
    assert loads(seats) == {leg.owner_id: Load(open=1, late=1)}
    assert page_of("late", seats, "1", 1).object_list[0].days_late == 1


def test_what_waits_is_neither_late_nor_due(cast: Cast, clock: Clock, beto: Mandate) -> None:
    leg = cast.leg()
    ask_more(leg, by=beto, question="¿Cuándo?")
    seats = [Seat(beto.office, True)]
    due(leg, hub_clock.today("Europe/Berlin"))
    assert loads(seats) == {leg.owner_id: Load(open=1, waiting=1)}
    due(leg, date(2026, 11, 1))
    assert loads(seats) == {leg.owner_id: Load(open=1, waiting=1)}
    assert counts(seats, loads(seats)) == {
        "mine": 0,
        "today": 0,
        "late": 0,
        "waiting": 1,
        "deputy": 0,
        "all": 1,
    }


def test_an_empty_tab_says_so(client: Client, cast: Cast, beto: Mandate, legs: dict[str, Leg]) -> None:
    due(legs["late"], date(2026, 12, 30))
    assert "Nothing is late" in words(desk(signed(client, cast, "Beto"), beto.office, "late"))


def test_pages_of_twenty_five(client: Client, cast: Cast, beto: Mandate) -> None:
    legs = [cast.leg(address=f"a{number}@example.net") for number in range(27)]
    first = desk(signed(client, cast, "Beto"), beto.office)
    assert shown(first) == legs[:25]
    assert "1 to 25 of 27" in words(first)
    assert shown(desk(client, beto.office, "all", 2)) == legs[25:]
    assert "?tab=all&amp;page=1" in desk(client, beto.office, "all", 2).content.decode()


def test_the_one_office_of_a_person_keeps_the_tab(client: Client, cast: Cast, beto: Mandate) -> None:
    page = signed(client, cast, "Beto").get(url("desk"), {"tab": "late"})
    assert page["Location"] == f"{url('desk_office', beto.office_id)}?tab=late"


def test_the_inbox_asks_the_database_no_more_for_fifty_than_for_one(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold("mesa", "Beto")
    signed(client, cast, "Beto")
    addresses = [f"{path}?tab={tab}" for tab in ("mine", "waiting", "all") for path in
                 (url("desk_office", beto.office_id), url("desk"))]  # fmt: skip
    found = []
    for asks in (1, 49):
        for number in range(asks):
            leg = cast.leg(address=f"asker{asks}-{number}@example.net")
            if number % 3 == 0:
                accept_leg(leg, by=beto, what="Vamos", due_on=date(2026, 12, 9))
            elif number % 3 == 1:
                ask_more(leg, by=beto, question="¿Cuándo?")
        ask_more(cast.leg(address=f"more{asks}@example.net"), by=beto, question="¿Cuándo?")
        cast.leg(address=f"last{asks}@example.net")
        cast.leg("counterpart", address=f"gap{asks}@example.net")
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
    assert found[:6] == found[6:]
    assert max(found) <= 12


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans a small table whole")
def test_counts_and_page_go_along_the_index_of_open_legs(cast: Cast, beto: Mandate) -> None:
    cast.leg()
    seats = [Seat(beto.office, True)]
    with CaptureQueriesContext(connection) as queries:
        loads(seats)
        assert len(page_of("mine", seats, "1", 1).object_list) == 1
    plans = []
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans.append(" ".join(row[3] for row in cursor.fetchall()))
    assert ["leg_inbox" in plan for plan in plans] == [True, True]
    assert ["SCAN circuit_" in plan for plan in plans] == [False, False]


def test_what_is_owed_by_agreement_is_no_promise_to_an_asker(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    in_force(beto, cast.hold("university-oaxaca", "Uma"))
    accept_leg(cast.leg(), by=beto, what="Nos vemos", due_on=date(2026, 12, 1))
    page = signed(client, cast, "Beto").get(url("desk_office", beto.office_id))
    assert page.status_code == 200
    assert [commitment.what for commitment, _ask in page.context["owed"]] == ["Nos vemos"]
