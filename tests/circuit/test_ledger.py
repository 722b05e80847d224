"""The ledger's page and its CSV: who sees what, with which denominators, as of when."""

import csv
from io import StringIO

import pytest
from django.test import Client

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.models import AskKind, Case
from tequio.circuit.queries.public import journal_end
from tequio.circuit.views.ledger import COLUMNS, defuse
from tequio.network.models import Mandate, Organisation
from tequio.reference.models import Country
from tests.cast import Cast, open_leg_of
from tests.circuit.month import berlins_promise, pass_a_month
from tests.conftest import Clock
from tests.pages import all_of, links, main_of, queries, text_of


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


# The page and the CSV ------------------------------------------------------------------


def table(client: Client, path: str = "/en/ledger/") -> dict[str, list[str]]:
    """The ledger's page, by the words of the first cell of each row."""
    html = main_of(client.get(path))
    cells = [all_of(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in html.split("<tr>")[2:]]
    return {row[0]: row[1:] for row in cells}


def lines(client: Client, path: str = "/en/ledger.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(path).content.decode())))


def test_an_empty_ledger_says_what_will_be_here(client: Client, cast: Cast) -> None:
    text = text_of(client.get("/en/ledger/"))
    assert "0 of 0" not in text
    assert "Nothing has been asked yet" in text
    assert client.get("/en/ledger.csv").content.decode() == ",".join(COLUMNS) + "\r\n"


def test_the_page_shows_every_office_with_its_denominators(client: Client, cast: Cast, busy: Mandate) -> None:
    rows = table(client)
    assert "10 of 13 answers that were due came by their date. 3 asks wait for an answer now." in text_of(
        client.get("/en/ledger/")
    )
    berlin = rows["Capítulo Berlín (en) Ask school-talk"]
    assert berlin == ["12", "10 · 0 · 1", "10 of 11 62 to 98 %", "1 up to 10 days", "10 · 0 · 0", "7 of 8"]
    assert rows["Embajada en Alemania (en) Ask consular-support"] == [
        "2", "0 · 1 · 0", "0 of 1", "1 up to 0 days", "0 · 1 · 0", "none judged",
    ]  # fmt: skip
    assert list(rows)[-1] == "All of these"
    assert rows["All of these"][0] == "16"


def test_the_csv_says_what_the_page_says(client: Client, cast: Cast, busy: Mandate) -> None:
    page = table(client)
    found = lines(client)
    assert len(found) == len(page) - 1
    for line in found:
        asked, timely, kept, waiting, answers_, judged = page[f"{line['organisation']} Ask {line['kind']}"]
        assert line["asked"] == asked
        assert f"{line['answered_in_time']} · {line['answered_late']} · {line['missed']}" == timely
        assert kept.startswith(
            f"{line['kept']} of {line['matured']}" if line["matured"] != "0" else "none due"
        )
        assert waiting.split()[0] == line["waiting"]
        assert f"{line['accepted']} · {line['declined']} · {line['passed_on']}" == answers_
        of = int(line["done"]) + int(line["not_done"])
        assert judged == (f"{line['done']} of {of}" if of else "none judged")


def test_a_line_of_the_csv_is_whole(client: Client, cast: Cast, busy: Mandate, clock: Clock) -> None:
    (line,) = [each for each in lines(client, "/ledger.csv") if each["office"] == busy.office.code]
    assert line == {
        "office": busy.office.code,
        "organisation": "Capítulo Berlín",
        "title": "Oficina principal",
        "home": "MX",
        "kind": "school-talk",
        "asked": "12",
        "answered_in_time": "10",
        "answered_late": "0",
        "missed": "1",
        "matured": "11",
        "kept": "10",
        "kept_from": "0.6226",
        "kept_to": "0.9838",
        "waiting": "1",
        "longest_wait_days": "10",
        "accepted": "10",
        "declined": "0",
        "passed_on": "0",
        "done": "7",
        "not_done": "1",
        "invented": "no",
        "as_of": clock.instant.isoformat(timespec="seconds"),
        "journal_entry": str(journal_end()),
    }


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
    assert rows["All of these"][0] == "2"
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
    for path in ("/ledger/", "/ledger.csv", "/en/ledger/"):
        page = client.get(path).content.decode()
        for secret in ("Marta", "example.net", "vacunas", "Preparatoria", "Beto"):
            assert secret not in page


@pytest.mark.parametrize("path", ["/ledger/", "/ledger.csv"])
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
