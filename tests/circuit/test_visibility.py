"""The table of who may be shown what, and what one viewer is shown of one case."""

import re
from pathlib import Path

import pytest

from tequio.circuit.actions.answering import decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.opinions import give_opinion
from tequio.circuit.actions.referring import say_no
from tequio.circuit.models import Ask, Event
from tequio.circuit.visibility import (
    NOBODY,
    PARTS,
    PUBLIC,
    TABLE,
    VIEWERS,
    Part,
    Reach,
    Seen,
    Sight,
    Viewer,
    for_asker,
    for_member,
    for_office,
    reach,
    seen,
)
from tests.cast import Cast, open_leg_of
from tests.circuit.opinions import ask as ask_opinion
from tests.circuit.planted import ASK, WORDS, Planted
from tests.conftest import Clock

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "structure.md"


@pytest.fixture
def planted(cast: Cast, clock: Clock) -> Planted:
    return Planted(cast, clock)


# The table ------------------------------------------------------------------------


def test_the_table_says_something_of_every_part_to_every_viewer() -> None:
    assert (set(TABLE), set(PARTS), set(VIEWERS)) == (set(Part), set(Part), set(Viewer))
    assert {part: set(row) for part, row in TABLE.items()} == {part: set(Viewer) for part in Part}


def test_the_public_and_anybody_else_are_shown_nothing_of_a_case() -> None:
    assert {reach(viewer, part) for viewer in (Viewer.PUBLIC, Viewer.NOBODY) for part in Part} == {Reach.NO}
    assert not any(sight.shows(part) for sight in (PUBLIC, NOBODY) for part in Part)
    assert (PUBLIC.ask, NOBODY.files(), NOBODY.file(1)) == (None, [], None)


def test_the_asker_s_address_is_shown_to_nobody_but_the_asker() -> None:
    assert [viewer for viewer in Viewer if reach(viewer, Part.ADDRESS) is not Reach.NO] == [Viewer.ASKER]


def test_notes_opinions_and_members_are_shown_to_their_own_office_alone() -> None:
    own = {reach(viewer, part) for viewer in Viewer for part in (Part.NOTES, Part.OPINIONS, Part.MEMBERS)}
    assert own == {Reach.OWN, Reach.NO}
    assert [viewer for viewer in Viewer if reach(viewer, Part.NOTES) is Reach.OWN] == [
        Viewer.HAS,
        Viewer.HAD,
        Viewer.ADVISER,
        Viewer.COORDINATION,
    ]


def test_files_go_to_nobody_who_may_not_read_the_words() -> None:
    for viewer in Viewer:
        if reach(viewer, Part.FILES) is Reach.ALL:
            assert reach(viewer, Part.WORDS) is Reach.ALL


def drawn() -> list[str]:
    """The table as docs/structure.md has it."""
    head = f"| | {' | '.join(VIEWERS.values())} |"
    rows = [f"| {PARTS[part]} | {' | '.join(TABLE[part].values())} |" for part in Part]
    return [head, "|---" * (len(VIEWERS) + 1) + "|", *rows]


def test_the_document_draws_the_table() -> None:
    found = re.search(r"<!-- visibility -->\n\n(.*?)\n\n<!-- /visibility -->", DOCUMENT.read_text(), re.S)
    assert found, "docs/structure.md has no place for the table"
    assert found.group(1).splitlines() == drawn()


# The ask --------------------------------------------------------------------------


def parts_of(ask: Seen | None) -> dict[str, object]:
    names = (
        "text",
        "name",
        "on_behalf_of",
        "place",
        "school",
        "subject",
        "whereabouts",
        "lead",
        "owed_to",
        "typed",
    )
    return {name: getattr(ask, name) for name in names if getattr(ask, name)}


@pytest.fixture
def ask(cast: Cast) -> Ask:
    return cast.ask(organisation=None, organisation_typed="Telebachillerato", on_behalf_of="Academia")


def test_who_may_read_the_ask_reads_all_of_it(ask: Ask) -> None:
    whole = {
        "text": ask.text,
        "name": "Marta Maestra",
        "on_behalf_of": "Academia",
        "place": "Telebachillerato, Oaxaca",
        "school": "Telebachillerato",
        "whereabouts": "Oaxaca",
        "lead": "Telebachillerato",
        "owed_to": "Academia",
        "typed": True,
    }
    readers = [viewer for viewer in Viewer if reach(viewer, Part.WORDS) is Reach.ALL]
    assert len(readers) == 6
    assert [parts_of(seen(ask, viewer)) for viewer in readers] == [whole] * 6


def test_a_member_who_said_yes_keeps_the_name(ask: Ask) -> None:
    assert parts_of(seen(ask, Viewer.HELPER)) == {
        "name": "Marta Maestra",
        "lead": "Marta Maestra",
        "owed_to": "Marta Maestra",
    }


def test_the_others_read_none_of_it(ask: Ask) -> None:
    assert [parts_of(seen(ask, viewer)) for viewer in (Viewer.PUBLIC, Viewer.NOBODY)] == [{}, {}]


def test_a_template_reaches_no_further_than_what_is_shown(ask: Ask) -> None:
    shown = seen(ask, Viewer.NOBODY)
    assert not {name for name in vars(shown) if not name.startswith("_")}
    assert not hasattr(shown, "address")


# What an office is to a case ------------------------------------------------------


def test_an_office_is_what_it_is_to_the_case_now(planted: Planted) -> None:
    planted.at_beto()
    offices = (planted.beto, planted.carla, planted.uma, planted.mesa, planted.eva)
    assert [for_office(planted.case, each.office).viewer for each in offices] == [
        "has",
        "nobody",
        "adviser",
        "coordination",
        "nobody",
    ]


