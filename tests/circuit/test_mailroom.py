"""Mail that is held: the office says whether it is its own, the coordinating office says where it belongs."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.filing import look_at_reply
from tequio.circuit.actions.mailroom import disown_mail, file_to, own_mail, put_aside, refer_mail
from tequio.circuit.models import Case, Event, Leg, Reply
from tequio.circuit.queries.mailed import counts
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.inbound.reading.mail import Nature
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, work
from tests.circuit.desks import signed, url
from tests.circuit.mails import address, answers, arrives, mail
from tests.circuit.reading import errors, words
from tests.circuit.said import lines
from tests.conftest import Clock
from tests.pages import queries

pytestmark = pytest.mark.usefixtures("by_mail")
HELD = "/en/coordination/mail/"
COLLEAGUE = "colega@example.org"
SECRET = "Escriban a la biblioteca del faro."


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


@pytest.fixture
def leg(by_mail: str, cast: Cast, ana: Mandate, mesa: Mandate) -> Leg:
    return cast.leg()


@pytest.fixture
def asked(leg: Leg) -> Reply:
    """A colleague's reply to the secret address, which waits for the office's word."""
    return answers(leg, SECRET, sender=COLLEAGUE)


@pytest.fixture
def held(leg: Leg) -> Reply:
    """Ana's mail without any trace of what it is about."""
    arrives(mail((), SECRET, subject="Charla"))
    return Reply.objects.get()


def state(leg: Leg) -> str:
    return Case.objects.get(pk=leg.case_id).state


def fresh(reply: Reply) -> Reply:
    return Reply.objects.get(pk=reply.pk)


def page(leg: Leg) -> str:
    return url("leg", leg.owner_id, leg.case.ref, leg.number)


