"""The pages of a case, by each viewer: exactly what the table says stands there, and no other word."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.disputes import dispute_case
from tequio.circuit.actions.referring import say_no
from tequio.circuit.actions.worded import answer_leg
from tequio.circuit.links import ask_key, case_key, leg_key, member_key, sent_key
from tequio.circuit.models import Case
from tequio.circuit.visibility import TABLE, Part, Reach, Viewer
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of
from tests.circuit.desks import signed, url
from tests.circuit.planted import ASK, CHOSEN, FIRST, LATER, WORDS, Planted, shown
from tests.conftest import Clock

ASK_PARTS = {Part.WORDS: "text", Part.NAME: "name", Part.BEHALF: "behalf", Part.PLACE: "typed"}
BETO = {*ASK, *FIRST, "task", "opinion", "beto's note"}


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def planted(cast: Cast, clock: Clock) -> Planted:
    return Planted(cast, clock)


@pytest.fixture
def seen(client: Client, cast: Cast, planted: Planted) -> Callable[..., set[str]]:
    """What somebody signed in reads on their office's page of a leg."""

    def see(by: Mandate, number: int) -> set[str]:
        name = by.person.account.email.partition("@")[0].title()
        response = signed(client, cast, name).get(url("leg", by.office_id, planted.case.ref, number))
        return shown(response) if response.status_code == 200 else {str(response.status_code)}

    return see


def by_link(client: Client, planted: Planted, by: Mandate, number: int) -> set[str]:
    leg = planted.leg(number)
    client.logout()
    return shown(client.get(url("leg_link", leg.case.ref, number, by.pk, leg_key(leg, by))))


def followed(client: Client, planted: Planted) -> set[str]:
    case = Case.objects.get(pk=planted.case.pk)
    return shown(client.get(url("follow", case.ref, case_key(case))))


# The asker ------------------------------------------------------------------------


def test_the_asker_reads_their_own_words_before_they_confirm(client: Client, planted: Planted) -> None:
    planted.asked()
    ask = planted.cast.ask("expert", text=WORDS["text"], name=WORDS["name"], address=WORDS["address"],
                           on_behalf_of=WORDS["behalf"], organisation_typed=WORDS["typed"])  # fmt: skip
    assert shown(client.get(url("ask_confirm", ask.pk, ask_key(ask)))) == ASK
    assert shown(client.get(url("ask_sent", ask.pk, sent_key(ask)))) == {*ASK, "address"}


def test_once_confirmed_the_page_of_the_form_says_nothing_more(client: Client, planted: Planted) -> None:
    ask = planted.asked().case.ask
    assert shown(client.get(url("ask_sent", ask.pk, sent_key(ask)))) == set()


def test_the_asker_reads_all_that_was_said_to_them(client: Client, planted: Planted) -> None:
    planted.at_beto()
    assert followed(client, planted) == {*ASK, *FIRST}


def test_the_asker_reads_the_whole_way_and_who_said_yes(client: Client, planted: Planted) -> None:
    planted.at_carla()
    assert followed(client, planted) == {*ASK, *FIRST, *LATER, *CHOSEN, "passed"}
    report_outcome(planted.case, happened=True, text="Salió bien")
    assert followed(client, planted) == {*ASK, *FIRST, *LATER, *CHOSEN, "passed"}


# Offices --------------------------------------------------------------------------


def test_the_office_that_has_it(client: Client, planted: Planted, seen: Callable[..., set[str]]) -> None:
    planted.at_beto()
    assert seen(planted.beto, 1) == {*BETO, "member"}
    assert by_link(client, planted, planted.beto, 1) == {*BETO, "member"}


def test_the_office_that_has_it_after_another(
    client: Client, planted: Planted, seen: Callable[..., set[str]]
) -> None:
    planted.at_carla()
    carla = {*ASK, *FIRST, *LATER, "passed", "carla's note"}
    assert seen(planted.carla, 3) == carla
    assert by_link(client, planted, planted.carla, 3) == carla
    assert seen(planted.carla, 1) == carla


def test_the_office_that_had_it(client: Client, planted: Planted, seen: Callable[..., set[str]]) -> None:
    planted.at_carla()
    assert seen(planted.beto, 1) == {*BETO, *CHOSEN, "passed"}
    assert by_link(client, planted, planted.beto, 1) == {*BETO, *CHOSEN, "passed"}
    assert seen(planted.beto, 3) == {"404"}


def test_the_office_asked_for_its_opinion(
    client: Client, planted: Planted, seen: Callable[..., set[str]]
) -> None:
    planted.at_uma()
    uma = {*ASK, *FIRST, "task", "uma's note"}
    assert seen(planted.uma, 2) == uma
    assert by_link(client, planted, planted.uma, 2) == uma
    assert seen(planted.uma, 1) == {"404"}