def test_and_something_else_when_the_ask_has_gone_on(planted: Planted) -> None:
    planted.at_carla()
    planted.case.refresh_from_db()
    offices = (planted.beto, planted.carla, planted.uma, planted.mesa, planted.eva)
    assert [for_office(planted.case, each.office).viewer for each in offices] == [
        "had",
        "has",
        "adviser",
        "coordination",
        "nobody",
    ]


def test_a_member_is_asked_or_helps_or_is_forgotten(planted: Planted) -> None:
    planted.at_beto()
    before = for_member(planted.referral)
    assert (before.viewer, before.ask and before.ask.text) == ("member", WORDS["text"])
    say_no(planted.referral)
    planted.referral.refresh_from_db()
    assert (for_member(planted.referral).viewer, parts_of(for_member(planted.referral).ask)) == ("nobody", {})


def told(planted: Planted, sight: Sight) -> list[str]:
    events = planted.case.events.select_related("leg").order_by("pk")
    return [event.kind for event in events if sight.tells(event)]


def said(planted: Planted, sight: Sight) -> set[str]:
    texts = {words: name for name, words in WORDS.items()}
    return {
        texts[sight.says(event)] for event in planted.case.events.select_related("leg") if sight.says(event)
    }


def test_the_words_said_on_the_way(planted: Planted) -> None:
    planted.at_carla()
    planted.case.refresh_from_db()
    first, second = {"question", "reply"}, {"second question", "second reply", "promised"}
    assert said(planted, for_asker(planted.case)) == first | second | {"passed"}
    assert said(planted, for_office(planted.case, planted.carla.office)) == first | second | {"passed"}
    assert said(planted, for_office(planted.case, planted.beto.office)) == first | {"passed"}
    assert said(planted, for_office(planted.case, planted.uma.office)) == first | {"opinion"}
    for office in (planted.mesa.office, planted.eva.office):
        assert said(planted, for_office(planted.case, office)) == set()
    for sight in (PUBLIC, NOBODY, for_member(planted.referral)):
        assert said(planted, sight) == set()


def test_the_story_ends_where_the_ask_left_the_office(planted: Planted) -> None:
    planted.at_carla()
    planted.case.refresh_from_db()
    assert told(planted, for_office(planted.case, planted.beto.office)) == [
        "leg-opened",
        "question",
        "reply",
        "opinion-asked",
        "opinions",
        "opinion",
        "member",
        "passed-on",
    ]
    assert told(planted, for_office(planted.case, planted.uma.office)) == [
        "leg-opened",
        "question",
        "reply",
        "opinion-asked",
        "opinions",
        "opinion",
    ]
    assert told(planted, for_office(planted.case, planted.eva.office)) == []


def test_what_is_said_at_an_office_after_the_ask_came_back_to_it_is_not_for_the_one_that_lost_it(
    cast: Cast, clock: Clock, planted: Planted
) -> None:
    planted.asked()
    clock.forward(hours=1)
    leg = open_leg_of(planted.case)
    pass_on_leg(leg, by=planted.beto, to=planted.carla.office, reason="other", text="A Madrid.")
    clock.forward(hours=1)
    undo_answer(leg, by=planted.beto)
    clock.forward(hours=1)
    decline_leg(open_leg_of(planted.case), by=planted.beto, reason="other", text="Al fin no.")
    planted.case.refresh_from_db()
    madrid = for_office(planted.case, planted.carla.office)
    events = list(planted.case.events.select_related("leg").order_by("pk"))
    assert [madrid.says(event) for event in events if madrid.says(event)] == ["A Madrid."]
    assert [event.kind for event in events if madrid.tells(event)] == [
        "leg-opened",
        "passed-on",
        "leg-opened",
    ]


def test_an_adviser_whose_opinion_came_too_late_does_not_read_the_answer(
    clock: Clock, planted: Planted
) -> None:
    planted.asked()
    clock.forward(hours=1)
    leg = open_leg_of(planted.case)
    ask_opinion(leg, planted.beto, planted.uma)
    clock.forward(hours=1)
    decline_leg(leg, by=planted.beto, reason="other", text="Sin esperar.")
    planted.case.refresh_from_db()
    uma = for_office(planted.case, planted.uma.office)
    assert [event.kind for event in planted.case.events.select_related("leg") if uma.tells(event)] == [
        "leg-opened",
        "opinion-asked",
        "opinions",
    ]


def test_an_opinion_is_read_by_who_gave_it_and_by_who_asked(clock: Clock, planted: Planted) -> None:
    planted.asked()
    clock.forward(hours=1)
    leg = open_leg_of(planted.case)
    first, second = ask_opinion(leg, planted.beto, planted.uma, planted.carla)
    give_opinion(first, by=planted.uma, text="Sí.")
    readers = (planted.beto, planted.uma, planted.carla, planted.mesa, planted.eva)
    sights = [for_office(planted.case, each.office) for each in readers]
    assert [sight.opinions(first) for sight in sights] == [True, True, False, False, False]
    assert [sight.opinions(second) for sight in sights] == [True, False, True, False, False]
    event = Event.objects.select_related("leg").get(kind="opinion")
    assert [sight.says(event) for sight in sights] == ["", "Sí.", "", "", ""]


def test_the_words_of_the_ask_are_planted_whole(planted: Planted) -> None:
    planted.at_carla()
    assert {WORDS[name] for name in ASK} == {
        planted.case.ask.text,
        planted.case.ask.name,
        planted.case.ask.on_behalf_of,
        planted.case.ask.organisation_typed,
    }
