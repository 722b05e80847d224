"""A desk by the link of a letter: one ask, its answers, without signing in."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.circuit import links
from tequio.circuit.actions.answering import ask_more, pass_on_leg
from tequio.circuit.actions.asker import reply_to_question, withdraw_case
from tequio.circuit.models import Case, Commitment, Event, Leg
from tequio.kernel.ids import key_for
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, path_in, work
from tests.circuit.desks import accept, fields, outcome, url
from tests.circuit.reading import words
from tests.conftest import Clock


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg()


@pytest.fixture
def path(leg: Leg) -> str:
    """The link in Beto's letter, in English."""
    return path_in(letters("leg_new", "beto@example.org")[0])


def test_the_link_of_the_letter_shows_the_ask_and_changes_nothing(
    client: Client, leg: Leg, path: str
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    shown = words(page)
    for part in ("Una charla sobre vacunas", "Marta Maestra", "Preparatoria Número 5 (en), Oaxaca"):
        assert part in shown
    assert "Your answer is due by Dec. 3, 2026, end of the day in Berlin." in shown
    assert "has promised to answer asks of this kind within 8 working days" in shown
    assert "marta@example.net" not in page.content.decode()
    written = [query["sql"] for query in queries if not query["sql"].startswith(("SELECT", "DECLARE"))]
    assert [sql for sql in written if "SAVEPOINT" not in sql] == []
    assert outcome(leg) == ""


def test_pages_of_a_desk_are_kept_by_nobody(client: Client, path: str) -> None:
    page = client.get(path)
    assert page["Cache-Control"] == "no-store, private"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (accept(), "accepted"),
        (fields("decline", reason="full"), "declined"),
        (fields("decline", reason="other", text="No tenemos a nadie este mes."), "declined"),
        (fields("question", question="¿Para qué grado?"), ""),
    ],
)
def test_an_answer_is_one_post_without_signing_in(
    client: Client, leg: Leg, path: str, given: dict[str, Any], expected: str
) -> None:
    sent = client.post(path, given)
    assert (sent.status_code, sent["Location"]) == (302, path)
    assert outcome(leg) == expected
    assert "sessionid" not in client.cookies


def test_passing_on_offers_the_offices_that_promised_and_the_coordinating_one(
    client: Client, cast: Cast, leg: Leg, path: str
) -> None:
    cast.promise(cast.hold("chapter-madrid", "Carla"))
    cast.promise(cast.hold("embassy-de", "Dora"), "consular-support")
    offered = re.findall(r'<option value="(\d+)"', client.get(path).content.decode())
    assert {int(each) for each in offered} == {cast.office("chapter-madrid").pk, cast.desk.pk}
    client.post(path, fields("pass-on", to=cast.office("chapter-madrid").pk, reason="full"))
    assert outcome(leg) == "passed-on"
    assert open_leg_of(leg.case).owner == cast.office("chapter-madrid")
    assert "You passed it on. It is with Head office, Capítulo Madrid (en) now." in words(client.get(path))