def refusal(verb: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        verb(*args, **given)
    return str(refused.value)


# Is it yours? -----------------------------------------------------------------------


def test_the_office_is_told_in_its_digest_on_the_page_and_in_a_list(
    client: Client, cast: Cast, asked: Reply, leg: Leg, ana: Mandate
) -> None:
    assert lines(ana.office) == ["mail-asked"]
    desk = signed(client, cast, "Ana")
    shown = words(desk.get(page(leg)))
    assert "Is this mail yours?" in shown
    assert f"from {COLLEAGUE}, which is no address of anybody who acts for your office now" in shown
    assert SECRET in shown
    assert "A mail waits for your word: is it yours?" in words(desk.get(url("desk_office", ana.office_id)))
    listed = words(desk.get(url("office_mail", ana.office_id)))
    assert f"{leg.case}: is this yours?" in listed
    assert SECRET not in listed


def test_a_colleague_s_reply_is_released_by_one_click_and_counts_from_then(
    client: Client, cast: Cast, asked: Reply, leg: Leg, ana: Mandate, clock: Clock
) -> None:
    clock.forward(hours=3)
    desk = signed(client, cast, "Ana")
    sent = desk.post(page(leg), {"act": "mail-own", "reply": asked.pk}, follow=True)
    assert "It is your office's answer now." in words(sent)
    event = Event.objects.get(kind="answered")
    assert (event.text, event.mandate, event.at) == (SECRET, ana, clock.instant)
    assert (fresh(asked).state, fresh(asked).settled_by, state(leg)) == ("taken", ana, "answered")
    assert from_journal() == from_tables()


def test_by_the_link_of_a_letter_it_is_released_too(client: Client, asked: Reply, leg: Leg) -> None:
    (letter,) = letters("leg_new")
    link = re.search(r"https?://[^/\s]+(/\S*)", letter.text)
    assert link
    sent = client.post(link.group(1), {"act": "mail-own", "reply": asked.pk}, follow=True)
    assert (sent.status_code, state(leg)) == (200, "answered")


def test_what_is_not_the_office_s_is_put_aside_and_stays_on_record(
    client: Client, cast: Cast, asked: Reply, leg: Leg
) -> None:
    desk = signed(client, cast, "Ana")
    sent = desk.post(page(leg), {"act": "mail-disown", "reply": asked.pk}, follow=True)
    assert "Put aside. It stays on record." in words(sent)
    assert (fresh(asked).state, fresh(asked).text, state(leg)) == ("not-yours", SECRET, "at-desk")
    assert SECRET not in words(desk.get(page(leg)))
    assert Entry.objects.filter(kind="mail.disowned").count() == 1


def test_what_is_about_another_ask_goes_to_the_coordinating_office(
    asked: Reply, leg: Leg, ana: Mandate
) -> None:
    refer_mail(asked, by=ana)
    reply = fresh(asked)
    assert (reply.state, reply.leg, reply.home_id, reply.found_by) == ("held", None, "MX", "")


def test_it_is_decided_once_and_only_by_who_acts(
    asked: Reply, leg: Leg, ana: Mandate, mesa: Mandate, cast: Cast
) -> None:
    deputy = cast.hold("chapter-berlin", "Dora", role=Role.DEPUTY)
    ended = "Su mandato en esta oficina terminó, u otra persona actúa ahora por ella."
    assert [refusal(own_mail, asked, by=by) == ended for by in (mesa, deputy)] == [True, True]
    disown_mail(asked, by=ana)
    gone = refusal(own_mail, asked, by=ana)
    assert [refusal(verb, asked, by=ana) for verb in (disown_mail, refer_mail)] == [gone, gone]
    assert state(leg) == "at-desk"


def test_a_release_after_the_leg_ended_is_kept_with_it(asked: Reply, leg: Leg, ana: Mandate) -> None:
    decline_leg(leg, by=ana, reason="full")
    own_mail(asked, by=ana)
    assert (fresh(asked).state, state(leg)) == ("late", "declined")


def test_a_mail_of_another_leg_is_not_there(client: Client, cast: Cast, asked: Reply, leg: Leg) -> None:
    other = cast.leg(address="otra@example.net")
    desk = signed(client, cast, "Ana")
    assert desk.post(page(other), {"act": "mail-own", "reply": asked.pk}).status_code == 404
    assert desk.post(page(other), {"act": "mail-own", "reply": "x"}).status_code == 404
    assert desk.post(page(leg), {"act": "mail-else", "reply": asked.pk}).status_code == 404


def test_nobody_else_reads_what_waits_for_the_office(
    client: Client, cast: Cast, asked: Reply, leg: Leg
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    answers(leg, "Pasar a Capítulo Madrid.")
    case = Case.objects.get(pk=leg.case_id)
    following = case.legs.get(owner=carla.office)
    assert SECRET not in words(signed(client, cast, "Carla").get(page(following)))
    assert SECRET in words(signed(client, cast, "Ana").get(page(leg)))
    assert not any(SECRET in letter.text or COLLEAGUE in letter.text for letter in letters())
    desk = signed(client, cast, "Mesa")
    assert SECRET not in words(desk.get(HELD))


def test_what_a_machine_sent_is_folded_and_shown_to_the_office_alone(
    client: Client, cast: Cast, leg: Leg
) -> None:
    answers(leg, "Estoy en el faro hasta enero.", nature=Nature.AUTO)
    shown = signed(client, cast, "Ana").get(page(leg)).content.decode()
    folded = re.search(r"<details class=\"bare\"><summary>Sent by a machine.*?</details>", shown, re.S)
    assert folded
    assert "Estoy en el faro" in folded.group(0)
    client.logout()
    for path in ("/en/ledger/", "/en/entry-points/"):
        assert "faro" not in client.get(path).content.decode()


# Where does it belong? --------------------------------------------------------------


def test_the_queue_shows_what_waits_with_the_reason_of_each_guess(
    client: Client, cast: Cast, held: Reply, leg: Leg, mesa: Mandate
) -> None:
    assert lines(mesa.office) == ["mail-held"]
    desk = signed(client, cast, "Mesa")
    assert "Mail that belongs to no ask for sure" in words(desk.get("/en/coordination/"))
    shown = words(desk.get(HELD))
    assert "1 mail belongs to no ask for sure." in shown
    assert (SECRET in shown, "to look at by Nov. 25, 2026" in shown) == (True, True)
    assert "Its sender acts for this office, which has the ask now." in shown
    assert f"File it: {leg.case}, Ask school-talk" in shown


def test_one_click_files_it_and_from_who_acts_it_is_the_answer(
    client: Client, cast: Cast, held: Reply, leg: Leg, mesa: Mandate
) -> None:
    desk = signed(client, cast, "Mesa")
    sent = desk.post(HELD, {"reply": held.pk, "act": "guess", "leg": leg.pk}, follow=True)
    assert "Filed. It is the answer of" in words(sent)
    assert "No mail is held" in words(sent)
    reply = fresh(held)
    assert (reply.state, reply.leg, reply.found_by, reply.settled_by) == ("taken", leg, "hand", mesa)
    assert state(leg) == "answered"
    assert from_journal() == from_tables()
    shown = words(signed(client, cast, "Ana").get(page(leg)))
    assert "The coordinating office filed it here." in shown


def test_from_anybody_else_the_office_is_asked_then(leg: Leg, mesa: Mandate, ana: Mandate) -> None:
    arrives(mail((), SECRET, sender="x@example.net", subject=str(leg.case)))
    filed = file_to(Reply.objects.get(), leg, by=mesa)
    assert (filed.state, lines(ana.office), state(leg)) == ("asked", ["mail-asked"], "at-desk")


def test_a_receipt_number_files_it_where_nothing_was_guessed(
    client: Client, cast: Cast, leg: Leg, mesa: Mandate
) -> None:
    arrives(mail((), SECRET, sender="x@example.net"))
    reply = Reply.objects.get()
    desk = signed(client, cast, "Mesa")
    assert "Nothing in it points to an ask." in words(desk.get(HELD))
    wrong = desk.post(HELD, {"reply": reply.pk, "act": "number", "ref": "mx-nothing"})
    assert errors(wrong) == ["Receipt number of the ask: No ask has this receipt number."]
    empty = desk.post(HELD, {"reply": reply.pk, "act": "number", "ref": ""})
    assert errors(empty) == ["Receipt number of the ask: This field is required."]
    sent = desk.post(HELD, {"reply": reply.pk, "act": "number", "ref": f" {leg.case} "}, follow=True)
    assert "says whether it is its own" in words(sent)
    assert (fresh(reply).state, fresh(reply).leg) == ("asked", leg)


def test_only_a_leg_that_was_guessed_can_be_pressed(client: Client, cast: Cast, held: Reply) -> None:
    other = cast.leg(address="otra@example.net")
    desk = signed(client, cast, "Mesa")
    assert desk.post(HELD, {"reply": held.pk, "act": "guess", "leg": other.pk}).status_code == 404
    assert (fresh(held).state, state(other)) == ("held", "at-desk")
    assert desk.post(HELD, {"reply": held.pk, "act": "guess", "leg": "x"}).status_code == 404
    assert desk.post(HELD, {"reply": held.pk, "act": "burn"}).status_code == 404
    assert fresh(held).state == "held"


@pytest.mark.parametrize(("act", "became"), [("aside", "aside"), ("not-ours", "not-ours")])
def test_what_is_about_no_ask_is_put_aside_on_record(
    client: Client, cast: Cast, held: Reply, mesa: Mandate, act: str, became: str
) -> None:
    desk = signed(client, cast, "Mesa")
    sent = desk.post(HELD, {"reply": held.pk, "act": act}, follow=True)
    assert "Put aside. It stays on record." in words(sent)
    assert (fresh(held).state, fresh(held).settled_by) == (became, mesa)
    again = desk.post(HELD, {"reply": held.pk, "act": act}, follow=True)
    assert "This mail no longer waits." in words(again)


def test_only_the_coordinating_office_files_and_only_once(
    client: Client, cast: Cast, held: Reply, leg: Leg, ana: Mandate, mesa: Mandate
) -> None:
    only = "Solo la oficina coordinadora revisa lo retenido."
    assert refusal(file_to, held, leg, by=ana) == only
    assert refusal(put_aside, held, by=ana) == only
    assert signed(client, cast, "Ana").get(HELD).status_code == 404
    client.logout()
    assert client.get(HELD).status_code == 302
    put_aside(held, by=mesa)
    assert refusal(file_to, held, leg, by=mesa) == refusal(put_aside, held, by=mesa)


def test_the_queue_is_emptied_from_button_to_button_oldest_first(
    client: Client, cast: Cast, held: Reply, leg: Leg, clock: Clock
) -> None:
    for n in range(2):
        clock.forward(hours=1)
        arrives(mail((), f"Carta {n} del faro.", sender="x@example.net"))
    desk = signed(client, cast, "Mesa")
    response, seen = desk.get(HELD), []
    for _round in range(3):
        assert len(re.findall(r"<button[^>]* autofocus[^>]*>", response.content.decode())) == 1
        first = response.context["rows"][0][0]
        seen.append(first.text)
        act = {"act": "guess", "leg": leg.pk} if first == held else {"act": "aside"}
        response = desk.post(HELD, {"reply": first.pk, **act}, follow=True)
    assert seen == [SECRET, "Carta 0 del faro.", "Carta 1 del faro."]
    assert "No mail is held" in words(response)


def test_after_one_in_the_middle_the_next_one_has_the_focus(
    client: Client, cast: Cast, held: Reply, clock: Clock
) -> None:
    for n in range(2):
        clock.forward(hours=1)
        arrives(mail((), f"Carta {n} del faro.", sender="x@example.net"))
    first, middle, last = Reply.objects.order_by("pk")
    sent = signed(client, cast, "Mesa").post(HELD, {"reply": middle.pk, "act": "aside"})
    assert sent["Location"] == f"{HELD}?at={last.pk}"
    html = client.get(sent["Location"]).content.decode()
    assert html.index("autofocus") > html.index(f'id="mail-{last.pk}"') > html.index(f'id="mail-{first.pk}"')


def test_what_nobody_looks_at_is_said_again_and_stays(held: Reply, mesa: Mandate, clock: Clock) -> None:
    assert held.due_on == date(2026, 11, 25)
    assert held.due_at is not None
    clock.to(held.due_at - timedelta(seconds=1))
    look_at_reply(held)
    assert lines(mesa.office) == ["mail-held"]
    clock.to(held.due_at)
    work()
    work()
    assert (lines(mesa.office), fresh(held).state) == (["mail-held", "mail-held-late"], "held")


def test_an_office_that_does_not_say_is_asked_once_more(asked: Reply, ana: Mandate, clock: Clock) -> None:
    assert asked.due_at is not None
    clock.to(asked.due_at)
    look_at_reply(asked)
    assert [line for line in lines(ana.office) if line.startswith("mail")] == [
        "mail-asked",
        "mail-asked-late",
    ]


def test_the_queue_takes_as_many_queries_for_twenty_as_for_one(
    client: Client, cast: Cast, held: Reply, leg: Leg
) -> None:
    desk = signed(client, cast, "Mesa")
    one = len(queries(desk, HELD))
    for n in range(20):
        arrives(mail((), f"Carta {n}", subject=str(leg.case), sender="x@example.net"))
    assert len(queries(desk, HELD)) == one
    assert one <= 12


def test_the_list_of_an_office_takes_as_many_queries_for_twenty_as_for_one(
    client: Client, cast: Cast, asked: Reply, leg: Leg, ana: Mandate
) -> None:
    desk, path = signed(client, cast, "Ana"), url("office_mail", ana.office_id)
    one = len(queries(desk, path))
    for n in range(20):
        answers(leg, f"Carta {n}", sender=COLLEAGUE)
    assert len(queries(desk, path)) == one
    assert one <= 12


# Counted in public ------------------------------------------------------------------


def test_everybody_reads_how_many_came_and_how_long_they_waited(
    client: Client, held: Reply, leg: Leg, mesa: Mandate, clock: Clock
) -> None:
    arrives(mail([address(leg)], "Estoy fuera.", sender=COLLEAGUE))
    clock.forward(hours=5)
    put_aside(held, by=mesa)
    found = counts()
    assert (found.came, found.by_itself, found.held, found.waiting) == (2, 0, 2, 1)
    assert (found.looked_at, found.in_time, found.hours, found.overdue) == (1, 1, 5, 0)
    shown = words(client.get("/en/ledger/"))
    assert "0 of 2 mails were filed by themselves. 2 were held until somebody had looked." in shown
    assert "1 of 1 were looked at within two working days, after 5 hours on average." in shown
    assert "1 waits now, 0 of them past its day." in shown
    clock.forward(days=4)
    assert counts().overdue == 1


def test_a_hub_to_which_no_mail_came_says_nothing_of_it(client: Client, leg: Leg) -> None:
    assert "Mail that came in" not in words(client.get("/en/ledger/"))
    assert verify().broken is None
