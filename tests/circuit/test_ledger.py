"""The ledger's page and its CSV: who sees what, with which denominators, as of when."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.models import AskKind, Case
from tequio.circuit.queries.columns import columns
from tequio.circuit.queries.figures import COUNTS
from tequio.circuit.queries.public import journal_end
from tequio.circuit.views.ledger import NAMES, defuse
from tequio.network.models import Administration, Mandate, Organisation
from tequio.reference.models import Country
from tests.cast import Cast, open_leg_of
from tests.circuit.month import berlins_promise, decline, pass_a_month
from tests.conftest import Clock
from tests.pages import all_of, links, main_of, queries, text_of, words


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


# The page and the CSV ------------------------------------------------------------------


def table(client: Client, path: str = "/en/ledger/") -> dict[str, list[str]]:
    """The ledger's page: by office and kind, how it kept its dates and the five numbers beside."""
    found = {}
    for body in re.findall(r"<tbody.*?</tbody>", main_of(client.get(path)), re.S):
        name, chip = body.split('<span class="kept-line">')[0], body.split('<span class="kept-line">')[1]
        numbers = all_of(r'<td class="num"[^>]*>(.*?)</td>', body)
        found[words(name)] = [words(chip.split("</th>")[0]), *numbers]
    return found


def said(client: Client, path: str = "/en/ledger/") -> list[str]:
    """What stands behind each row: what offices say, what askers say, what counts for neither."""
    return all_of(r'<div class="voices">(.*?)</details>', main_of(client.get(path)))


def lines(client: Client, path: str = "/en/ledger.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(path).content.decode())))


def test_an_empty_ledger_says_what_will_be_here(client: Client, cast: Cast) -> None:
    text = text_of(client.get("/en/ledger/"))
    assert "0 of 0" not in text
    assert "Nothing has been asked yet" in text
    assert client.get("/en/ledger.csv").content.decode() == ",".join(NAMES) + "\r\n"


def test_the_page_shows_every_office_with_its_denominators(client: Client, cast: Cast, busy: Mandate) -> None:
    rows = table(client)
    assert "10 of 13 answers that were due came by their date. 3 asks wait for an answer now." in text_of(
        client.get("/en/ledger/")
    )
    assert rows["Capítulo Berlín (en) Ask school-talk"] == [
        "answers within 8 working days · kept 10 of 11 62 to 98 %", "12", "10", "0", "1", "1 up to 10 days",
    ]  # fmt: skip
    assert rows["Embajada en Alemania (en) Ask consular-support"] == [
        "answers within 3 working days · kept 0 of 1", "2", "0", "1", "0", "1 up to 0 days",
    ]  # fmt: skip
    assert rows["Mesa de coordinación (en) Ask school-talk"][0] == "kept 0 of 1"
    assert list(rows)[-1] == "All of these"
    assert rows["All of these"][:2] == ["kept 10 of 13 50 to 92 %", "16"]


def test_what_offices_say_stands_beside_what_askers_say(client: Client, cast: Cast, busy: Mandate) -> None:
    assert (
        said(client)[0]
        == "What the office says Accepted 10 What askers say Took place 7 Did not take place 1"
    )


def test_what_is_nought_is_not_shown(client: Client, cast: Cast, berlin: Mandate) -> None:
    cast.case()
    assert said(client) == []
    assert table(client)["Capítulo Berlín (en) Ask school-talk"] == [
        "answers within 8 working days · none due so far", "1", "0", "0", "0", "1 up to 0 days",
    ]  # fmt: skip


def test_an_office_asked_under_two_governments_shows_both(client: Client, cast: Cast, clock: Clock) -> None:
    cast.hold("mesa", "Carla")
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, "consular-support", days=5, countries=["DE"])
    first, second = clock.instant.date(), clock.instant.date() + timedelta(days=10)
    for slug, name, start, stop in (("a", "First", first, second), ("b", "Second", second, None)):
        Administration.objects.create(
            home_id="MX", slug=slug, names={"es": name, "en": name}, starts_on=start, ends_on=stop
        )
    for number in range(2):
        decline(cast.case("consular-support", address=f"{number}@example.net"), embassy)
        clock.forward(days=11)
    expected = "Kept, by administration First 1 of 1 Second 1 of 1"
    assert said(client)[0] == f"What the office says Declined 2 {expected}"
    assert [(line["administration"], line["asked"], line["kept"]) for line in lines(client)] == [
        ("a", "1", "1"), ("b", "1", "1"),
    ]  # fmt: skip


