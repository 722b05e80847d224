"""What is shown of a post whose new asks go elsewhere: on its public page, in lists, on desks, to coordination."""

from typing import Any

import pytest
from django.test import Client

from tequio.circuit.models import Leg
from tequio.circuit.queries.public import promising
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Mandate, Role
from tequio.observatory.management.commands.verify import compare
from tequio.reference.models import Country
from tests.cast import Cast
from tests.circuit.desks import signed
from tests.circuit.quiet import SUPPORT, answer, quiet_offices, run_out
from tests.conftest import Clock
from tests.pages import items, queries, text_of

HERE = "New asks go to Head office, Mesa de coordinación (en) since Jan. 4, 2027"

NOTE = "Dates run out in a row at an embassy or consulate"


@pytest.fixture
def ema(cast: Cast) -> Mandate:
    """The embassy in Germany has promised support; Berlin's chapter lies in its jurisdiction, Madrid's does not."""
    for slug, name in (("mesa", "Mesa"), ("chapter-berlin", "Beto"), ("chapter-madrid", "Carla")):
        cast.hold(slug, name)
    mandate = cast.hold("embassy-de", "Ema")
    cast.promise(mandate, SUPPORT, days=3, countries=["DE"])
    mandate.office.organisation.jurisdictions.set([Country.objects.get(pk="DE")])
    return mandate


def desk(client: Client, cast: Cast, name: str, slug: str) -> Any:
    return signed(client, cast, name).get(f"/en/desk/{cast.office(slug).pk}/")


def test_the_public_page_says_where_new_asks_go_since_when_and_why(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    run_out(cast, clock, 2)
    assert "New asks go" not in text_of(client.get("/en/entry-points/embassy-de/"))
    run_out(cast, clock, 1)
    text = text_of(client.get("/en/entry-points/embassy-de/"))
    assert (
        f"{HERE}, because three dates in a row ran out here without an answer. They come back as soon as this office "
        "answers again; what is open here stays here."
    ) in text


def test_lists_say_so_and_find_no_live_promise_there(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    assert len(items(client.get("/en/entry-points/?live=1"))) == 1
    run_out(cast, clock, 3)
    assert items(client.get("/en/entry-points/?live=1")) == []
    (row,) = items(client.get("/en/entry-points/"))
    line = "New asks go to the central desk since Jan. 4, 2027: three dates in a row ran out here."
    assert line in row
    assert line in text_of(client.get("/en/organisations/embassy-de/"))
    assert promising([ema.office.organisation_id]) == set()
    assert "Embajada en Alemania (en)" not in text_of(client.get("/en/")).partition("Where they are")[0]


def test_the_office_reads_it_on_its_desk_and_signs_again_there(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    assert "another desk" not in text_of(desk(client, cast, "Ema", "embassy-de"))
    run_out(cast, clock, 3)
    assert (
        "Three asks in a row passed their date here without an answer, so since Jan. 4, 2027 new asks go to Head "
        "office, Mesa de coordinación (en)."
    ) in text_of(desk(client, cast, "Ema", "embassy-de"))
    response = client.post(f"/en/desk/{ema.office_id}/promises/", {"again": "1"}, follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert said == ["Signed again, on the same terms. New asks come to you from now on."]
    assert quiet_offices() == {}
    assert "another desk" not in text_of(desk(client, cast, "Ema", "embassy-de"))


def test_a_deputy_reads_it_and_is_offered_no_button(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    cast.hold("embassy-de", "Dora", role=Role.DEPUTY)
    run_out(cast, clock, 3)
    text = text_of(desk(client, cast, "Dora", "embassy-de"))
    assert ("Three asks in a row" in text, "We are back" in text) == (True, False)
    refused = client.post(f"/en/desk/{ema.office_id}/promises/", {"again": "1"})
    assert (refused.status_code, list(quiet_offices())) == (403, [ema.office.code])


def test_a_chapter_sees_it_coming_and_the_counts_of_its_posts(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    leg = cast.leg(SUPPORT)
    answer(leg, ema)
    clock.forward(days=14)
    run_out(cast, clock, 2)
    text = text_of(desk(client, cast, "Beto", "chapter-berlin"))
    assert "asked 3 · answered by the date 1 of 3 due · ran out 2" in text
    assert (
        "Two dates ran out in a row at Embajada en Alemania (en); after one more, new asks go to Head office, Mesa de "
        "coordinación (en)."
    ) in text
    assert "Embajada" not in text_of(desk(client, cast, "Carla", "chapter-madrid"))


def test_the_coordinating_office_sees_the_same_for_every_post(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    assert NOTE not in text_of(signed(client, cast, "Mesa").get("/en/coordination/"))
    run_out(cast, clock, 2)
    assert NOTE in text_of(signed(client, cast, "Mesa").get("/en/coordination/"))
    text = text_of(signed(client, cast, "Mesa").get("/en/coordination/posts/"))
    assert (
        "asked 2 · answered by the date 0 of 2 due · ran out 2 · for Capítulo Berlín (en) Two dates ran out in a row "
        "at Embajada en Alemania (en); after one more, new asks go to Head office, Mesa de coordinación (en)."
    ) in text
    run_out(cast, clock, 1)
    text = text_of(signed(client, cast, "Mesa").get("/en/coordination/posts/"))
    assert (
        "Three dates ran out in a row at Embajada en Alemania (en); since Jan. 4, 2027 new asks go to" in text
    )


def test_an_ask_in_its_place_is_among_what_waits_for_coordination(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    run_out(cast, clock, 3)
    leg = cast.leg(SUPPORT, address="new@example.net")
    text = text_of(signed(client, cast, "Mesa").get("/en/coordination/"))
    assert f"In place of an office where three dates in a row ran out · {leg.case}" in text


def test_the_page_of_a_post_names_the_chapters_in_its_jurisdiction(
    client: Client, cast: Cast, ema: Mandate
) -> None:
    text = text_of(client.get("/en/entry-points/embassy-de/"))
    assert ("Chapters in its jurisdiction Capítulo Berlín (en)" in text, "Capítulo Madrid" in text) == (
        True,
        False,
    )


def test_a_desk_takes_as_many_queries_for_one_post_as_for_three_and_none_more_while_none_is_near(
    client: Client, cast: Cast, ema: Mandate, clock: Clock
) -> None:
    signed(client, cast, "Beto")
    path = f"/en/desk/{cast.office('chapter-berlin').pk}/"
    without = len(queries(client, path))
    assert without <= 11  # the inbox is empty: a page of rows is one more
    run_out(cast, clock, 2)
    one = len(queries(client, path))
    assert one > without
    for number in range(3):
        post = cast.organisation(f"post-{number}", "post", f"Consulado {number}", country="DE")
        post.jurisdictions.set([Country.objects.get(pk="DE")])
        cast.promise(cast.hold(f"post-{number}", f"P{number}"), SUPPORT, countries=["DE"])
    assert len(queries(client, path)) == one


def test_verify_names_a_post_of_which_the_journal_tells_otherwise(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    legs = run_out(cast, clock, 3)
    assert compare(kernel_clock.now()) == []
    Leg.objects.filter(pk=legs[0].pk).update(outcome="moved")
    assert f"{ema.office.code} (new asks)" in (compare(kernel_clock.now()) or [])
