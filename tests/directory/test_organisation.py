"""The page of an organisation: what it is, who holds its offices, what it has promised, how to ask."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import decline_leg
from tequio.network.actions import end_mandate
from tequio.network.models import Claim, Mandate, Organisation
from tequio.reference.models import Country, Source
from tests.cast import Cast, open_leg_of
from tests.conftest import Clock
from tests.pages import all_of, items, links, main_of, queries, text_of


def page(client: Client, slug: str, language: str = "en") -> Any:
    prefix = "" if language == "es" else f"/{language}"
    return client.get(f"{prefix}/organisations/{slug}/")


def facts(client: Client, slug: str) -> dict[str, str]:
    html = main_of(page(client, slug))
    labels, values = all_of(r"<dt>(.*?)</dt>", html), all_of(r"<dd>(.*?)</dd>", html)
    return dict(zip(labels, values, strict=True))


@pytest.mark.parametrize(
    ("slug", "about"),
    [
        ("chapter-berlin", "Chapter · Germany"),
        ("embassy-de", "Embassy or consulate · Germany"),
        ("agency", "Government agency · Mexico"),
        ("university-oaxaca", "University · Oaxaca · Mexico"),
        ("school-oaxaca", "School · Oaxaca · Mexico"),
        ("mesa", "Association · Mexico"),
    ],
)
def test_every_kind_has_its_page(client: Client, cast: Cast, slug: str, about: str) -> None:
    answer = page(client, slug)
    organisation = Organisation.objects.get(slug=slug)
    html = main_of(answer)
    assert answer.status_code == 200
    assert all_of(r"<h1>(.*?)</h1>", html) == [organisation.names["en"]]
    assert all_of(r'</h1>\s*<p class="meta">(.*?)</p>', html) == [about]
    assert "Source: Case · CC0-1.0 · as of Jan. 1, 2026" in text_of(answer)


def test_what_does_not_exist_is_not_found(client: Client, cast: Cast) -> None:
    assert page(client, "nobody").status_code == 404


def test_who_is_no_longer_listed_keeps_a_page_that_says_so(client: Client, cast: Cast) -> None:
    Organisation.objects.filter(slug="agency").update(withdrawn_on=date(2026, 3, 1))
    assert "No longer listed since March 1, 2026." in text_of(page(client, "agency"))
    assert "No longer listed" not in text_of(page(client, "institute"))


def test_an_invented_organisation_says_so(client: Client, cast: Cast) -> None:
    assert "invented" not in text_of(page(client, "agency"))
    Organisation.objects.filter(slug="agency").update(demo=True)
    assert "This organisation is invented: it belongs to the demo." in text_of(page(client, "agency"))


# Facts ----------------------------------------------------------------------------


def test_its_facts_are_shown_and_what_is_absent_is_left_out(client: Client, cast: Cast) -> None:
    assert facts(client, "chapter-madrid") == {
        "As it writes itself": "Capítulo Madrid",
        "Time zone": "Europe/Madrid",
    }
    Organisation.objects.filter(slug="chapter-madrid").update(
        aliases=["Madrileños", "RGMX Madrid"],
        address="Calle 1",
        website="https://example.org/m",
        acronym="CM",
    )
    assert facts(client, "chapter-madrid") == {
        "As it writes itself": "Capítulo Madrid",
        "Also known as": "Madrileños · RGMX Madrid",
        "Address": "Calle 1",
        "Website": "https://example.org/m",
        "Time zone": "Europe/Madrid",
    }
    assert all_of(r"<h1>(.*?)</h1>", main_of(page(client, "chapter-madrid"))) == ["Capítulo Madrid (en) CM"]


def test_a_name_that_is_its_own_is_not_repeated(client: Client, cast: Cast) -> None:
    assert "Como se escribe" not in text_of(page(client, "chapter-madrid", "es"))
    assert text_of(page(client, "chapter-madrid", "es")).count("Capítulo Madrid") == 1


def test_registers_are_claims_with_their_source(client: Client, cast: Cast) -> None:
    other = Source.objects.create(
        id="test:ror",
        titles={"es": "Registro ROR", "en": "ROR registry"},
        licence="CC0-1.0",
        as_of="2026-06-23",
    )
    organisation = cast.organisations["university-oaxaca"]
    for scheme, value, source in (
        ("ror", "01abc", other), ("wikidata", "Q1", cast.source), ("cct", "20UNI", cast.source),
    ):  # fmt: skip
        Claim.objects.create(organisation=organisation, scheme=scheme, value=value, source=source)
    found = facts(client, "university-oaxaca")
    assert found["ROR"] == "01abc ROR registry, as of June 23, 2026"
    assert (found["Wikidata"], found["CCT"]) == ("Q1", "20UNI")
    addresses = links(main_of(page(client, "university-oaxaca")))
    assert {"https://ror.org/01abc", "https://www.wikidata.org/wiki/Q1"} <= set(addresses)


def test_a_post_names_the_countries_that_it_serves_in_order(client: Client, cast: Cast) -> None:
    cast.organisations["embassy-de"].jurisdictions.set(Country.objects.filter(pk__in=["US", "DE", "ES"]))
    assert facts(client, "embassy-de")["Countries it serves"] == "Germany · Spain · United States"


def test_what_belongs_to_it_and_what_it_belongs_to_lead_to_each_other(client: Client, cast: Cast) -> None:
    assert "/en/organisations/institute/" in links(main_of(page(client, "agency")))
    assert facts(client, "institute")["Part of"] == "Agencia de Ciencia (en)"
    assert "/en/organisations/agency/" in links(main_of(page(client, "institute")))
    Organisation.objects.filter(slug="institute").update(withdrawn_on=date(2026, 1, 1))
    assert "/en/organisations/institute/" not in links(main_of(page(client, "agency")))


# Offices ------------------------------------------------------------------------------


def test_a_vacant_office_says_so(client: Client, cast: Cast) -> None:
    assert items(page(client, "chapter-berlin")) == [
        "Head office · vacant, never held No entry point: no kind of ask is brought here."
    ]


def test_a_vacant_office_says_since_when(client: Client, cast: Cast, clock: Clock) -> None:
    cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 24))
    beto = cast.hold("chapter-berlin", "Dora", role="deputy", until=date(2026, 11, 25))
    clock.forward(days=3)
    assert beto.last_day == date(2026, 11, 25)
    assert items(page(client, "chapter-berlin"))[0].startswith("Head office · vacant since Nov. 25, 2026 No")


def test_a_held_office_shows_the_role_and_until_when(client: Client, cast: Cast) -> None:
    cast.hold("chapter-berlin", "Beto", until=date(2027, 3, 31))
    (row,) = items(page(client, "chapter-berlin"))
    assert row.startswith("Head office · Holder · until March 31, 2027 ")
    assert "Beto" not in page(client, "chapter-berlin").content.decode()


def test_a_name_is_shown_to_those_who_chose_it(client: Client, cast: Cast) -> None:
    mandate = cast.hold("chapter-berlin", "Beto")
    Mandate.objects.filter(pk=mandate.pk).update(show_name=True)
    assert items(page(client, "chapter-berlin"))[0].startswith("Head office · Beto, Holder No entry point")


def test_a_deputy_is_shown_when_the_holder_has_left(client: Client, cast: Cast, clock: Clock) -> None:
    holder = cast.hold("chapter-berlin", "Beto")
    cast.hold("chapter-berlin", "Dora", role="deputy")
    assert items(page(client, "chapter-berlin"))[0].startswith("Head office · Holder")
    clock.forward(hours=1)
    end_mandate(holder, by=holder)
    assert items(page(client, "chapter-berlin"))[0].startswith("Head office · Deputy")


def test_the_head_office_comes_first(client: Client, cast: Cast) -> None:
    cast.second_office("agency", "Archivo")
    rows = items(page(client, "agency"))
    assert [row.split(" · ")[0] for row in rows] == ["Head office", "Archivo"]


def test_an_entry_point_without_a_promise_is_listed(client: Client, cast: Cast) -> None:
    cast.entry_point("chapter-berlin")
    assert items(page(client, "chapter-berlin")) == [
        "Head office · vacant, never held listed, no promise yet What it takes, and its record"
    ]
    assert "/en/entry-points/chapter-berlin/" in links(main_of(page(client, "chapter-berlin")))


def test_a_promise_shows_its_days_and_its_record(client: Client, cast: Cast, clock: Clock) -> None:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate, days=10)
    assert (
        "Ask school-talk: answers within 10 working days · none due so far"
        in items(page(client, "chapter-berlin"))[0]
    )
    decline_leg(open_leg_of(cast.case()), by=mandate, reason="full")
    clock.forward(days=15)
    assert "answers within 10 working days · kept 1 of 1" in items(page(client, "chapter-berlin"))[0]
    assert "Record: Ask school-talk" in text_of(page(client, "chapter-berlin"))


# Asking -------------------------------------------------------------------------------


def ways(client: Client, slug: str) -> list[str]:
    return [link for link in links(main_of(page(client, slug))) if "/ask/" in link]


def test_a_school_asks_with_its_key_and_state_filled_in(client: Client, cast: Cast) -> None:
    assert ways(client, "school-oaxaca") == [
        "/en/ask/mx/school-talk/?region=MX-OAX&school=Preparatoria+N%C3%BAmero+5+%28en%29"
    ]
    Claim.objects.create(organisation=cast.school, scheme="cct", value="20DPT1", source=cast.source)
    assert ways(client, "school-oaxaca") == ["/en/ask/mx/school-talk/?region=MX-OAX&school=20DPT1"]
    assert "Is this your school?" in text_of(page(client, "school-oaxaca"))


def test_the_ask_page_takes_what_the_school_page_gives(client: Client, cast: Cast) -> None:
    Claim.objects.create(organisation=cast.school, scheme="cct", value="20DPT1", source=cast.source)
    (way,) = ways(client, "school-oaxaca")
    html = client.get(way).content.decode()
    assert 'value="20DPT1"' in html
    assert '<option value="MX-OAX" selected>' in html


def test_a_post_is_asked_from_its_country(client: Client, cast: Cast) -> None:
    assert ways(client, "embassy-de") == ["/en/ask/mx/consular-support/?country=DE"]


def test_others_are_asked_what_their_entry_point_takes(client: Client, cast: Cast) -> None:
    assert ways(client, "chapter-berlin") == []
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    assert ways(client, "chapter-berlin") == ["/en/ask/mx/school-talk/"]


def test_a_kind_that_was_withdrawn_is_not_offered(client: Client, cast: Cast) -> None:
    cast.kinds["school-talk"].withdrawn_on = date(2026, 1, 1)
    cast.kinds["school-talk"].save()
    assert ways(client, "school-oaxaca") == []


def test_a_visit_takes_as_many_queries_for_one_office_as_for_many(client: Client, cast: Cast) -> None:
    cast.hold("agency", "Ana")
    cast.second_office("agency", "Oficina 0")
    one = len(queries(client, "/organisations/agency/"))
    for number in range(1, 10):
        cast.hold(cast.second_office("agency", f"Oficina {number}"), f"Holder{number}")
        cast.organisation(f"child-{number}", "agency", f"Hija {number}", parent=cast.organisations["agency"])
    assert len(queries(client, "/organisations/agency/")) == one <= 17
