"""The list of organisations: words, filters, counts, pages, order."""

import re
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.models import EntryPoint
from tequio.circuit.queries.public import promising
from tequio.circuit.queries.routing import live_promises
from tequio.directory.queries import facets
from tequio.network.actions import end_mandate
from tequio.network.models import Organisation
from tequio.reference.models import Source
from tests.cast import Cast
from tests.conftest import Clock
from tests.pages import all_of, items, links, main_of, queries, text_of

EVERYBODY = [
    "Agencia de Ciencia (en)",
    "Capítulo Berlín (en)",
    "Capítulo Madrid (en)",
    "Embajada en Alemania (en)",
    "Instituto del Exterior (en)",
    "Mesa de coordinación (en)",
    "Preparatoria Número 5 (en)",
    "Universidad de Oaxaca (en)",
]


def names(client: Client, address: str = "") -> list[str]:
    return all_of(r"<h2><a[^>]*>(.*?)</a>", main_of(client.get(f"/en/organisations/{address}")))


def offered(client: Client, name: str, address: str = "") -> list[str]:
    html = main_of(client.get(f"/en/organisations/{address}"))
    (select,) = re.findall(rf'<select name="{name}".*?</select>', html)
    return all_of(r"<option[^>]*>(.*?)</option>", select)


def test_everybody_who_is_listed_is_shown_by_name(client: Client, cast: Cast) -> None:
    assert names(client) == EVERYBODY
    assert "8 organisations" in text_of(client.get("/en/organisations/"))


def test_names_are_in_spanish_order(client: Client, cast: Cast) -> None:
    for name in ("Zamora", "Álamo", "abeja", "Ámbar"):
        cast.organisation(f"x-{name.lower().encode().hex()}", "centre", name)
    assert names(client, "?kind=centre") == ["abeja (en)", "Álamo (en)", "Ámbar (en)", "Zamora (en)"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("capitulo", ["Capítulo Berlín (en)", "Capítulo Madrid (en)"]),
        ("CAPÍTULO madrid", ["Capítulo Madrid (en)"]),
        ("madrid capítulo", ["Capítulo Madrid (en)"]),
        ("lemania", ["Embajada en Alemania (en)"]),
        ("   ", EVERYBODY),
        ("capitulo oaxaca", []),
        ("%", []),
        ("_", []),
        ("'", []),
        ('"><b>', []),
    ],
)
def test_words_are_found_without_regard_to_accents_case_and_order(
    client: Client, cast: Cast, words: str, found: list[str]
) -> None:
    answer = client.get("/en/organisations/", {"words": words})
    assert all_of(r"<h2><a[^>]*>(.*?)</a>", main_of(answer)) == found
    assert "<b>" not in main_of(answer)


@pytest.mark.parametrize("words", ["ueno", "Peñón", "chapter"])
def test_acronyms_aliases_cities_and_translations_are_searched(
    client: Client, cast: Cast, words: str
) -> None:
    """What is searched is what the loader wrote for it; see tests/exchange."""
    Organisation.objects.filter(slug="chapter-berlin").update(search_text="ueno penon chapter")
    assert names(client, f"?words={words}") == ["Capítulo Berlín (en)"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("?kind=chapter", ["Capítulo Berlín (en)", "Capítulo Madrid (en)"]),
        ("?country=DE", ["Capítulo Berlín (en)", "Embajada en Alemania (en)"]),
        ("?country=DE&kind=post", ["Embajada en Alemania (en)"]),
        ("?region=MX-OAX", ["Preparatoria Número 5 (en)", "Universidad de Oaxaca (en)"]),
        ("?region=MX-OAX&kind=school", ["Preparatoria Número 5 (en)"]),
        ("?country=ES&kind=post", []),
        ("?kind=nonsense&country=&live=2", EVERYBODY),
    ],
)
def test_filters_narrow_the_list(client: Client, cast: Cast, address: str, found: list[str]) -> None:
    assert names(client, address) == found
    word = "organisation" if len(found) == 1 else "organisations"
    assert f"{len(found)} {word}" in text_of(client.get(f"/en/organisations/{address}"))


