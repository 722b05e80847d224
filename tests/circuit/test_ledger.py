"""The ledger: the same figures from the tables, from the journal, on the page and in the CSV."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.asker import reply_to_question, report_outcome, withdraw_case
from tequio.circuit.models import AskKind, Case
from tequio.circuit.queries.public import journal_end, ledger_rows, total
from tequio.circuit.queries.record import Figures, answers, from_journal, from_tables, wilson
from tequio.circuit.views.ledger import COLUMNS, defuse
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Mandate, Organisation
from tequio.reference.models import Country
from tests.cast import Cast, open_leg_of, work
from tests.conftest import Clock
from tests.pages import all_of, links, main_of, queries, text_of

SOON = timedelta(days=5)


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    """Berlin's chapter is held and promises school talks within ten days; somebody coordinates."""
    cast.hold("mesa", "Carla")
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate, days=10)
    return mandate


def accept(case: Case, by: Mandate) -> None:
    accept_leg(open_leg_of(case), by=by, what="We meet", due_on=kernel_clock.today("UTC") + SOON)


def decline(case: Case, by: Mandate) -> None:
    decline_leg(open_leg_of(case), by=by, reason="full")


def figures_of(mandate: Mandate, kind: str = "school-talk") -> Figures:
    """The figures of the mandate's office, the same from the tables and from the journal."""
    tables, journal = from_tables(), from_journal()
    assert tables == journal
    return tables[mandate.office.code, f"MX/{kind}"]


# Wilson's interval ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (41, 46, 0.7696, 0.9527),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_the_interval_is_wilsons(kept: int, of: int, low: float, high: float) -> None:
    """The last two are worked examples of Newcombe (1998), Statistics in Medicine 17:857, method 3."""
    interval = wilson(kept, of)
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=0.00006)


@pytest.mark.parametrize("of", [0, 1, 9])
def test_no_share_is_given_below_ten(of: int) -> None:
    assert wilson(of, of) is None


# What is counted --------------------------------------------------------------------


def test_an_ask_that_waits_counts_as_asked_and_as_waiting(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    opened = clock.instant
    cast.case()
    clock.forward(days=3)
    assert figures_of(berlin) == Figures(asked=1, waiting=1, waiting_since=opened)
    assert figures_of(berlin).days_waiting(clock.instant) == 3


def test_an_answer_in_time_matures_when_its_date_is_over(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    due_at = open_leg_of(case).due_at
    accept(case, berlin)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, accepted=1)
    assert due_at is not None
    clock.to(due_at - timedelta(microseconds=1))
    assert figures_of(berlin).matured == 0
    clock.to(due_at)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, accepted=1, matured=1, kept=1)


