"""The pulse as pages: for everybody, without a script, at each level."""

import re

import pytest
from django.test import Client

from tequio.circuit.models import EntryPoint
from tequio.network.models import Hub, Mandate, Organisation
from tequio.observatory.actions import begin_nights
from tequio.observatory.models import Release
from tequio.reference.models import Country
from tests.cast import Cast, work
from tests.conftest import Clock
from tests.observatory.conftest import published
from tests.pages import all_of, main_of, queries, text_of

PATHS = ["/en/pulse/mx/", "/en/pulse/mx/gaps/", "/en/pulse/mx/de/", "/en/pulse/mx/mx/"]


def table(client: Client, path: str, caption: str) -> dict[str, list[str]]:
    """The rows of the table with this caption, by their first cell."""
    found = re.search(
        rf"<table[^>]*><caption[^>]*>{caption}</caption>(.*?)</table>", main_of(client.get(path)), re.S
    )
    assert found
    rows = (
        all_of(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", found.group(1), re.S)
    )
    return {first: rest for first, *rest in list(rows)[1:]}


def test_the_hub_s_page_says_how_it_answers_country_by_country(client: Client, release: Release) -> None:
    rows = table(client, "/en/pulse/mx/", "What offices were asked and did, by country")
    assert list(rows) == ["Germany", "Mexico", "All of these"]
    assert rows["All of these"][0] == str(release.totals["asked"])
    kept, due = release.totals["kept"], release.totals["matured"]
    assert f"{kept} of {due} answers that were due came by their date." in text_of(
        client.get("/en/pulse/mx/")
    )


def test_a_country_s_page_names_its_offices_with_the_same_counts(client: Client, release: Release) -> None:
    hub = table(client, "/en/pulse/mx/", "What offices were asked and did, by country")
    offices = table(client, "/en/pulse/mx/de/", "What offices were asked and did, by office")
    assert offices["All of these"][:1] == hub["Germany"][:1]
    assert set(offices) > {"All of these"}


def test_an_office_with_an_entry_point_leads_to_its_record(client: Client, release: Release) -> None:
    slug = EntryPoint.objects.get(office__organisation__slug="chapter-berlin").slug
    assert f'href="/en/entry-points/{slug}/record/"' in main_of(client.get("/en/pulse/mx/de/"))
    assert client.get(f"/en/entry-points/{slug}/record/").status_code == 200


def test_a_kind_narrows_every_level(client: Client, release: Release) -> None:
    all_kinds = table(client, "/en/pulse/mx/", "What offices were asked and did, by country")
    talks = table(client, "/en/pulse/mx/?kind=school-talk", "What offices were asked and did, by country")
    support = table(
        client, "/en/pulse/mx/?kind=consular-support", "What offices were asked and did, by country"
    )
    asked = [int(rows["All of these"][0]) for rows in (talks, support, all_kinds)]
    assert asked[0] + asked[1] == asked[2]
    assert 'href="/en/pulse/mx/de/?kind=school-talk"' in main_of(client.get("/en/pulse/mx/?kind=school-talk"))


def test_an_earlier_week_can_be_chosen_and_says_what_it_said(
    client: Client, release: Release, cast: Cast, clock: Clock
) -> None:
    before = main_of(client.get("/en/pulse/mx/"))
    clock.forward(days=7)
    cast.case(address="later@example.net")
    published()
    assert main_of(client.get("/en/pulse/mx/")) != before
    chosen = text_of(client.get(f"/en/pulse/mx/?week={release.week}"))
    assert f"{release.totals['waiting']} asks wait" in chosen


def test_a_week_that_was_not_published_or_makes_no_sense_shows_the_last(
    client: Client, release: Release
) -> None:
    for week in ("2020-01-06", "yesterday", "2026-13-45"):
        assert client.get(f"/en/pulse/mx/?week={week}&kind=nothing").status_code == 200


@pytest.mark.parametrize(
    "path", ["/pulse/zz/", "/pulse/zz/gaps/", "/pulse/mx/fr/", "/pulse/mx/mx-oax/", "/pulse/m/"]
)
def test_what_there_is_not_is_not_found(client: Client, release: Release, path: str) -> None:
    assert client.get(path).status_code == 404


def test_before_the_first_week_the_page_says_when_it_comes(client: Client, cast: Cast) -> None:
    assert "No week has been published yet" in text_of(client.get("/en/pulse/mx/"))
    assert "No week has been published yet" in text_of(client.get("/en/pulse/mx/gaps/"))
    assert client.get("/pulse/mx/table.csv").status_code == 404
    begin_nights()
    work()
    assert "0 asks wait" in text_of(client.get("/en/pulse/mx/"))


def test_the_only_hub_s_pulse_comes_at_once_and_several_are_listed(client: Client, cast: Cast) -> None:
    assert client.get("/pulse/").headers["Location"] == "/pulse/mx/"
    Country.objects.create(id="VE", names={"es": "Venezuela", "en": "Venezuela"}, zones=["America/Caracas"])
    Hub.objects.create(home_id="VE", coordination=cast.office("agency"), days=8)
    assert all_of(r"<h2>(.*?)</h2>", main_of(client.get("/en/pulse/"))) == ["Mexico", "Venezuela"]


def test_gaps_name_the_places_and_close_when_somebody_promises(
    client: Client, cast: Cast, clock: Clock
) -> None:
    cast.promise(cast.hold("chapter-berlin", "Ana"), regions=["MX-JAL"])
    published()
    assert "Oaxaca" in text_of(client.get("/en/pulse/mx/gaps/"))
    cast.promise(cast.hold("chapter-madrid", "Mar"))
    clock.forward(days=7)
    published()
    assert "Oaxaca" not in text_of(client.get("/en/pulse/mx/gaps/"))


def test_no_page_gives_a_share_below_ten(client: Client, cast: Cast, busy: Mandate) -> None:
    published()
    for path in PATHS[:1] + PATHS[2:3]:
        for words in table(client, path, "What offices were asked and did, by (?:country|office)").values():
            kept = re.match(r"\d+ of (\d+)", words[1])
            assert kept
            assert ("%" in words[1]) <= (int(kept.group(1)) >= 10)


def test_no_page_asks_the_database_more_when_there_is_more(
    client: Client, cast: Cast, release: Release, clock: Clock
) -> None:
    few = {path: len(queries(client, path)) for path in PATHS if client.get(path).status_code == 200}
    assert max(few.values()) <= 6
    for number in range(12):
        slug = f"chapter-{number}"
        cast.organisation(slug, "chapter", f"Capítulo {number}", country="DE")
        cast.promise(cast.hold(slug, f"P{number}"))
        cast.case(address=f"b{number}@example.net")
    for _week in range(3):
        clock.forward(days=7)
        published()
    assert {path: len(queries(client, path)) for path in few} == few
    assert Organisation.objects.filter(country="DE").count() > 12