def test_a_filter_offers_what_there_is_with_its_count(client: Client, cast: Cast) -> None:
    cast.organisation("centre", "centre", "Centro", country="MX")
    Organisation.objects.filter(slug="chapter-madrid").update(withdrawn_on="2026-01-01")
    assert offered(client, "kind")[:2] == ["All kinds", "Government agency (2)"]
    assert sorted(offered(client, "kind")[2:]) == [
        "Association (1)", "Chapter (1)", "Embassy or consulate (1)",
        "Research centre (1)", "School (1)", "University (1)",
    ]  # fmt: skip
    assert offered(client, "country") == ["All countries", "Germany", "Mexico"]
    assert offered(client, "region") == ["All states", "Oaxaca"]


def test_what_is_offered_does_not_shrink_with_what_is_chosen(client: Client, cast: Cast) -> None:
    for name in ("kind", "country", "region"):
        assert offered(client, name, "?kind=chapter&country=ES") == offered(client, name)


def test_places_are_named_in_the_readers_language(client: Client, cast: Cast) -> None:
    assert "Alemania" in main_of(client.get("/organisations/"))
    assert "Germany" not in main_of(client.get("/organisations/"))
    assert "Chapter · Germany" in items(client.get("/en/organisations/"))[1]


def test_the_count_of_all_is_known_without_counting(cast: Cast) -> None:
    assert facets().total == len(EVERYBODY)


def test_who_has_promised_is_marked_and_can_be_chosen(client: Client, cast: Cast, clock: Clock) -> None:
    assert names(client, "?live=1") == []
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate, valid_days=30)
    assert names(client, "?live=1") == ["Capítulo Berlín (en)"]
    marked = [row for row in items(client.get("/en/organisations/")) if "Has promised an answer" in row]
    assert marked == ["Chapter · Germany Capítulo Berlín (en) Has promised an answer"]
    clock.forward(days=32)
    assert names(client, "?live=1") == []
    assert "Has promised" not in main_of(client.get("/en/organisations/"))


def test_an_office_that_nobody_holds_promises_nothing(client: Client, cast: Cast) -> None:
    cast.hold("mesa", "Carla")
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    end_mandate(mandate, by=mandate)
    assert names(client, "?live=1") == []
    assert "Has promised" not in main_of(client.get("/en/organisations/"))


def test_who_was_withdrawn_is_not_listed(client: Client, cast: Cast) -> None:
    Organisation.objects.filter(slug="agency").update(withdrawn_on="2026-01-01")
    assert names(client) == EVERYBODY[1:]


def test_a_city_that_bears_its_states_name_is_named_once(client: Client, cast: Cast) -> None:
    Organisation.objects.filter(slug="university-oaxaca").update(city="Oaxaca")
    assert items(client.get("/en/organisations/?kind=university")) == [
        "University · Oaxaca · Mexico Universidad de Oaxaca (en)"
    ]


def test_invented_organisations_are_marked(client: Client, cast: Cast) -> None:
    Organisation.objects.filter(slug="agency").update(demo=True, acronym="ADC")
    assert items(client.get("/en/organisations/"))[0] == (
        "Government agency · Mexico · invented for the demo Agencia de Ciencia (en) ADC"
    )


def test_each_row_leads_to_its_page(client: Client, cast: Cast) -> None:
    html = main_of(client.get("/en/organisations/?kind=chapter"))
    assert all_of(r'<h2><a href="([^"]+)"', html) == ["chapter-berlin/", "chapter-madrid/"]
    assert client.get("/en/organisations/chapter-berlin/").status_code == 200


def test_the_sources_of_the_rows_shown_are_named_with_their_date(client: Client, cast: Cast) -> None:
    other = Source.objects.create(
        id="test:other", titles={"es": "Otra lista"}, licence="MIT", attribution="Alguien", as_of="2024-05-06",
        url="https://example.org/list",
    )  # fmt: skip
    Organisation.objects.filter(slug="agency").update(source=other)
    text = text_of(client.get("/en/organisations/"))
    assert "Source: Otra lista · Alguien · MIT · as of May 6, 2024" in text
    assert "Source: Case · CC0-1.0 · as of Jan. 1, 2026" in text
    assert "https://example.org/list" in links(main_of(client.get("/en/organisations/")))
    assert "Otra lista" not in text_of(client.get("/en/organisations/?kind=chapter"))


