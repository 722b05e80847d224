"""The ledger's Atom feed: weeks that are over, by office and kind; names that stay; nothing of an asker."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from tequio.circuit.queries.weeks import WEEKS, last_end
from tequio.network.models import Mandate, Organisation
from tests.cast import Cast, work
from tests.circuit.month import berlins_promise, decline
from tests.conftest import START, Clock

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


def feed(client: Client, path: str = "/en/ledger.atom") -> Any:
    answer = client.get(path)
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def text(element: Any, name: str) -> str:
    found: str = element.findtext(f"{ATOM}{name}")
    return found


def entries(client: Client, path: str = "/en/ledger.atom") -> list[tuple[str, str]]:
    return [
        (text(each, "title"), text(each, "summary")) for each in feed(client, path).findall(f"{ATOM}entry")
    ]


def links_of(element: Any) -> list[tuple[str, str, str]]:
    return [(link.get("rel"), link.get("type"), link.get("href")) for link in element.findall(f"{ATOM}link")]


# Weeks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 11, 23, 16, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)),
        (datetime(2026, 11, 24, 0, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)),
        (datetime(2027, 1, 3, 12, tzinfo=UTC), datetime(2026, 12, 28, tzinfo=UTC)),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_a_week_is_told_a_day_after_its_end(now: datetime, end: datetime) -> None:
    assert last_end(now) == end
    assert end.weekday() == 0


def test_the_present_week_is_not_told(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    decline(cast.case(), berlin)
    assert entries(client) == []
    clock.forward(days=6)
    assert entries(client) == []
    clock.to(datetime(2026, 12, 1, tzinfo=UTC))
    assert entries(client) == [
        (
            "Capítulo Berlín (en), November 23 to Nov. 29, 2026",
            "Ask school-talk: 1 asked, 1 answered, 0 missed.",
        )
    ]


def test_what_was_asked_in_one_week_and_missed_in_another_stands_in_both(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    cast.case()
    clock.forward(days=18)
    work()
    clock.forward(days=14)
    told = [row for row in entries(client) if row[0].startswith("Capítulo")]
    assert told == [
        (
            "Capítulo Berlín (en), December 7 to Dec. 13, 2026",
            "Ask school-talk: 0 asked, 0 answered, 1 missed.",
        ),
        (
            "Capítulo Berlín (en), November 23 to Nov. 29, 2026",
            "Ask school-talk: 1 asked, 0 answered, 0 missed.",
        ),
    ]


def test_a_late_answer_is_said_to_be_late(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    clock.forward(days=18)
    decline(case, berlin)
    clock.forward(days=14)
    assert entries(client)[0][1] == "Ask school-talk: 0 asked, 1 answered, 1 of them late, 0 missed."


def test_what_is_older_than_the_weeks_of_the_feed_is_left_out(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    decline(cast.case(), berlin)
    clock.to(START + timedelta(weeks=WEEKS, days=1))
    assert len(entries(client)) == 1
    clock.forward(weeks=1)
    assert entries(client) == []


def test_a_filter_narrows_the_feed_and_names_it(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    decline(cast.case(), berlin)
    clock.forward(days=10)
    assert entries(client, "/en/ledger.atom?kind=MX/counterpart") == []
    whole, narrow = feed(client), feed(client, "/en/ledger.atom?kind=MX/school-talk")
    assert text(whole, "id") != text(narrow, "id")
    assert len(narrow.findall(f"{ATOM}entry")) == 1


# The feed as Atom ------------------------------------------------------------------------


def test_the_feed_is_whole(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    decline(cast.case(), berlin)
    clock.to(datetime(2026, 12, 3, tzinfo=UTC))
    root = feed(client)
    assert root.tag == f"{ATOM}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert text(root, "id") == "tag:localhost,2026:ledger/en"
    assert text(root, "updated") == "2026-12-01T00:00:00+00:00"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Tequio"
    assert links_of(root) == [
        ("self", "application/atom+xml", "http://localhost:8000/en/ledger.atom"),
        ("alternate", "text/html", "http://localhost:8000/en/ledger/"),
        ("alternate", "application/atom+xml", "http://localhost:8000/ledger.atom"),
    ]
    (entry,) = root.findall(f"{ATOM}entry")
    name = f"tag:localhost,2026:ledger/{berlin.office.code}/MX/school-talk/2026-W48/en"
    assert text(entry, "id") == name
    assert (text(entry, "published"), text(entry, "updated")) == ("2026-12-01T00:00:00+00:00",) * 2
    assert links_of(entry) == [
        ("alternate", "text/html", "http://localhost:8000/en/organisations/chapter-berlin/")
    ]
    assert [part.get("term") for part in entry.findall(f"{ATOM}category")] == ["Ask school-talk"]


def test_names_stay_the_same_at_every_reading(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    decline(cast.case(), berlin)
    clock.forward(days=10)
    before = [text(each, "id") for each in feed(client).findall(f"{ATOM}entry")]
    clock.forward(days=10)
    after = [text(each, "id") for each in feed(client).findall(f"{ATOM}entry")]
    assert before == after != []


def test_an_empty_feed_is_a_feed(client: Client, cast: Cast) -> None:
    root = feed(client)
    assert root.findall(f"{ATOM}entry") == []
    assert text(root, "updated") == "2026-11-17T00:00:00+00:00"


def test_it_speaks_both_languages(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    decline(cast.case(), berlin)
    clock.forward(days=10)
    spanish, english = feed(client, "/ledger.atom"), feed(client, "/en/ledger.atom")
    assert text(spanish, "id") == "tag:localhost,2026:ledger/es"
    assert text(spanish.find(f"{ATOM}entry"), "title").startswith("Capítulo Berlín,")
    assert text(english.find(f"{ATOM}entry"), "title").startswith("Capítulo Berlín (en),")


def test_markup_in_a_name_is_text(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    Organisation.objects.filter(slug="chapter-berlin").update(names={"es": "<b>&", "en": "<b>&"}, demo=True)
    decline(cast.case(), berlin)
    clock.forward(days=10)
    assert entries(client)[0][0] == "<b>&, November 23 to Nov. 29, 2026 (invented for the demo)"


def test_the_page_leads_to_the_feed(client: Client, cast: Cast) -> None:
    page = client.get("/en/ledger/").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" title="Ledger" href="/en/ledger.atom">' in page
    assert (
        'href="/en/ledger.atom?kind=MX%2Fschool-talk"'
        in client.get("/en/ledger/?kind=MX%2Fschool-talk").content.decode()
    )
