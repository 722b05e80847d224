"""Letters and digests, by whoever gets them: exactly what the table says stands in them, and no other word."""

import pytest
from django.utils import translation

from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.referring import say_no
from tequio.circuit.visibility import TABLE, Part, Reach, Viewer
from tequio.notices.models import Letter
from tests.cast import Cast, work
from tests.circuit.planted import ASK, CHOSEN, FIRST, LATER, WORDS, Planted, shown
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def planted(cast: Cast, clock: Clock) -> Planted:
    return Planted(cast, clock)


def in_letters(address: str, *templates: str) -> set[str]:
    """What stands in the letters to an address so far, in either of their forms."""
    found = Letter.objects.filter(address=address)
    found = found.filter(template__in=templates) if templates else found
    texts = [f"{each.subject} {each.text} {each.html}" for each in found]
    quoted = " ".join(texts).replace("\n> ", " ").replace("&#x27;", "'")
    return shown(quoted)


def digests_of(clock: Clock, days: int) -> dict[str, set[str]]:
    """What stands in the digests of so many days, by reader; a letter is read before it is sent and erased."""
    found: dict[str, set[str]] = nothing()
    for _ in range(days * 4):
        clock.forward(hours=6)
        work()
        for who, address in PEOPLE.items():
            found[who] |= in_letters(address, "digest", "desk_late")
    return found


PEOPLE = {
    "asker": WORDS["address"],
    "member": WORDS["member address"],
    **{name: f"{name}@example.org" for name in ("beto", "carla", "uma", "mesa", "eva")},
}


def nothing() -> dict[str, set[str]]:
    return {who: set() for who in PEOPLE}


def test_each_letter_holds_what_is_for_its_reader(planted: Planted, clock: Clock) -> None:
    planted.at_carla()
    report_outcome(planted.case, happened=True, text="Salió muy bien")
    assert {who: in_letters(address) for who, address in PEOPLE.items()} == {
        "asker": {"question", "passed", "second question", "promised", *CHOSEN},
        "member": set(),
        "beto": {*ASK, "reply"},
        "uma": {*ASK, "task"},
        "carla": {*ASK, "passed", "second reply"},
        "mesa": set(),
        "eva": set(),
    }


def test_the_letter_to_a_member_holds_the_ask_and_is_erased_with_the_answer(planted: Planted) -> None:
    planted.at_beto()
    assert in_letters(PEOPLE["member"]) == {*ASK, "member", "member note"}
    say_no(planted.referral)
    assert in_letters("") == set()


def test_a_digest_names_the_ask_and_repeats_no_word(planted: Planted, clock: Clock) -> None:
    planted.at_carla()
    report_outcome(planted.case, happened=True, text="Salió muy bien")
    assert digests_of(clock, 3) == nothing()
    told = set(Letter.objects.filter(template="digest").values_list("address", flat=True))
    assert told == {"beto@example.org", "uma@example.org", "carla@example.org"}


def test_a_digest_names_who_waits_to_the_office_that_owes_the_answer(planted: Planted, clock: Clock) -> None:
    planted.at_uma()
    written = digests_of(clock, 12)
    assert written == {**nothing(), "beto": {"name"}, "uma": {"name"}}


def test_what_an_office_promised_stands_in_its_own_digest_alone(planted: Planted, clock: Clock) -> None:
    planted.at_carla()
    assert digests_of(clock, 20) == {**nothing(), "carla": {"promised"}}


@pytest.mark.parametrize(
    ("part", "gone"),
    [(Part.WORDS, "text"), (Part.NAME, "name"), (Part.BEHALF, "behalf"), (Part.PLACE, "typed")],
)
def test_the_table_rules_the_letters(
    planted: Planted, monkeypatch: pytest.MonkeyPatch, part: Part, gone: str
) -> None:
    for viewer in Viewer:
        monkeypatch.setitem(TABLE[part], viewer, Reach.NO)
    planted.at_beto()
    written = {who: in_letters(address) & ASK for who, address in PEOPLE.items() if who != "asker"}
    rest = ASK - {gone}
    assert written == {"beto": rest, "uma": rest, "member": rest, "carla": set(), "mesa": set(), "eva": set()}


def test_it_rules_the_words_said_on_the_way(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE[Part.SAID], Viewer.ASKER, Reach.NO)
    monkeypatch.setitem(TABLE[Part.SAID], Viewer.HAS, Reach.NO)
    planted.at_beto()
    assert in_letters(PEOPLE["asker"]) & {*FIRST, *LATER} == set()
    assert in_letters(PEOPLE["beto"]) == ASK


def test_it_rules_the_digest(planted: Planted, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.at_uma()
    monkeypatch.setitem(TABLE[Part.NAME], Viewer.HAS, Reach.NO)
    assert digests_of(clock, 12) == {**nothing(), "uma": {"name"}}
