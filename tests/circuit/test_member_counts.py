"""How many active members a chapter says that it has, and the support of its posts for so many."""

import json

import pytest
from django.test import Client

from tequio.circuit.queries.support import Chapter, posts_of
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate, say_members
from tequio.network.models import Hub, Mandate, MemberCount, Organisation, Role
from tequio.reference.models import Country
from tests.cast import Cast
from tests.circuit.desks import signed
from tests.circuit.month import decline
from tests.circuit.quiet import SUPPORT
from tests.conftest import Clock
from tests.pages import main_of, text_of


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return cast.hold("chapter-berlin", "Beto", language="en")


@pytest.fixture
def ema(cast: Cast, berlin: Mandate) -> Mandate:
    """The embassy serves the chapters in Germany, and has promised support."""
    cast.hold("mesa", "Mesa")
    mandate = cast.hold("embassy-de", "Ema")
    mandate.office.organisation.jurisdictions.add(Country.objects.get(pk="DE"))
    cast.promise(mandate, SUPPORT, days=3, countries=["DE"])
    return mandate


def path(mandate: Mandate) -> str:
    return f"/en/desk/{mandate.office_id}/members/"


def test_a_chapter_says_how_many_it_is_and_the_journal_has_the_number(
    client: Client, cast: Cast, berlin: Mandate
) -> None:
    beto = signed(client, cast, "Beto")
    assert "The number of members has not been said yet." in text_of(beto.get(path(berlin)))
    assert beto.post(path(berlin), {"members": 40}).status_code == 302
    assert "40 active members" in text_of(beto.get(path(berlin)))
    entry = Entry.objects.get(kind="members.counted")
    assert (entry.office, json.loads(entry.facts)) == (berlin.office.code, {"members": 40})
    assert MemberCount.objects.get().said_by == berlin


def test_the_latest_number_holds_and_those_before_stay_readable(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    say_members(berlin.office, 40, by=berlin)
    clock.forward(days=30)
    say_members(berlin.office, 35, by=berlin)
    words = text_of(signed(client, cast, "Beto").get(path(berlin)))
    assert "35 active members" in words
    assert words.index("35 Dec. 23, 2026") < words.index("40 Nov. 23, 2026")


@pytest.mark.parametrize("number", [0, 1, 4, 100_001])
def test_below_five_no_number_is_taken(client: Client, cast: Cast, berlin: Mandate, number: int) -> None:
    with pytest.raises(Refused):
        say_members(berlin.office, number, by=berlin)
    assert signed(client, cast, "Beto").post(path(berlin), {"members": number}).status_code == 200
    assert MemberCount.objects.count() == 0


def test_only_who_acts_for_a_chapter_says_it(client: Client, cast: Cast, berlin: Mandate) -> None:
    cast.hold("chapter-berlin", "Dora", role=Role.DEPUTY, language="en")
    dora = signed(client, cast, "Dora")
    assert "The holder acts for this office now." in text_of(dora.get(path(berlin)))
    assert dora.post(path(berlin), {"members": 40}).status_code == 403
    end_mandate(berlin, by=None)
    with pytest.raises(Refused):
        say_members(berlin.office, 40, by=berlin)


def test_an_office_without_members_has_no_such_page(client: Client, cast: Cast, ema: Mandate) -> None:
    assert signed(client, cast, "Ema").get(path(ema)).status_code == 404
    with pytest.raises(Refused):
        say_members(ema.office, 40, by=ema)


def test_a_post_s_support_is_told_for_the_members_of_the_chapters_that_have_said(
    client: Client, cast: Cast, berlin: Mandate, ema: Mandate
) -> None:
    cast.organisation("chapter-munich", "chapter", "Capítulo Múnich", country="DE")
    say_members(berlin.office, 40, by=berlin)
    for number in range(9):
        decline(cast.case(SUPPORT, address=f"a{number}@example.net"), ema)
    post = posts_of(Hub.objects.all())[0]
    assert post.chapters == [
        Chapter("Capítulo Berlín", 40),
        Chapter("Capítulo Múnich", None),
    ]
    assert (post.members, post.said, post.for_ten) == (40, 1, None)
    mesa = signed(client, cast, "Mesa")
    words = text_of(mesa.get("/en/coordination/posts/"))
    assert "For 40 active members, as 1 of 2 chapters say." in words
    assert "for each ten" not in words


def test_from_ten_answers_due_on_the_support_for_each_ten_members_is_given(
    client: Client, cast: Cast, berlin: Mandate, ema: Mandate, clock: Clock
) -> None:
    say_members(berlin.office, 40, by=berlin)
    for number in range(10):
        decline(cast.case(SUPPORT, address=f"a{number}@example.net"), ema)
    clock.forward(days=10)
    assert posts_of(Hub.objects.all())[0].for_ten == 2.5
    words = text_of(signed(client, cast, "Mesa").get("/en/coordination/posts/"))
    assert "Answered by the date for each ten of them: 2.5." in words


def test_posts_that_were_asked_nothing_are_folded(client: Client, cast: Cast, ema: Mandate) -> None:
    page = main_of(signed(client, cast, "Mesa").get("/en/coordination/posts/"))
    assert "1 has been asked nothing yet" in page
    Organisation.objects.filter(slug="embassy-de").update(withdrawn_on="2026-11-01")
    assert "No embassy or consulate is listed yet" in main_of(client.get("/en/coordination/posts/"))