def test_an_office_that_promised_nothing_is_not_offered_and_not_taken(
    client: Client, cast: Cast, leg: Leg, path: str
) -> None:
    page = client.post(path, fields("pass-on", to=cast.office("embassy-de").pk, reason="full"))
    assert page.status_code == 200
    assert "Nothing was sent yet. What you wrote is kept." in words(page)
    assert outcome(leg) == ""


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (accept(what=""), "accept-what"),
        (accept(due_on="soon"), "accept-due_on"),
        (accept(due_on="2026-11-01"), "accept-due_on"),
        (accept(due_on="2028-11-01"), "accept-due_on"),
        (fields("decline"), "decline-reason"),
        (fields("decline", reason="other", text=" "), "decline-text"),
        (fields("decline", reason="no-such-reason"), "decline-reason"),
        (fields("pass-on", reason="full"), "pass-on-to"),
        (fields("question", question="  "), "question-question"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(
    client: Client, leg: Leg, path: str, given: dict[str, Any], named: str
) -> None:
    page = client.post(path, given)
    shown = page.content.decode()
    assert page.status_code == 200
    assert [each for each in re.findall(r'id="id_([\w-]+)_error"', shown) if each != "reason"] == [named]
    assert shown.count('<details name="answer" open>') == 1
    assert outcome(leg) == ""


def test_words_are_kept_when_the_day_is_missing(client: Client, path: str) -> None:
    page = client.post(path, accept(what="Llevamos un telescopio", due_on=""))
    assert "Llevamos un telescopio" in page.content.decode()


def test_the_same_form_sent_twice_answers_once(client: Client, leg: Leg, path: str) -> None:
    for _ in range(2):
        assert client.post(path, accept()).status_code == 302
    assert Commitment.objects.count() == 1
    assert Event.objects.filter(kind="accepted").count() == 1
    assert "Not done." not in words(client.get(path))


def test_a_second_answer_is_refused_in_words(client: Client, leg: Leg, path: str) -> None:
    client.post(path, accept())
    page = client.post(path, fields("decline", "key-two", reason="full"), follow=True)
    assert "This ask has already left your office." in words(page)
    assert outcome(leg) == "accepted"


def test_an_accepted_ask_says_what_was_promised_and_can_be_taken_back_for_a_day(
    client: Client, clock: Clock, leg: Leg, path: str
) -> None:
    client.post(path, accept())
    shown = words(client.get(path))
    assert "You accepted it." in shown
    assert "promised, by Dec. 10, 2026 El martes a las nueve, por video." in shown
    clock.forward(hours=23)
    assert client.post(path, {"act": "undo"}).status_code == 302
    assert outcome(leg) == ""
    shown = words(client.get(path))
    assert "Your answer is due by Dec. 3, 2026, end of the day in Berlin." in shown
    assert "Take my answer back" not in shown


def test_after_a_day_it_can_no_longer_be_taken_back(
    client: Client, clock: Clock, leg: Leg, path: str
) -> None:
    client.post(path, accept())
    clock.forward(hours=25)
    assert "Take my answer back" not in words(client.get(path))
    page = client.post(path, {"act": "undo"}, follow=True)
    assert "It can no longer be taken back" in words(page)
    assert outcome(leg) == "accepted"


def test_a_late_desk_reads_that_it_is_late(client: Client, clock: Clock, path: str) -> None:
    clock.forward(days=11)
    assert "Your answer was due by Dec. 3, 2026, end of the day in Berlin. Late" in words(client.get(path))


def test_a_waiting_desk_reads_for_whom_it_waits(client: Client, leg: Leg, path: str) -> None:
    client.post(path, fields("question", question="¿Para qué grado?"))
    shown = words(client.get(path))
    assert "You wait for the asker, until Nov. 30, 2026, end of the day in Mexico City." in shown
    reply_to_question(Case.objects.get(), "Para cuarto")
    assert "Para cuarto" in words(client.get(path))


def test_an_ask_that_moved_on_is_said_in_words(client: Client, clock: Clock, leg: Leg, path: str) -> None:
    clock.forward(days=16)
    work()
    shown = words(client.get(path))
    assert "Your date passed without an answer, so it moved on." in shown
    assert "Your answer Accept" not in shown


def test_a_withdrawn_ask_is_said_in_words(client: Client, leg: Leg, path: str) -> None:
    withdraw_case(leg.case)
    assert "The asker withdrew it. You owe nothing." in words(client.get(path))


def test_an_office_that_passed_it_on_reads_nothing_of_what_is_said_later(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, path: str
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    following = pass_on_leg(leg, by=beto, to=carla.office, reason="full", text="Ustedes saben más")
    ask_more(following, by=carla, question="¿Pueden en enero?")
    reply_to_question(leg.case, "Sí, en enero")
    shown = words(client.get(path))
    assert "Ustedes saben más" in shown
    assert ("en enero" in shown, "¿Pueden" in shown) == (False, False)


@pytest.mark.parametrize("change", ["key", "number", "ref", "mandate"])
def test_a_wrong_link_finds_nothing(client: Client, leg: Leg, beto: Mandate, change: str) -> None:
    args = {"ref": leg.case.ref, "number": 1, "mandate": beto.pk, "key": links.leg_key(leg, beto)}
    wrong = {"key": key_for("x"), "number": 2, "ref": "mx-zzzzzzzz", "mandate": beto.pk + 1}
    args[change] = wrong[change]
    address = url("leg_link", *args.values())
    assert {client.get(address).status_code, client.post(address, accept()).status_code} == {404}


def test_a_raised_version_kills_the_link(client: Client, leg: Leg, path: str) -> None:
    Leg.objects.filter(pk=leg.pk).update(link_version=leg.link_version + 1)
    assert client.get(path).status_code == 404


def test_the_link_dies_with_the_mandate(client: Client, beto: Mandate, leg: Leg, path: str) -> None:
    end_mandate(beto, by=beto)
    assert client.get(path).status_code == 404
    assert client.post(path, accept()).status_code == 404
    assert outcome(leg) != "accepted"


def test_two_deputies_of_a_vacant_office_have_a_link_each(client: Client, cast: Cast, beto: Mandate) -> None:
    for name in ("Dana", "Elsa"):
        cast.hold(beto.office, name, role=Role.DEPUTY, language="en")
    end_mandate(beto, by=beto)
    leg = cast.leg()
    paths = [path_in(letters("leg_new", f"{name}@example.org")[0]) for name in ("dana", "elsa")]
    assert len(set(paths)) == 2
    assert [client.get(path).status_code for path in paths] == [200, 200]
    client.post(paths[0], accept())
    assert outcome(leg) == "accepted"
    assert "You accepted it." in words(client.get(paths[1]))


def test_only_get_and_post_are_known(client: Client, path: str) -> None:
    assert [client.generic(method, path).status_code for method in ("PUT", "PATCH", "DELETE", "OPTIONS")] == [
        405
    ] * 4
