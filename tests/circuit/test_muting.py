"""Muting: a topic of an office's digest by one click, from the page or from a mail program; an ask by its asker."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.muting import mute_ask, mute_topic, unmute_topic
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.links import follow_link, follow_mute_link, mute_link, one_click_link
from tequio.circuit.models import Case, Digest, DigestLine, Mute
from tequio.journal.models import Entry
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, path_in, work
from tests.circuit.reading import heading, words
from tests.conftest import Clock

NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
DAY = timedelta(days=1)


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def carla(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-madrid", "Carla", language="en")
    cast.promise(mandate, days=20)
    return mandate


def topics() -> list[str]:
    return list(Mute.objects.order_by("topic").values_list("topic", flat=True))


def passed_on(cast: Cast, beto: Mandate, carla: Mandate) -> Case:
    """An ask that Beto's office has passed on: whatever happens to it now is a later change for it."""
    case = cast.case()
    pass_on_leg(open_leg_of(case), by=beto, to=carla.office, reason="full")
    return case


def digest_of(beto: Mandate, clock: Clock, instant: datetime) -> str:
    """What the office's digest of that morning says; "" when there is none."""
    before = len(letters("digest", "beto@example.org"))
    clock.to(instant)
    work()
    new = letters("digest", "beto@example.org")[before:]
    return new[0].text if new else ""


# The office -----------------------------------------------------------------------