def test_an_answer_at_the_last_instant_is_in_time_and_one_later_is_late(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    first, second = cast.case(), cast.case()
    due_at = open_leg_of(first).due_at
    assert due_at is not None
    clock.to(due_at)
    decline(first, berlin)
    clock.forward(microseconds=1)
    decline(second, berlin)
    assert figures_of(berlin) == Figures(asked=2, in_time=1, late=1, declined=2, matured=2, kept=1)


def test_a_silent_office_missed_and_the_next_one_was_asked(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    cast.case()
    clock.forward(days=14)
    work()
    assert figures_of(berlin) == Figures(asked=1, missed=1, matured=1)
    last = figures_of(cast.desk.mandates.get())
    assert (last.asked, last.waiting, last.waiting_since) == (1, 1, clock.instant)


def test_what_the_asker_withdrew_counts_as_asked_alone(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    withdraw_case(cast.case())
    clock.forward(days=30)
    assert figures_of(berlin) == Figures(asked=1)


def test_a_pause_moves_the_date_by_which_an_answer_counts(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    clock.forward(days=8)
    ask_more(open_leg_of(case), by=berlin, question="For which year?")
    clock.forward(days=5)
    reply_to_question(case, "The fourth")
    clock.forward(days=1)
    decline(case, berlin)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, declined=1)
    clock.forward(days=10)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, declined=1, matured=1, kept=1)


def test_an_answer_taken_back_never_counted(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    opened, case = clock.instant, cast.case()
    leg = open_leg_of(case)
    decline(case, berlin)
    clock.forward(hours=2)
    undo_answer(leg, by=berlin)
    assert figures_of(berlin) == Figures(asked=1, waiting=1, waiting_since=opened)


def test_what_is_passed_on_counts_at_both_offices(cast: Cast, berlin: Mandate) -> None:
    madrid = cast.hold("chapter-madrid", "Dora")
    cast.promise(madrid, days=20)
    pass_on_leg(open_leg_of(cast.case()), by=berlin, to=madrid.office, reason="full")
    assert figures_of(berlin) == Figures(asked=1, in_time=1, passed_on=1)
    assert figures_of(madrid).asked == figures_of(madrid).waiting == 1


@pytest.mark.parametrize(("happened", "done", "not_done"), [(True, 1, 0), (False, 0, 1)])
def test_the_asker_says_whether_it_took_place(
    cast: Cast, berlin: Mandate, clock: Clock, happened: bool, done: int, not_done: int
) -> None:
    case = cast.case()
    accept(case, berlin)
    assert (figures_of(berlin).done, figures_of(berlin).not_done) == (0, 0)
    clock.forward(days=6)
    report_outcome(case, happened=happened)
    assert (figures_of(berlin).done, figures_of(berlin).not_done) == (done, not_done)


def test_a_commitment_that_was_dropped_is_not_judged(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    leg = open_leg_of(case)
    accept(case, berlin)
    undo_answer(leg, by=berlin)
    accept(case, berlin)
    clock.forward(days=6)
    report_outcome(case, happened=True)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, accepted=1, done=1)


# From the tables, from the journal -------------------------------------------------------


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    """A month of asks to two kinds of office: twelve talks of which ten were accepted, one missed, one waits."""
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, "consular-support", days=5, countries=["DE"])
    silent = cast.case()
    for number in range(10):
        case = cast.case(address=f"asker{number}@example.net")
        clock.forward(hours=1)
        accept(case, berlin)
        clock.forward(days=1)
        if number < 8:
            clock.forward(days=5)
            report_outcome(case, happened=number < 7)
        work()
    cast.case(address="last@example.net")
    clock.forward(days=4)
    support = cast.case("consular-support", address="chapter@example.net")
    clock.forward(days=6)
    decline(support, embassy)
    cast.case("consular-support", address="other@example.net")
    assert silent.legs.count() > 1
    return berlin


def test_after_many_acts_the_journal_alone_tells_what_the_tables_tell(
    cast: Cast, busy: Mandate, clock: Clock
) -> None:
    ledger = from_tables()
    assert from_journal() == ledger
    assert ledger[busy.office.code, "MX/school-talk"] == Figures(
        asked=12, in_time=10, missed=1, waiting=1, waiting_since=clock.instant - timedelta(days=10),
        accepted=10, done=7, not_done=1, matured=11, kept=10,
    )  # fmt: skip
    later = clock.forward(days=40)
    assert from_journal(now=later) == from_tables(now=later)


def test_the_ledger_can_be_narrowed_to_an_office_or_a_kind(cast: Cast, busy: Mandate) -> None:
    whole = from_tables()
    mine = {key: figures for key, figures in whole.items() if key[0] == busy.office.code}
    assert from_tables(office=busy.office_id) == mine
    support = {key: figures for key, figures in whole.items() if key[1] == "MX/consular-support"}
    assert from_tables(kind__slug="consular-support") == support
    assert from_tables(kind__home="VE") == {}


def test_answers_are_the_ledger_without_outcomes(cast: Cast, busy: Mandate) -> None:
    expected = from_tables()
    for figures in expected.values():
        figures.done = figures.not_done = 0
    assert answers() == expected


def test_the_ledger_takes_two_queries_however_many_asks_there_are(
    cast: Cast, berlin: Mandate, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        cast.case(address=f"asker{number}@example.net")
        with django_assert_num_queries(2):
            from_tables()


def test_a_total_adds_counts_and_keeps_the_longest_wait(cast: Cast, busy: Mandate, clock: Clock) -> None:
    rows = ledger_rows()
    whole = total(rows, clock.instant)
    assert whole.figures.asked == sum(row.figures.asked for row in rows)
    assert whole.figures.waiting == sum(row.figures.waiting for row in rows)
    assert whole.longest == max(row.longest for row in rows)
    assert total([], clock.instant).figures == Figures()


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
    assert "10 of 14 answers that were due came by their date. 3 asks wait for an answer now." in text_of(
        client.get("/en/ledger/")
    )
    berlin = rows["Capítulo Berlín (en) Ask school-talk"]
    assert berlin == ["12", "10 · 0 · 1", "10 of 11 62 to 98 %", "1 up to 10 days", "10 · 0 · 0", "7 of 8"]
    assert rows["Embajada en Alemania (en) Ask consular-support"] == [
        "2", "0 · 1 · 0", "0 of 1", "1 up to 0 days", "0 · 1 · 0", "none judged",
    ]  # fmt: skip
    assert list(rows)[-1] == "All of these"
    assert rows["All of these"][0] == "17"


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