def test_what_is_said_later_is_not_for_who_gave_an_opinion(
    planted: Planted, seen: Callable[..., set[str]]
) -> None:
    planted.at_carla()
    assert seen(planted.uma, 2) == {*ASK, *FIRST, "opinion", "uma's note"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_there_is_no_door_for_coordination_nor_for_anybody_else(
    planted: Planted, seen: Callable[..., set[str]], number: int
) -> None:
    planted.at_carla()
    assert [seen(by, number) for by in (planted.mesa, planted.eva)] == [{"404"}, {"404"}]


def test_why_the_asker_disagrees_is_read_where_the_ask_comes_back(
    clock: Clock, planted: Planted, seen: Callable[..., set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.asked()
    clock.forward(hours=1)
    answer_leg(open_leg_of(planted.case), by=planted.beto, text=WORDS["passed"])
    clock.forward(hours=1)
    dispute_case(planted.case, text=WORDS["second reply"])
    assert seen(planted.beto, 2) == {*ASK, "passed", "second reply"}
    monkeypatch.setitem(TABLE[Part.SAID], Viewer.HAS, Reach.NO)
    assert seen(planted.beto, 2) == ASK


# Members --------------------------------------------------------------------------


def member_page(client: Client, planted: Planted) -> set[str]:
    planted.referral.refresh_from_db()
    return shown(client.get(url("member", planted.referral.pk, member_key(planted.referral))))


def test_a_member_reads_the_ask_and_what_is_written_to_them(client: Client, planted: Planted) -> None:
    planted.at_beto()
    assert member_page(client, planted) == {*ASK, "member", "member address", "member note"}


def test_after_a_no_nothing(client: Client, planted: Planted) -> None:
    planted.at_beto()
    say_no(planted.referral)
    assert member_page(client, planted) == set()


def test_after_a_yes_whom_they_help_and_what_they_gave(client: Client, planted: Planted) -> None:
    planted.with_member()
    assert member_page(client, planted) == {*CHOSEN, "name"}


# The table rules the pages --------------------------------------------------------


@pytest.mark.parametrize("part", ASK_PARTS)
def test_what_the_table_withholds_of_the_ask_is_gone_from_every_page(
    client: Client,
    planted: Planted,
    seen: Callable[..., set[str]],
    monkeypatch: pytest.MonkeyPatch,
    part: Part,
) -> None:
    planted.at_carla()
    for viewer in Viewer:
        monkeypatch.setitem(TABLE[part], viewer, Reach.NO)
    gone = ASK_PARTS[part]
    assert gone not in followed(client, planted)
    assert gone not in seen(planted.carla, 3) | seen(planted.beto, 1) | seen(planted.uma, 2)
    assert ASK - {gone} <= seen(planted.carla, 3)


def test_what_is_wanted_to_know_is_for_who_is_asked(
    planted: Planted, seen: Callable[..., set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.at_uma()
    monkeypatch.setitem(TABLE[Part.OPINIONS], Viewer.ADVISER, Reach.NO)
    assert seen(planted.uma, 2) == {*ASK, *FIRST, "uma's note"}


@pytest.mark.parametrize("part", ASK_PARTS)
def test_and_from_the_page_of_a_member(
    client: Client, planted: Planted, monkeypatch: pytest.MonkeyPatch, part: Part
) -> None:
    planted.at_beto()
    monkeypatch.setitem(TABLE[part], Viewer.MEMBER, Reach.NO)
    assert member_page(client, planted) & ASK == ASK - {ASK_PARTS[part]}


@pytest.mark.parametrize(
    ("part", "gone"),
    [
        (Part.SAID, {*FIRST, "passed"}),
        (Part.STORY, {*FIRST, "passed"}),
        (Part.OPINIONS, {"task", "opinion"}),
        (Part.MEMBERS, CHOSEN),
        (Part.NOTES, {"beto's note"}),
    ],
)
def test_what_it_withholds_of_the_way_is_gone_from_the_page_of_an_office(
    planted: Planted,
    seen: Callable[..., set[str]],
    monkeypatch: pytest.MonkeyPatch,
    part: Part,
    gone: set[str],
) -> None:
    planted.at_carla()
    monkeypatch.setitem(TABLE[part], Viewer.HAD, Reach.NO)
    assert seen(planted.beto, 1) == {*BETO, *CHOSEN, "passed"} - gone


def test_what_it_withholds_from_the_asker_is_gone_from_their_page(
    client: Client, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.at_carla()
    monkeypatch.setitem(TABLE[Part.CHOSEN], Viewer.ASKER, Reach.NO)
    monkeypatch.setitem(TABLE[Part.SAID], Viewer.ASKER, Reach.NO)
    assert followed(client, planted) == {*ASK, "promised"}
