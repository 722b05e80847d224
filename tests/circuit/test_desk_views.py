"""The desk in the browser: by the link of a letter, and signed in."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tequio.circuit import access, links
from tequio.circuit.actions.answering import accept_leg, ask_more, pass_on_leg
from tequio.circuit.actions.asker import reply_to_question, withdraw_case
from tequio.circuit.models import Case, Commitment, Event, Leg
from tequio.kernel.ids import key_for
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, path_in, work
from tests.conftest import Clock


def fields(act: str, key: str = "key-one", **given: Any) -> dict[str, Any]:
    return {"act": act, **{f"{act}-{name}": value for name, value in {"key": key, **given}.items()}}


def accept(key: str = "key-one", **given: Any) -> dict[str, Any]:
    return fields(
        "accept", key, **{"what": "El martes a las nueve, por video.", "due_on": "2026-12-10", **given}
    )


def url(name: str, *args: Any, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def text_of(response: Any) -> str:
    main = re.search(r"<main.*</main>", response.content.decode(), re.S)
    assert main
    return " ".join(re.sub(r"<[^>]+>", " ", main.group()).split())


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


def outcome(leg: Leg) -> str:
    return Leg.objects.get(pk=leg.pk).outcome


def test_the_link_of_the_letter_shows_the_ask_and_changes_nothing(
    client: Client, leg: Leg, path: str
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    shown = text_of(page)
    for words in ("Una charla sobre vacunas", "Marta Maestra", "Preparatoria Número 5 (en), Oaxaca"):
        assert words in shown
    assert "Your answer is due by Dec. 3, 2026, end of the day in Berlin." in shown
    assert "has promised to answer asks of this kind within 10 days" in shown
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
    assert "You passed it on. It is with Head office, Capítulo Madrid (en) now." in text_of(client.get(path))


def test_an_office_that_promised_nothing_is_not_offered_and_not_taken(
    client: Client, cast: Cast, leg: Leg, path: str
) -> None:
    page = client.post(path, fields("pass-on", to=cast.office("embassy-de").pk, reason="full"))
    assert page.status_code == 200
    assert "Nothing was sent yet. What you wrote is kept." in text_of(page)
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
    assert "Not done." not in text_of(client.get(path))


def test_a_second_answer_is_refused_in_words(client: Client, leg: Leg, path: str) -> None:
    client.post(path, accept())
    page = client.post(path, fields("decline", "key-two", reason="full"), follow=True)
    assert "This ask has already left your office." in text_of(page)
    assert outcome(leg) == "accepted"


def test_an_accepted_ask_says_what_was_promised_and_can_be_taken_back_for_a_day(
    client: Client, clock: Clock, leg: Leg, path: str
) -> None:
    client.post(path, accept())
    shown = text_of(client.get(path))
    assert "You accepted it." in shown
    assert "promised, by Dec. 10, 2026 El martes a las nueve, por video." in shown
    clock.forward(hours=23)
    assert client.post(path, {"act": "undo"}).status_code == 302
    assert outcome(leg) == ""
    shown = text_of(client.get(path))
    assert "Your answer is due by Dec. 3, 2026, end of the day in Berlin." in shown
    assert "Take my answer back" not in shown


def test_after_a_day_it_can_no_longer_be_taken_back(
    client: Client, clock: Clock, leg: Leg, path: str
) -> None:
    client.post(path, accept())
    clock.forward(hours=25)
    assert "Take my answer back" not in text_of(client.get(path))
    page = client.post(path, {"act": "undo"}, follow=True)
    assert "It can no longer be taken back" in text_of(page)
    assert outcome(leg) == "accepted"


def test_a_late_desk_reads_that_it_is_late(client: Client, clock: Clock, path: str) -> None:
    clock.forward(days=11)
    assert "Your answer was due by Dec. 3, 2026, end of the day in Berlin. Late" in text_of(client.get(path))


def test_a_waiting_desk_reads_for_whom_it_waits(client: Client, leg: Leg, path: str) -> None:
    client.post(path, fields("question", question="¿Para qué grado?"))
    shown = text_of(client.get(path))
    assert "You wait for the asker, until Nov. 30, 2026, end of the day in Mexico City." in shown
    reply_to_question(Case.objects.get(), "Para cuarto")
    assert "Para cuarto" in text_of(client.get(path))


def test_an_ask_that_moved_on_is_said_in_words(client: Client, clock: Clock, leg: Leg, path: str) -> None:
    clock.forward(days=14)
    work()
    shown = text_of(client.get(path))
    assert "Your date passed without an answer, so it moved on." in shown
    assert "Your answer Accept" not in shown


def test_a_withdrawn_ask_is_said_in_words(client: Client, leg: Leg, path: str) -> None:
    withdraw_case(leg.case)
    assert "The asker withdrew it. You owe nothing." in text_of(client.get(path))


def test_an_office_that_passed_it_on_reads_nothing_of_what_is_said_later(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, path: str
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    following = pass_on_leg(leg, by=beto, to=carla.office, reason="full", text="Ustedes saben más")
    ask_more(following, by=carla, question="¿Pueden en enero?")
    reply_to_question(leg.case, "Sí, en enero")
    shown = text_of(client.get(path))
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
    assert "You accepted it." in text_of(client.get(paths[1]))


def test_only_get_and_post_are_known(client: Client, path: str) -> None:
    assert [client.generic(method, path).status_code for method in ("PUT", "PATCH", "DELETE", "OPTIONS")] == [
        405
    ] * 4


# Signed in -------------------------------------------------------------------


def signed(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.account(name))
    return client


def test_the_desk_asks_visitors_to_sign_in_and_brings_them_back(client: Client, leg: Leg) -> None:
    for name, args in (
        ("desk", []),
        ("desk_office", [leg.owner_id]),
        ("leg", [leg.owner_id, leg.case.ref, 1]),
    ):
        page = client.get(url(name, *args))
        assert (page.status_code, page["Location"]) == (302, f"/en/accounts/login/?next={url(name, *args)}")


def test_one_office_leads_straight_to_its_inbox(client: Client, cast: Cast, beto: Mandate) -> None:
    page = signed(client, cast, "Beto").get(url("desk"))
    assert page["Location"] == url("desk_office", beto.office_id)


def test_several_offices_are_chosen_from(client: Client, cast: Cast, beto: Mandate) -> None:
    cast.hold("chapter-madrid", "Beto")
    shown = text_of(signed(client, cast, "Beto").get(url("desk")))
    assert ("Capítulo Berlín (en)" in shown, "Capítulo Madrid (en)" in shown) == (True, True)


def test_who_holds_no_office_is_told_how_one_comes_to_it(client: Client, cast: Cast) -> None:
    assert "You hold no office now" in text_of(signed(client, cast, "Nadia").get(url("desk")))


def test_an_operator_without_a_person_has_no_desk(client: Client, cast: Cast, beto: Mandate) -> None:
    from tequio.people.models import Account

    client.force_login(Account.objects.create_superuser("operator@example.org"))
    assert "You hold no office now" in text_of(client.get(url("desk")))
    assert client.get(url("desk_office", beto.office_id)).status_code == 404


def test_a_stranger_finds_neither_office_nor_ask(client: Client, cast: Cast, leg: Leg) -> None:
    cast.hold("chapter-madrid", "Carla")
    signed(client, cast, "Carla")
    mine = cast.office("chapter-madrid").pk
    paths = [
        url("desk_office", leg.owner_id),
        url("leg", leg.owner_id, leg.case.ref, 1),
        url("leg", mine, leg.case.ref, 1),
        url("leg", mine, "mx-zzzzzzzz", 1),
    ]
    assert [client.get(each).status_code for each in paths] == [404] * 4
    assert [client.post(each, accept()).status_code for each in paths[1:]] == [404] * 3


def test_the_inbox_puts_late_first_then_today_this_week_later_and_who_waits(
    client: Client, cast: Cast, clock: Clock, beto: Mandate
) -> None:
    asks = {}
    for name, back in {"late": 12, "today": 10, "week": 5, "later": 1, "waiting": 0}.items():
        start = clock.instant
        clock.forward(days=12 - back)
        asks[name] = cast.leg(name=f"Asker {name}")
        clock.to(start)
    clock.forward(days=12)
    ask_more(asks["waiting"], by=beto, question="¿Cuándo?")
    page = signed(client, cast, "Beto").get(url("desk_office", beto.office_id))
    box = page.context["inbox"]
    groups = {name: [leg.pk for leg in getattr(box, name)] for name in asks}
    assert groups == {name: [leg.pk] for name, leg in asks.items()}
    shown = text_of(page)
    order = [shown.index(f"Asker {name}") for name in asks]
    assert order == sorted(order)
    assert "1 answer is late." in shown


def test_an_empty_inbox_says_what_will_be_here(client: Client, cast: Cast, beto: Mandate) -> None:
    shown = text_of(signed(client, cast, "Beto").get(url("desk_office", beto.office_id)))
    assert "You owe no answer now." in shown
    assert "When an ask comes, you get a letter with a link" in shown
    cast.hold("embassy-de", "Dora")
    shown = text_of(signed(client, cast, "Dora").get(url("desk_office", cast.office("embassy-de").pk)))
    assert "Sign a promise" in shown


def test_the_inbox_keeps_what_is_owed_what_was_answered_and_the_record(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    accept_leg(cast.leg(), by=beto, what="Charla por video el día 9", due_on=date(2026, 12, 9))
    shown = text_of(signed(client, cast, "Beto").get(url("desk_office", beto.office_id)))
    assert "Charla por video el día 9 By Dec. 9, 2026 · Ask school-talk · Marta Maestra" in shown
    assert "Your record Ask school-talk answers within 10 days · none due so far" in shown
    assert "Accepted · Nov. 23, 2026" in shown


def test_the_inbox_asks_the_database_no_more_for_fifty_than_for_one(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    signed(client, cast, "Beto")
    address = url("desk_office", beto.office_id)
    counts = []
    for asks in (1, 49):
        for number in range(asks):
            leg = cast.leg(address=f"asker{asks}-{number}@example.net")
            if number % 3 == 0:
                accept_leg(leg, by=beto, what="Vamos", due_on=date(2026, 12, 9))
            elif number % 3 == 1:
                ask_more(leg, by=beto, question="¿Cuándo?")
        cast.leg(address=f"more{asks}@example.net")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_a_signed_in_holder_answers_on_the_same_page(client: Client, cast: Cast, leg: Leg) -> None:
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    signed(client, cast, "Beto")
    assert client.get(address).status_code == 200
    assert client.post(address, accept())["Location"] == address
    assert outcome(leg) == "accepted"


def test_a_deputy_sees_and_may_not_answer_while_the_holder_acts(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(client, cast, "Dana")
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    shown = text_of(client.get(address))
    assert "The holder of the office acts now." in shown
    assert "Accept and tell the asker" not in shown
    assert client.post(address, accept()).status_code == 403
    assert outcome(leg) == ""


def test_the_deputy_answers_from_the_instant_at_which_the_holder_is_gone(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    end_mandate(beto, by=beto)
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    assert signed(client, cast, "Dana").post(address, accept()).status_code == 302
    assert outcome(leg) == "accepted"


def test_an_office_entrusted_with_a_promise_reads_what_it_has_to_keep(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    carla = cast.hold("mesa", "Carla")
    accept_leg(leg, by=beto, what="Charla el día 9", due_on=date(2026, 12, 9))
    end_mandate(beto, by=beto)
    signed(client, cast, "Carla")
    address = url("leg", carla.office_id, leg.case.ref, 1)
    assert address in client.get(url("desk_office", carla.office_id)).content.decode()
    shown = text_of(client.get(address))
    assert "accepted it. Your office keeps its word now." in shown
    assert "Take my answer back" not in shown
    page = client.post(address, {"act": "undo"}, follow=True)
    assert "Your mandate in this office has ended, or somebody else acts for it now." in text_of(page)


def test_access_says_see_and_do_apart(cast: Cast, beto: Mandate, leg: Leg) -> None:
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY).person
    assert access.leg_for(dana, beto.office_id, leg.case.ref, 1) == (leg, None)
    with pytest.raises(PermissionDenied):
        access.leg_for(dana, beto.office_id, leg.case.ref, 1, act=True)
    assert access.leg_for(beto.person, beto.office_id, leg.case.ref, 1, act=True) == (leg, beto)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_the_desk_reads_in_both_languages(
    client: Client, cast: Cast, leg: Leg, language: str
) -> None:
    signed(client, cast, "Beto")
    for name, args in (("desk_office", [leg.owner_id]), ("leg", [leg.owner_id, leg.case.ref, 1])):
        page = client.get(url(name, *args, language=language))
        assert f'<html lang="{language}">' in page.content.decode()