def test_the_csv_says_what_the_page_says(client: Client, cast: Cast, busy: Mandate) -> None:
    page = table(client)
    found = lines(client)
    assert len(found) == len(page) - 1
    for line in found:
        chip, *numbers = page[f"{line['organisation']} Ask {line['kind']}"]
        columns = ("asked", "answered_in_time", "answered_late", "missed", "waiting")
        assert [number.split()[0] for number in numbers] == [line[column] for column in columns]
        kept = f"kept {line['kept']} of {line['matured']}"
        assert (kept if line["matured"] != "0" else "none due so far") in chip


def test_a_line_of_the_csv_is_whole(client: Client, cast: Cast, busy: Mandate, clock: Clock) -> None:
    (line,) = [each for each in lines(client, "/ledger.csv") if each["office"] == busy.office.code]
    assert {name: value for name, value in line.items() if value != "0"} == {
        "office": busy.office.code,
        "organisation": "Capítulo Berlín",
        "title": "Oficina principal",
        "home": "MX",
        "kind": "school-talk",
        "administration": "",
        "asked": "12",
        "answered_in_time": "10",
        "missed": "1",
        "matured": "11",
        "kept": "10",
        "kept_from": "0.6226",
        "kept_to": "0.9838",
        "waiting": "1",
        "longest_wait_days": "10",
        "accepted": "10",
        "done": "7",
        "not_done": "1",
        "invented": "no",
        "as_of": clock.instant.isoformat(timespec="seconds"),
        "journal_entry": str(journal_end()),
        "explained_at": "http://localhost:8000/ledger/columns/",
    }
    assert list(line) == NAMES


def test_every_figure_has_a_column_and_every_column_a_definition(client: Client, db: None) -> None:
    shown = {column.figure for column in columns()} - {""}
    assert shown == set(COUNTS)
    html = main_of(client.get("/en/ledger/columns/"))
    assert re.findall(r'<dt id="([^"]+)">', html) == NAMES
    assert len(all_of(r"<dd>(.*?)</dd>", html)) == len(NAMES)
    assert all(all_of(r"<dd>(.*?)</dd>", html))


def test_the_csv_and_the_page_lead_to_the_definitions(client: Client, cast: Cast, busy: Mandate) -> None:
    answer = client.get("/en/ledger.csv")
    assert answer["Link"] == '<http://localhost:8000/en/ledger/columns/>; rel="describedby"'
    assert lines(client)[0]["explained_at"] == "http://localhost:8000/en/ledger/columns/"
    assert "/en/ledger/columns/" in links(main_of(client.get("/en/ledger/")))