def test_looking_changes_nothing_and_one_button_mutes(
    client: Client, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    case = passed_on(cast, beto, carla)
    path = path_in(mute_link(beto, case.ref))
    found = client.get(path)
    assert (found.status_code, topics(), found["Cache-Control"]) == (200, [], "no-store, private")
    assert heading(found) == "Hear no more of this?"
    assert f"Later changes in one ask: Ask school-talk ({case})" in words(found)
    assert len(re.findall(r"<button type=\"submit\">", found.content.decode())) == 1
    assert client.post(path)["Location"] == path
    assert (topics(), heading(client.get(path))) == ([case.ref], "Muted")
    client.post(path)
    assert (topics(), Entry.objects.filter(kind="digest.muted").count()) == ([case.ref], 1)


def test_a_muted_ask_is_left_out_and_others_are_told(
    clock: Clock, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    muted, other = passed_on(cast, beto, carla), passed_on(cast, beto, carla)
    mute_topic(muted.ref, by=beto)
    for case in (muted, other):
        decline_leg(open_leg_of(case), by=carla, reason="full")
    text = digest_of(beto, clock, NINE)
    assert (str(muted) in text, str(other) in text) == (False, True)
    assert DigestLine.objects.filter(sent_at=None).count() == 0


def test_with_every_change_muted_there_is_no_letter_and_after_unmuting_only_what_is_new(
    clock: Clock, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    case = passed_on(cast, beto, carla)
    mute_topic("changes", by=beto)
    accept_leg(open_leg_of(case), by=carla, what="Charla", due_on=date(2026, 12, 10))
    assert digest_of(beto, clock, NINE) == ""
    unmute_topic("changes", by=beto)
    undo_answer(case.legs.get(number=2), by=carla)
    text = " ".join(digest_of(beto, clock, NINE + DAY).split())
    assert ("took its answer back" in text, "accepted it" in text) == (True, False)


def test_what_is_about_to_end_is_muted_apart(clock: Clock, beto: Mandate) -> None:
    ends = {"name": "Ana", "day": "2026-12-01"}
    tell_office(beto.office, "mandate-ending", key="one", data=ends)
    assert "The mandate ends on Dec. 1, 2026: Ana." in digest_of(beto, clock, NINE)
    mute_topic("lapses", by=beto)
    tell_office(beto.office, "mandate-ending", key="two", data=ends)
    assert digest_of(beto, clock, NINE + DAY) == ""


def test_what_the_office_owes_cannot_be_muted(clock: Clock, cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    for topic in (leg.case.ref, "changes", "lapses", "before"):
        mute_topic(topic, by=beto)
    text = digest_of(beto, clock, datetime(2026, 12, 1, 8, tzinfo=UTC))
    assert f"Ask school-talk ({leg.case}), by Dec. 3, 2026." in text
    assert "/mute/" not in text.replace("/muted/", "")


def test_each_part_of_the_digest_has_the_link_of_its_topic(
    clock: Clock, client: Client, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    case = passed_on(cast, beto, carla)
    decline_leg(open_leg_of(case), by=carla, reason="full")
    tell_office(beto.office, "mandate-ending", key="x", data={"name": "Ana", "day": "2026-12-01"})
    text = digest_of(beto, clock, NINE)
    links = re.findall(r"(/en/mute/\S+)", text)
    assert [link.split("/")[4] for link in links] == [case.ref, "changes", "lapses"]
    assert [client.get(link).status_code for link in links] == [200] * 3


@pytest.mark.parametrize("which", ["another topic", "another mandate", "a wrong key"])
def test_a_link_mutes_what_it_was_made_for_and_nothing_else(
    client: Client, beto: Mandate, carla: Mandate, which: str
) -> None:
    parts = path_in(mute_link(beto, "changes")).split("/")
    place, value = {
        "another topic": (4, "lapses"),
        "another mandate": (3, str(carla.pk)),
        "a wrong key": (5, "2" * 20),
    }[which]
    parts[place] = value
    for path in ("/".join(parts), "/".join(parts) + "one-click/"):
        assert [client.get(path).status_code, client.post(path, ONE_CLICK).status_code] == [404, 404]
    assert topics() == []


def test_the_link_of_a_mandate_that_has_ended_is_dead(client: Client, cast: Cast, beto: Mandate) -> None:
    path = path_in(mute_link(beto, "changes"))
    cast.hold(beto.office, "Dana", role="deputy")
    end_mandate(beto, by=beto)
    assert [client.get(path).status_code, client.post(path).status_code, topics()] == [404, 404, []]


# One click in a mail program ------------------------------------------------------


def test_a_digest_names_the_address_of_its_one_click(
    clock: Clock, cast: Cast, beto: Mandate, carla: Mandate
) -> None:
    decline_leg(open_leg_of(passed_on(cast, beto, carla)), by=carla, reason="full")
    digest_of(beto, clock, NINE)
    work()
    sent = next(each for each in mail.outbox if each.subject == "Capítulo Berlín (en): what changed")
    assert sent.extra_headers["List-Unsubscribe"] == f"<{one_click_link(beto, 'changes')}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    others = [each for each in mail.outbox if each is not sent]
    assert others and all("List-Unsubscribe" not in each.extra_headers for each in others)


def test_one_click_needs_neither_session_nor_cookie(beto: Mandate) -> None:
    strict, path = Client(enforce_csrf_checks=True), path_in(one_click_link(beto, "changes"))
    found = strict.post(path, ONE_CLICK)
    assert (found.status_code, found.content, topics()) == (200, b"Muted.\n", ["changes"])
    assert dict(found.cookies) == {}
    assert strict.post(path, ONE_CLICK).status_code == 200
    assert topics() == ["changes"]


def test_one_click_takes_only_what_the_standard_says_and_leads_a_visitor_to_the_page(beto: Mandate) -> None:
    strict, path = Client(enforce_csrf_checks=True), path_in(one_click_link(beto, "changes"))
    assert [strict.post(path).status_code, strict.post(path, {"x": "y"}).status_code] == [400, 400]
    assert strict.get(path)["Location"] == path_in(mute_link(beto, "changes"))
    assert topics() == []


def test_the_page_itself_asks_for_its_token(beto: Mandate) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path_in(mute_link(beto, "changes"))).status_code == 403
    assert topics() == []


# The desk's list ------------------------------------------------------------------


def test_the_desk_lists_what_is_muted_and_takes_it_back(client: Client, cast: Cast, beto: Mandate) -> None:
    case = cast.case()
    path = f"/en/desk/{beto.office_id}/muted/"
    client.force_login(cast.account("Beto"))
    assert "Nothing is muted" in words(client.get(path))
    for topic in (case.ref, "lapses"):
        mute_topic(topic, by=beto)
    shown = words(client.get(path))
    assert f"Later changes in one ask: Ask school-talk ({case}) Muted on Nov. 23, 2026" in shown
    assert "Promises, agreements and absences that are about to end" in shown
    found = client.post(path, {"topic": case.ref}, follow=True)
    assert ("The office hears of it again." in words(found), topics()) == (True, ["lapses"])


def test_a_deputy_sees_the_list_and_changes_nothing(client: Client, cast: Cast, beto: Mandate) -> None:
    cast.hold(beto.office, "Dana", role="deputy")
    mute_topic("lapses", by=beto)
    client.force_login(cast.account("Dana"))
    path = f"/en/desk/{beto.office_id}/muted/"
    found = client.get(path)
    assert (found.status_code, "Hear of it again" in words(found)) == (200, False)
    assert (client.post(path, {"topic": "lapses"}).status_code, topics()) == (403, ["lapses"])


def test_the_list_takes_as_many_queries_for_fifty_as_for_one(
    client: Client, cast: Cast, beto: Mandate, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast.account("Beto"))
    for number in range(51):
        Mute.objects.create(office=beto.office, topic=cast.case(address=f"a{number}@example.net").ref)
        if number in (0, 50):
            with django_assert_max_num_queries(12):
                client.get(f"/en/desk/{beto.office_id}/muted/")


# The asker ------------------------------------------------------------------------


def test_an_asker_who_mutes_hears_only_what_needs_them(
    client: Client, clock: Clock, cast: Cast, beto: Mandate
) -> None:
    case = cast.case(language="en")
    path = path_in(follow_mute_link(case))
    assert follow_mute_link(case) in letters("asker_receipt")[0].text
    assert (heading(client.get(path)), Case.objects.get().ask.muted_at) == (
        "No more letters about this ask?",
        None,
    )
    assert client.post(path)["Location"] == path
    assert heading(client.get(path)) == "This ask is muted"
    ask_more(open_leg_of(case), by=beto, question="¿Cuándo?")
    accept_leg(open_leg_of(case), by=beto, what="Charla", due_on=date(2026, 11, 25))
    clock.forward(days=4)
    work()
    written = [letter.template for letter in letters(address="marta@example.net")]
    assert written == ["ask_confirm", "asker_receipt", "asker_question", "asker_outcome"]
    assert "/mute/" not in letters("asker_outcome")[0].text
    client.post(path, {"act": "unmute"})
    assert Case.objects.get().ask.muted_at is None
    assert [entry.kind for entry in Entry.objects.filter(kind__startswith="ask.")][1:] == [
        "ask.muted",
        "ask.unmuted",
    ]


def test_the_asker_s_page_leads_there_and_back(client: Client, cast: Cast) -> None:
    case = cast.case(language="en")
    follow = path_in(follow_link(case))
    assert "No more letters about this ask" in words(client.get(follow))
    assert f'href="{path_in(follow_mute_link(case))}"' in client.get(follow).content.decode()
    mute_ask(case, muted=True)
    shown = words(client.get(follow))
    assert "This ask is muted: you get a letter only when something needs you." in shown
    assert "Write to me at each step again" in shown


def test_an_inbox_leads_to_what_is_muted(client: Client, cast: Cast, beto: Mandate) -> None:
    client.force_login(cast.account("Beto"))
    path = f"/en/desk/{beto.office_id}/"
    assert f'href="{path}muted/"' in client.get(path).content.decode()


def test_the_asker_s_mute_page_opens_by_its_key_alone(client: Client, cast: Cast) -> None:
    case = cast.case()
    wrong = path_in(follow_mute_link(case)).split("/")
    wrong[3] = "2" * 20
    assert [client.get("/".join(wrong)).status_code, client.post("/".join(wrong)).status_code] == [404, 404]
    assert Digest.objects.count() == 0
