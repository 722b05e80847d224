"""Lists, books and public pages, by each viewer: exactly what the table says stands there, and no other word."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import LocalePrefixPattern, get_resolver, reverse
from django.utils import translation

from tequio.circuit.actions.answering import pass_on_leg
from tequio.circuit.actions.muting import mute_topic
from tequio.circuit.models import HandoverBook, Leg
from tequio.circuit.visibility import TABLE, Part, Reach, Viewer
from tequio.journal.models import Entry
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Organisation
from tests.cast import Cast, open_leg_of
from tests.circuit.desks import accept, signed, url
from tests.circuit.planted import ASK, WORDS, Planted, shown
from tests.conftest import Clock

ASK_PARTS = {Part.WORDS: "text", Part.NAME: "name", Part.BEHALF: "behalf", Part.PLACE: "typed"}
NAMES = {"beto": "chapter-berlin", "carla": "chapter-madrid", "uma": "university-oaxaca", "mesa": "mesa"}


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def planted(cast: Cast, clock: Clock) -> Planted:
    return Planted(cast, clock)


def read(client: Client, cast: Cast, by: Mandate, name: str, *args: object, query: str = "") -> set[str]:
    """What an office's person reads on a page; `office` among the arguments stands for their own."""
    who = by.person.account.email.partition("@")[0].title()
    given = [by.office_id if arg == "office" else arg for arg in args]
    response = signed(client, cast, who).get(url(name, *given) + query)
    return shown(response) if response.status_code == 200 else {str(response.status_code)}


# The desk -------------------------------------------------------------------------


def test_the_inbox_shows_the_ask_to_whom_it_waits_for(client: Client, cast: Cast, planted: Planted) -> None:
    planted.at_uma()
    row = {"text", "name", "typed"}
    assert {
        name: read(client, cast, getattr(planted, name), "desk_office", "office")
        for name in ("beto", "uma", "carla", "mesa", "eva")
    } == {"beto": row, "uma": row, "carla": set(), "mesa": set(), "eva": set()}


def test_what_was_answered_and_promised_is_named_on_the_desk(
    client: Client, cast: Cast, planted: Planted
) -> None:
    planted.at_carla()
    assert {
        name: read(client, cast, getattr(planted, name), "desk_office", "office")
        for name in ("beto", "uma", "carla", "mesa", "eva")
    } == {"beto": {"typed"}, "uma": {"typed"}, "carla": {"typed", "promised"}, "mesa": set(), "eva": set()}


def test_several_asks_at_once(client: Client, cast: Cast, planted: Planted) -> None:
    leg = Leg.objects.get(case=planted.asked().case)
    chosen = f"?leg={leg.pk}"
    assert read(client, cast, planted.beto, "desk_bulk", query=chosen) == {"name", "typed"}
    assert read(client, cast, planted.carla, "desk_bulk", query=chosen) == {"404"}
    signed(client, cast, "Beto")
    given = {**accept(), "leg": leg.pk}
    assert shown(client.post(url("desk_bulk"), given)) == {"name", "typed"}
    assert shown(client.post(url("desk_bulk"), {**given, "send": "yes"})) == {"name", "typed"}


def test_notes_are_listed_to_their_own_office(client: Client, cast: Cast, planted: Planted) -> None:
    planted.at_carla()
    assert {
        name: read(client, cast, getattr(planted, name), "notes", "office")
        for name in ("beto", "uma", "carla", "mesa", "eva")
    } == {
        "beto": {"beto's note", "typed"},
        "uma": {"uma's note", "typed"},
        "carla": {"carla's note", "typed"},
        "mesa": set(),
        "eva": set(),
    }


def test_what_is_owed_is_listed_to_who_owes_it(client: Client, cast: Cast, planted: Planted) -> None:
    planted.at_carla()
    commitment = planted.case.commitments.get()
    for name in ("beto", "uma", "carla", "mesa", "eva"):
        by = getattr(planted, name)
        listed = read(client, cast, by, "owed", "office"), read(client, cast, by, "me_owed")
        one = read(client, cast, by, "owed_one", "office", commitment.pk)
        if name == "carla":
            assert (listed, one) == (({"behalf", "promised"},) * 2, {"name", "behalf", "promised"})
        else:
            assert (listed, one) == ((set(), set()), {"404"})


def test_what_is_owed_to_an_asker_is_listed_to_nobody_of_another_address(
    client: Client, cast: Cast, planted: Planted
) -> None:
    planted.at_carla()
    assert shown(signed(client, cast, "Nadia").get(url("me_owed"))) == set()


def test_what_is_muted_names_the_kind_alone(client: Client, cast: Cast, planted: Planted) -> None:
    planted.at_carla()
    mute_topic(planted.case.ref, by=planted.beto)
    assert read(client, cast, planted.beto, "mutes", "office") == set()


def test_a_gap_is_named_to_the_coordinating_office(client: Client, cast: Cast, planted: Planted) -> None:
    fields: dict[str, Any] = {"name": WORDS["name"], "text": WORDS["text"], "on_behalf_of": WORDS["behalf"]}
    cast.case("counterpart", organisation_typed=WORDS["typed"], **fields)
    assert read(client, cast, planted.mesa, "coordination") == {"typed"}
    assert read(client, cast, planted.beto, "coordination") == {"404"}


def test_a_twin_is_shown_to_who_may_see_it(client: Client, cast: Cast, planted: Planted) -> None:
    planted.asked()
    other = cast.case("expert", text="Otra cosa", name="M.", address=WORDS["address"], on_behalf_of="G.")
    leg, merge = ("leg", "office", other.ref, 1), f"?merge={planted.case.ref}"
    assert read(client, cast, planted.beto, *leg) == {"typed"}
    assert read(client, cast, planted.beto, *leg, query=merge) == {"text", "typed", "name", "behalf"}


