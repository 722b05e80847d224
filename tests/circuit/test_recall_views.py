"""The page of an asker who is asked again, their own page after it, and the counts; the office sees no difference."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.recalling import say_again
from tequio.circuit.links import case_key, follow_mute_link, leg_link, recall_key
from tequio.circuit.models import DigestLine, Event, Recall
from tequio.circuit.queries.recalls import Recalls
from tequio.journal.models import Entry
from tequio.network.models import Mandate
from tests.cast import Cast, letters, path_in
from tests.circuit.again import draw, ended, ended_many, recalls, say, there, words_stand
from tests.circuit.desks import url
from tests.circuit.follows import page
from tests.circuit.month import berlins_promise
from tests.circuit.reading import heading, words
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def recall(cast: Cast, berlin: Mandate, clock: Clock) -> Recall:
    """Drawn on the first of January 2027."""
    ended(cast, berlin, language="en")
    draw(clock)
    return recalls()[0]


def test_the_letter_asks_once_and_leads_to_the_question_alone(recall: Recall) -> None:
    (letter,) = letters("asker_recall")
    case = recall.case
    assert (letter.subject, letter.address) == (f"{case}: Did it take place?", case.ask.address)
    assert path_in(letter) == f"/en/again/{recall.pk}/{recall_key(recall)}/"
    text = " ".join(letter.text.split())
    assert "On Nov. 23, 2026 you asked here: Ask school-talk." in text
    assert "There is time until Jan. 30, 2027." in text
    assert [case_key(case) in line for line in letter.text.splitlines() if "://" in line] == [False, True]
    assert follow_mute_link(case) in letter.text


def test_looking_changes_nothing_and_the_page_signs_nobody_in(client: Client, recall: Recall) -> None:
    entries = Entry.objects.count()
    for _ in range(2):
        response = client.get(there(recall))
    seen = words(response)
    assert heading(response) == "Did it take place?"
    assert "You asked on Nov. 23, 2026" in seen
    assert re.findall(r'name="word" value="([^"]*)"', response.content.decode()) == [
        "happened", "in-part", "not",
    ]  # fmt: skip
    assert (Recall.objects.get().word, Entry.objects.count(), client.cookies.get("sessionid")) == (
        "", entries, None,
    )  # fmt: skip
    assert response.headers["Cache-Control"] == "no-store, private"
    assert [part in seen for part in (recall.case.ask.text, recall.case.ask.name)] == [False, False]
    assert case_key(recall.case) not in response.content.decode()


def test_a_post_of_a_choice_says_it_thanks_and_lets_it_be_changed(client: Client, recall: Recall) -> None:
    response = client.post(there(recall), {"word": "in-part"}, follow=True)
    assert heading(response) == "Thank you for your word"
    assert "Did it take place? You said: In part" in words(response)
    assert "Change it, until Jan. 30, 2027" in words(response)
    client.post(there(recall), {"word": "not"})
    assert Recall.objects.get().word == "not"


@pytest.mark.parametrize("word", ["", "perhaps"])
def test_a_choice_that_is_none_is_said_to_be_none(client: Client, recall: Recall, word: str) -> None:
    response = client.post(there(recall), {"word": word})
    assert (response.status_code, Recall.objects.get().word) == (200, "")
    assert "Not done. Choose one of the answers." in words(response)


def test_when_the_days_are_over_the_page_says_so(client: Client, clock: Clock, recall: Recall) -> None:
    say_again(recall, "happened")
    clock.forward(days=30)
    response = client.post(there(recall), {"word": "not"})
    assert "The days to say it are over" in words(response)
    assert (Recall.objects.get().word, 'name="word"' in response.content.decode()) == ("happened", False)


def test_a_wrong_key_a_missing_recall_and_an_erased_ask_are_the_same(client: Client, recall: Recall) -> None:
    right, address = recall_key(recall), there(recall)
    found = [
        client.get(url("recall", pk, key)).status_code
        for pk, key in ((recall.pk, "x" * len(right)), (9999, right), (recall.pk, case_key(recall.case)))
    ]
    erase_case(recall.case)
    assert [*found, client.get(address).status_code, client.post(address, {"word": "not"}).status_code] == [
        404, 404, 404, 404, 404,
    ]  # fmt: skip
    assert Recall.objects.get().word == ""


def test_the_asker_s_own_page_says_what_they_said(client: Client, recall: Recall) -> None:
    before = words(client.get(page(recall.case)))
    say_again(recall, "in-part")
    after = words(client.get(page(recall.case)))
    assert ("Asked again" in before, "Asked again, you said In part" in after) == (False, True)


# The office ------------------------------------------------------------------------------


def bodies(client: Client, cast: Cast, berlin: Mandate) -> dict[str, str]:
    """Every page on which an office, the coordinating one or anybody could look for it, without what each visit makes
    anew and without how long the journal is.
    """
    case, office = recalls()[0].case, berlin.office_id
    at_office = ("desk_office", "owed", "notes", "books", "office_mail", "promises")
    beto = [
        path_in(leg_link(case.legs.get(number=1), berlin)),
        url("leg", office, case.ref, 1),
        *(url(name, office) for name in at_office),
        f"{url('desk_office', office)}?tab=other",
        url("entry_point", berlin.office.entry_point.slug),
        *(url(name) for name in ("ledger", "ledger_csv", "ledger_atom", "commitments")),
    ]
    carla = [url("coordination"), url("desk_office", cast.desk.pk)]
    found = {}
    for name, addresses in (("Beto", beto), ("Carla", carla)):
        client.force_login(cast.account(name))
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200, address
            varies = r'(nonce|value)="[^"]{32,}"|nonce-[^\']+|up to entry [\d,]+|,\d+,http'
            found[address] = re.sub(varies, "", response.content.decode())
    return found


def test_whatever_is_said_the_office_sees_the_same(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 6)
    draw(clock)
    lines, events = DigestLine.objects.count(), Event.objects.count()
    silent = bodies(client, cast, berlin)
    say("happened", "happened", "happened", "happened", "happened")
    yes = bodies(client, cast, berlin)
    for recall in recalls()[:5]:
        say_again(recall, "not")
    no = bodies(client, cast, berlin)
    assert silent == yes == no
    assert len(silent) == 16
    words_stand(clock)
    assert (DigestLine.objects.count(), Event.objects.count()) == (lines, events)
    assert {letter.template for letter in letters() if letter.created_at >= recalls()[0].drawn_at} == {
        "asker_recall"
    }


# The counts ------------------------------------------------------------------------------


def shown(figures: Recalls) -> str:
    body = render_to_string("circuit/recalls.html", {"recalls": figures})
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_counts_stand_beside_those_of_the_record_with_their_denominators() -> None:
    few = Recalls(drawn=6, answered=5, counted=5, happened=2, in_part=1, not_happened=2, told=4, confirmed=1)
    assert shown(few).startswith(
        "Asked again, weeks later 5 of 6 have answered, of those drawn by lot "
        "5 of 5 answered or done, by the record 4 by the office's word, 1 by the asker's too "
        "2 of 5 happened, by the same askers 1 of 5 happened in part 2 of 5 did not happen What askers said"
    )
    assert "%" not in shown(few)


def test_an_interval_is_shown_from_ten_on() -> None:
    ten = Recalls(drawn=20, answered=10, counted=10, happened=3, in_part=2, not_happened=5, told=8)
    assert "3 of 10 happened, by the same askers 11 to 60 % (95 % interval)" in shown(ten)


def test_below_five_only_how_many_answered_is_shown() -> None:
    assert shown(Recalls(drawn=4, answered=4)).startswith(
        "Asked again, weeks later 4 of 4 have answered, of those drawn by lot What askers said is counted"
    )
    assert shown(Recalls()) == ""