def test_an_empty_answer_says_what_to_do(client: Client, cast: Cast) -> None:
    text = text_of(client.get("/en/organisations/?words=nothing"))
    assert "No organisation fits" in text
    assert "/en/ask/" in links(main_of(client.get("/en/organisations/?words=nothing")))


@pytest.fixture
def many(cast: Cast) -> Cast:
    for number in range(50):
        cast.organisation(f"centre-{number:02}", "centre", f"Centro {number:02}")
    return cast


def test_twenty_five_are_shown_on_a_page_and_the_pager_keeps_the_filters(client: Client, many: Cast) -> None:
    address = "?kind=centre&words=centro"
    assert names(client, address) == [f"Centro {n:02} (en)" for n in range(25)]
    assert names(client, f"{address}&page=2") == [f"Centro {n:02} (en)" for n in range(25, 50)]
    html = main_of(client.get(f"/en/organisations/{address}"))
    (following,) = [link for link in links(html) if "page=" in link]
    assert following == "?kind=centre&words=centro&page=2"
    assert "1 to 25 of 50" in text_of(client.get(f"/en/organisations/{address}"))


@pytest.mark.parametrize("page", ["99", "0", "-1"])
def test_a_page_beyond_the_last_is_the_last(client: Client, many: Cast, page: str) -> None:
    assert names(client, f"?kind=centre&page={page}")[-1] == "Centro 49 (en)"


@pytest.mark.parametrize("address", ["", "?kind=centre", "?words=centro&country=MX&live=1"])
def test_a_visit_takes_as_many_queries_for_one_row_as_for_fifty(
    client: Client, cast: Cast, address: str
) -> None:
    def promised(number: int) -> None:
        office = cast.organisation(f"centre-{number}", "centre", f"Centro {number}").offices.get()
        cast.promise(cast.hold(office, f"Holder{number}"), "consular-support")

    cast.kinds["consular-support"].for_kinds.append("centre")
    cast.kinds["consular-support"].save()
    promised(0)
    one = queries(client, f"/organisations/{address}")
    for number in range(1, 50):
        promised(number)
    fifty = queries(client, f"/organisations/{address}")
    assert len(fifty) == len(one) <= 6


def test_a_signed_in_visit_takes_few_queries(client: Client, many: Cast) -> None:
    many.hold("chapter-berlin", "Beto")
    client.force_login(many.account("Beto"))
    assert len(queries(client, "/organisations/")) <= 12


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_list_is_only_read(client: Client, cast: Cast, method: str) -> None:
    answer: Any = getattr(client, method)("/organisations/")
    assert answer.status_code == 405


@pytest.mark.parametrize("end", ["", "lapsed", "vacant", "entry point withdrawn"])
def test_the_light_way_to_ask_who_has_promised_agrees_with_the_rule(
    cast: Cast, clock: Clock, end: str
) -> None:
    cast.hold("mesa", "Carla")
    mandates = [cast.hold(cast.office(slug), slug) for slug in ("chapter-berlin", "chapter-madrid")]
    for mandate in mandates:
        cast.promise(mandate, valid_days=30)
    cast.promise(cast.hold(cast.second_office("chapter-berlin"), "Ana"), valid_days=60)
    if end == "lapsed":
        clock.forward(days=40)
    elif end == "vacant":
        end_mandate(mandates[1], by=mandates[1])
    elif end:
        EntryPoint.objects.filter(office=mandates[1].office).update(withdrawn_on="2026-01-01")
    everybody = set(Organisation.objects.values_list("pk", flat=True))
    rule = set(live_promises().values_list("entry_point__office__organisation", flat=True))
    assert promising(everybody) == rule
    assert len(rule) == (1 if end else 2)
    assert promising([]) == set()
