"""Drafts: an answer begun by one who acts, and found by the next."""

import re
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, decline_leg, undo_answer
from tequio.circuit.actions.drafts import discard_draft, keep_draft
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.models import Draft, Leg
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast
from tests.circuit.desks import accept, fields, outcome, signed, url
from tests.circuit.reading import errors, value_of, words
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
def path(client: Client, cast: Cast, leg: Leg) -> str:
    """The page of the ask; Beto is signed in."""
    signed(client, cast, "Beto")
    return url("leg", leg.owner_id, leg.case.ref, 1)


def text_in(page: Any, name: str) -> str:
    found = re.search(rf'<textarea name="{name}".*?>\s*(.*?)</textarea>', page.content.decode(), re.S)
    assert found, name
    return found.group(1)


def test_a_draft_is_kept_and_nothing_is_sent(client: Client, leg: Leg, path: str) -> None:
    sent = client.post(path, {**accept(what="El martes", due_on=""), "keep": "draft"})
    assert (sent.status_code, sent["Location"]) == (302, path)
    draft = Draft.objects.get()
    assert (draft.office, draft.leg, draft.act) == (leg.owner, leg, "accept")
    assert draft.data == {"what": "El martes", "due_on": ""}
    assert outcome(leg) == ""


def test_it_is_offered_again_with_when_and_by_which_role(client: Client, path: str) -> None:
    client.post(path, {**accept(what="El martes"), "keep": "draft"})
    page = client.get(path)
    assert text_in(page, "accept-what") == "El martes"
    assert value_of(page, "accept-due_on") == "2026-12-10"
    assert "Draft of Nov. 23, 2026, 5 p.m., kept by: Holder. Nothing was sent." in words(page)
    assert page.content.decode().count('<details name="answer" open>') == 1


def test_a_kept_draft_gets_a_fresh_key(client: Client, leg: Leg, path: str) -> None:
    client.post(path, {**accept(), "keep": "draft"})
    assert "key" not in Draft.objects.get().data
    assert value_of(client.get(path), "accept-key") != "key-one"


def test_whoever_acts_next_finds_it(client: Client, cast: Cast, beto: Mandate, path: str) -> None:
    client.post(path, {**fields("question", question="¿Qué grado?"), "keep": "draft"})
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    assert "¿Qué grado?" not in signed(client, cast, "Dana").get(path).content.decode()
    end_mandate(beto, by=beto)
    assert text_in(client.get(path), "question-question") == "¿Qué grado?"


def test_a_second_draft_gives_way_to_the_first(cast: Cast, clock: Clock, beto: Mandate, leg: Leg) -> None:
    for text in ("Uno", "Dos"):
        keep_draft(leg, "decline", {"text": text}, by=beto)
        clock.forward(hours=1)
    keep_draft(leg, "accept", {"what": "Tres"}, by=beto)
    assert list(Draft.objects.order_by("act").values_list("act", "data")) == [
        ("accept", {"what": "Tres"}),
        ("decline", {"text": "Dos"}),
    ]


def test_several_drafts_open_only_the_first(client: Client, beto: Mandate, leg: Leg, path: str) -> None:
    keep_draft(leg, "accept", {"what": "Tres"}, by=beto)
    keep_draft(leg, "decline", {"text": "Dos"}, by=beto)
    shown = client.get(path).content.decode()
    assert shown.count('<details name="answer" open>') == 1
    assert shown.count('<span class="tag">Draft</span>') == 2


def test_the_draft_goes_away_when_its_answer_is_sent(client: Client, leg: Leg, path: str) -> None:
    client.post(path, {**fields("question", question="¿Qué"), "keep": "draft"})
    client.post(path, {**fields("decline", text="No"), "keep": "draft"})
    assert client.post(path, fields("question", "key-two", question="¿Qué grado?")).status_code == 302
    assert [draft.act for draft in Draft.objects.all()] == ["decline"]


def test_the_draft_stays_when_its_answer_is_refused(client: Client, leg: Leg, path: str) -> None:
    client.post(path, {**accept(), "keep": "draft"})
    assert client.post(path, accept(due_on="2026-11-01")).status_code == 200
    assert Draft.objects.count() == 1


def test_a_draft_is_there_again_when_another_answer_is_taken_back(
    client: Client, beto: Mandate, leg: Leg, path: str
) -> None:
    keep_draft(leg, "accept", {"what": "El martes"}, by=beto)
    decline_leg(leg, by=beto, reason="full")
    undo_answer(leg, by=beto)
    assert text_in(client.get(path), "accept-what") == "El martes"


def test_it_can_be_discarded(client: Client, path: str) -> None:
    client.post(path, {**accept(what="El martes"), "keep": "draft"})
    assert client.post(path, {"act": "discard", "draft": "accept"})["Location"] == path
    assert Draft.objects.count() == 0
    assert text_in(client.get(path), "accept-what") == ""


def test_an_empty_draft_is_refused_in_words(client: Client, path: str) -> None:
    page = client.post(path, {**accept(what=" ", due_on=""), "keep": "draft"})
    assert page.status_code == 200
    assert errors(page)[0] == "Nothing is written yet, so there is no draft to keep."
    assert Draft.objects.count() == 0


def test_what_is_too_long_to_keep_is_said_and_shown_again(client: Client, path: str) -> None:
    page = client.post(path, {**accept(what="x" * 12_001), "keep": "draft"})
    assert errors(page)[0] == "This is too long to keep. Shorten it."
    assert text_in(page, "accept-what") == "x" * 12_001


def test_a_draft_of_an_answered_ask_is_refused(client: Client, beto: Mandate, leg: Leg) -> None:
    decline_leg(leg, by=beto, reason="full")
    with pytest.raises(Refused):
        keep_draft(leg, "accept", {"what": "El martes"}, by=beto)
    assert Draft.objects.count() == 0


def test_who_does_not_act_keeps_and_discards_none(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, path: str
) -> None:
    keep_draft(leg, "accept", {"what": "El martes"}, by=beto)
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(client, cast, "Dana")
    assert client.post(path, {**accept(), "keep": "draft"}).status_code == 403
    assert client.post(path, {"act": "discard", "draft": "accept"}).status_code == 403
    for verb in (
        lambda: keep_draft(leg, "accept", {"what": "Yo"}, by=dana),
        lambda: discard_draft(leg, "accept", by=dana),
    ):
        with pytest.raises(Refused):
            verb()
    assert Draft.objects.get().data == {"what": "El martes"}


def test_the_inbox_says_where_a_draft_is_kept(client: Client, beto: Mandate, leg: Leg, path: str) -> None:
    inbox = url("desk_office", leg.owner_id)
    assert "a draft is kept" not in words(client.get(inbox))
    keep_draft(leg, "accept", {"what": "El martes"}, by=beto)
    assert "a draft is kept" in words(client.get(inbox))


def test_erasing_an_ask_erases_its_drafts(cast: Cast, beto: Mandate, leg: Leg) -> None:
    keep_draft(leg, "accept", {"what": "A Marta"}, by=beto)
    decline_leg(leg, by=beto, reason="full")
    erase_case(leg.case)
    assert Draft.objects.count() == 0


def test_a_draft_sent_by_another_way_changes_no_answer(cast: Cast, beto: Mandate, leg: Leg) -> None:
    keep_draft(leg, "accept", {"what": "El martes"}, by=beto)
    accept_leg(leg, by=beto, what="El jueves", due_on=leg.due_on or leg.opened_at.date())
    assert leg.commitments.get().what == "El jueves"