def test_a_twin_is_shown_to_coordination_and_to_no_office_that_never_had_it(
    client: Client, cast: Cast, planted: Planted
) -> None:
    planted.asked()
    second = cast.case("expert", text="Otra cosa", name="M.", address=WORDS["address"], on_behalf_of="G.")
    third = cast.case("expert", text="Otra más", name="M.", address=WORDS["address"], on_behalf_of="G.")
    for case, by in ((second, planted.carla), (third, planted.mesa)):
        pass_on_leg(open_leg_of(case), by=planted.beto, to=by.office, reason="full")
    assert read(client, cast, planted.carla, "leg", "office", second.ref, 2) == set()
    assert read(client, cast, planted.mesa, "leg", "office", third.ref, 2) == {"typed"}


# Hand-over books ------------------------------------------------------------------


def books(planted: Planted, name: str) -> set[str]:
    book = HandoverBook.objects.get(office=getattr(planted, name).office)
    return shown(json.dumps([book.content, book.learnt], ensure_ascii=False))


@pytest.mark.parametrize(("name", "words"), [("beto", {"behalf", "typed"}), ("uma", {"behalf", "typed"})])
def test_a_book_names_open_asks_without_the_words(
    client: Client, cast: Cast, planted: Planted, name: str, words: set[str]
) -> None:
    planted.at_uma()
    mandate = getattr(planted, name)
    end_mandate(mandate, by=mandate)
    after = cast.hold(NAMES[name], "Vera")
    book = HandoverBook.objects.get(office=mandate.office)
    assert books(planted, name) == words
    assert read(client, cast, after, "book", "office", book.pk) == words
    assert read(client, cast, planted.mesa, "book", mandate.office_id, book.pk) == {"404"}


def test_a_book_holds_what_the_office_has_promised(client: Client, cast: Cast, planted: Planted) -> None:
    planted.at_carla()
    end_mandate(planted.carla, by=planted.carla)
    assert books(planted, "carla") == {"behalf", "typed", "promised"}
    book = HandoverBook.objects.get(office=planted.carla.office)
    assert read(client, cast, planted.mesa, "book", planted.carla.office_id, book.pk) == set()


# The table rules the lists --------------------------------------------------------


@pytest.mark.parametrize("part", ASK_PARTS)
def test_what_the_table_withholds_is_gone_from_every_list(
    client: Client, cast: Cast, planted: Planted, monkeypatch: pytest.MonkeyPatch, part: Part
) -> None:
    planted.at_carla()
    second = cast.case(
        "expert",
        text=WORDS["text"],
        name=WORDS["name"],
        on_behalf_of=WORDS["behalf"],
        organisation_typed=WORDS["typed"],
    )
    for viewer in Viewer:
        monkeypatch.setitem(TABLE[part], viewer, Reach.NO)
    leg = Leg.objects.get(case=second)
    pages: list[tuple[Any, ...]] = [
        (planted.beto, "desk_office", "office"),
        (planted.carla, "desk_office", "office"),
        (planted.beto, "notes", "office"),
        (planted.carla, "owed", "office"),
        (planted.carla, "me_owed"),
        (planted.carla, "owed_one", "office", planted.case.commitments.get().pk),
    ]
    found = [read(client, cast, *page) for page in pages]
    found.append(read(client, cast, planted.beto, "desk_bulk", query=f"?leg={leg.pk}"))
    end_mandate(planted.carla, by=planted.carla)
    found.append(books(planted, "carla"))
    assert [ASK_PARTS[part] in words for words in found] == [False] * 8
    assert set().union(*found) & ASK == ASK - {ASK_PARTS[part]}


# The public -----------------------------------------------------------------------


def public_paths() -> list[str]:
    """Every page without parameters, in either language, and those of the organisations that took part."""
    spoken = next(
        each for each in get_resolver().url_patterns if isinstance(each.pattern, LocalePrefixPattern)
    )
    patterns = [each for each in spoken.url_patterns if hasattr(each, "url_patterns")]
    names = {
        pattern.name for each in patterns for pattern in each.url_patterns if "<" not in str(pattern.pattern)
    }
    paths = []
    for language in ("es", "en"):
        with translation.override(language):
            paths += [reverse(name) for name in sorted(filter(None, names))]
            paths += [reverse("organisation", args=[each.slug]) for each in Organisation.objects.all()]
            paths += [reverse("entry_point", args=[slug]) for slug in ("chapter-berlin", "chapter-madrid")]
    return paths


def test_the_public_is_shown_no_word_anywhere(client: Client, planted: Planted) -> None:
    planted.at_carla()
    paths = public_paths()
    assert {"/ledger/", "/ledger.csv", "/commitments.csv", "/", "/en/organisations/"} <= set(paths)
    answers = {path: client.get(path) for path in paths}
    assert {path: shown(answer) for path, answer in answers.items() if shown(answer)} == {}
    assert sum(answer.status_code == 200 for answer in answers.values()) > 40


@pytest.mark.parametrize("name", WORDS)
def test_searching_for_a_word_finds_nothing(client: Client, planted: Planted, name: str) -> None:
    planted.asked()
    page = client.get(f"/en/organisations/?words={quote(WORDS[name])}")
    assert shown(page) <= {name}
    assert list(page.context["page"]) == []


def test_the_public_facts_of_the_journal_hold_none(planted: Planted) -> None:
    planted.at_carla()
    facts = Entry.objects.values_list("facts", "office", "reference", "kind")
    assert shown(json.dumps([list(each) for each in facts], ensure_ascii=False)) == set()