def test_the_csv_is_a_file_of_plain_utf8(client: Client, cast: Cast, busy: Mandate, clock: Clock) -> None:
    answer = client.get("/ledger.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    day = f"{clock.instant:%Y-%m-%d}"
    assert answer["Content-Disposition"] == f'attachment; filename="tequio-ledger-{day}-es.csv"'
    assert answer.content.startswith(b"office,")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_name_that_a_spreadsheet_would_run_is_defused(
    client: Client, cast: Cast, berlin: Mandate, start: str
) -> None:
    name = f'{start}HYPERLINK("https://example.org")'
    Organisation.objects.filter(slug="chapter-berlin").update(names={"es": name, "en": name})
    cast.case()
    (line,) = lines(client)
    assert line["organisation"] == f"'{name}"


@pytest.mark.parametrize("value", ["Universidad", "a=b", "", 0, -3])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert defuse(value) == value


def test_the_ledger_says_as_of_when_and_from_where(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    cast.case()
    text = text_of(client.get("/en/ledger/"))
    assert f"As of Nov. 23, 2026, 4 p.m. UTC, from this hub's journal up to entry {journal_end()}." in text


def test_filters_narrow_the_page_the_total_and_the_csv(client: Client, cast: Cast, busy: Mandate) -> None:
    path = "?kind=MX%2Fconsular-support"
    rows = table(client, f"/en/ledger/{path}")
    assert list(rows) == ["Embajada en Alemania (en) Ask consular-support", "All of these"]
    assert rows["All of these"][1] == "2"
    assert [line["kind"] for line in lines(client, f"/en/ledger.csv{path}")] == ["consular-support"]
    assert f"/en/ledger.csv{path}" in links(main_of(client.get(f"/en/ledger/{path}")))


def test_a_filter_that_is_not_offered_is_ignored(client: Client, cast: Cast, busy: Mandate) -> None:
    assert table(client, "/en/ledger/?kind=MX/none&home=DE") == table(client)


def test_the_hub_can_be_chosen_where_there_are_several(client: Client, cast: Cast, berlin: Mandate) -> None:
    cast.case()
    assert 'name="home"' not in main_of(client.get("/en/ledger/"))
    venezuela = Country.objects.create(id="VE", names={"es": "Venezuela"}, zones=["America/Caracas"])
    kind = AskKind.objects.get(slug="school-talk")
    kind.pk, kind.home = None, venezuela
    kind.save()
    assert 'name="home"' in main_of(client.get("/en/ledger/"))
    assert lines(client, "/ledger.csv?home=VE") == []
    assert [line["home"] for line in lines(client, "/ledger.csv?home=MX")] == ["MX"]


def test_invented_offices_are_marked(client: Client, cast: Cast, berlin: Mandate) -> None:
    Organisation.objects.filter(slug="chapter-berlin").update(demo=True)
    cast.case()
    assert "Capítulo Berlín (en) Ask school-talk · invented for the demo" in table(client)
    assert [line["invented"] for line in lines(client)] == ["yes"]


def test_nothing_of_the_asker_is_in_the_ledger(client: Client, cast: Cast, busy: Mandate) -> None:
    for path in ("/ledger/", "/ledger.csv", "/en/ledger/", "/ledger.atom", "/en/ledger.atom"):
        page = client.get(path).content.decode()
        for secret in ("Marta", "example.net", "vacunas", "Preparatoria", "Beto"):
            assert secret not in page


def test_a_long_ledger_has_pages_and_its_total_is_of_all(client: Client, cast: Cast, berlin: Mandate) -> None:
    for number in range(26):
        office = cast.organisation(f"chapter-{number}", "chapter", f"Capítulo {number:02}")
        mandate = cast.hold(cast.office(office.slug), f"Holder{number}")
        cast.promise(mandate, days=1, regions=["MX-OAX"])
        cast.case(address=f"asker{number}@example.net")
    first, second = table(client), table(client, "/en/ledger/?page=2")
    assert (len(first), len(second)) == (26, 2)
    assert first["All of these"] == second["All of these"]
    assert first["All of these"][1] == "26"
    assert "/en/ledger.csv" in links(main_of(client.get("/en/ledger/?page=2")))


@pytest.mark.parametrize("path", ["/ledger/", "/ledger.csv", "/ledger.atom"])
def test_a_visit_takes_as_many_queries_for_one_office_as_for_many(
    client: Client, cast: Cast, berlin: Mandate, path: str
) -> None:
    cast.case()
    one = len(queries(client, path))
    for number in range(12):
        office = cast.organisation(f"chapter-{number}", "chapter", f"Capítulo {number}")
        mandate = cast.hold(cast.office(office.slug), f"Holder{number}")
        cast.promise(mandate, days=1 + number, regions=["MX-OAX"])
        cast.case(address=f"asker{number}@example.net")
        decline_leg(open_leg_of(Case.objects.latest("pk")), by=open_holder(), reason="full")
    assert len(queries(client, path)) == one <= 6


def open_holder() -> Mandate:
    """Who holds the office that the latest ask came to."""
    owner = open_leg_of(Case.objects.latest("pk")).owner
    assert owner is not None
    return owner.mandates.get()
