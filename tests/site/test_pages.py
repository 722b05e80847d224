"""The home page, what this is, privacy, and what holds for every page."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.models import AskKind
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Hub, Organisation
from tequio.reference.models import Country
from tequio.site import views
from tequio.site.middleware import is_loopback
from tests.cast import Cast, open_leg_of
from tests.conftest import Clock
from tests.pages import all_of, items, links, main_of, queries, text_of

PUBLIC = [
    "/", "/about/", "/privacy/", "/map/", "/organisations/", "/organisations/agency/",
    "/entry-points/", "/entry-points/chapter-berlin/", "/ledger/", "/ask/",
]  # fmt: skip


# Home ---------------------------------------------------------------------------------


def section(client: Client, heading: str, path: str = "/en/") -> str:
    """The HTML of the section below a heading."""
    html = main_of(client.get(path))
    return html.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0]


def test_the_kinds_of_ask_come_first_each_one_click_away(client: Client, cast: Cast) -> None:
    html = main_of(client.get("/en/"))
    ways = [link for link in links(html) if link.startswith("/en/")][:3]
    assert ways == ["/en/ask/mx/school-talk/", "/en/ask/mx/counterpart/", "/en/ask/mx/consular-support/"]
    assert all_of(r"<h3><a[^>]*>(.*?)</a></h3>", html) == [
        "Ask school-talk", "Ask counterpart", "Ask consular-support",
    ]  # fmt: skip
    assert all_of(r"<h1>(.*?)</h1>", html) == ["Ask here. An office answers by a date."]


def test_an_empty_hub_says_that_nobody_has_promised_and_who_to_write_to(
    client: Client, cast: Cast, settings: Any
) -> None:
    settings.CONTACT = "people@example.org"
    html = section(client, "These offices answer, this fast")
    assert "No office has promised an answer yet." in html
    assert {"/en/entry-points/", "mailto:people@example.org"} == set(links(html))
    assert "Nothing has been asked here yet." in section(client, "This was done in the last twelve weeks")


def test_a_hub_without_a_pack_says_so(client: Client, db: None) -> None:
    assert "Nothing can be asked here yet" in text_of(client.get("/en/"))


def test_several_hubs_are_told_apart(client: Client, cast: Cast) -> None:
    venezuela = Country.objects.create(id="VE", names={"es": "Venezuela"}, zones=["America/Caracas"])
    kind = AskKind.objects.get(slug="school-talk")
    kind.pk, kind.home = None, venezuela
    kind.save()
    Hub.objects.create(home=venezuela, coordination=cast.office("agency"), days=5)
    html = main_of(client.get("/en/"))
    assert all_of(r"<h2>(.*?)</h2>", html)[:2] == ["Mexico", "Venezuela"]
    assert "/en/ask/ve/school-talk/" in links(html)


def test_the_offices_that_answer_are_shown_the_quickest_first(client: Client, cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"), days=9)
    cast.promise(cast.hold("university-oaxaca", "Uma"), "counterpart", days=4)
    assert items(client.get("/en/")) == [
        "Ask counterpart Universidad de Oaxaca (en) answers within 4 working days · none due so far",
        "Ask school-talk Capítulo Berlín (en) answers within 9 working days · none due so far",
    ]
    html = section(client, "These offices answer, this fast")
    assert links(html) == [
        "/en/entry-points/university-oaxaca/", "/en/entry-points/chapter-berlin/", "/en/entry-points/",
    ]  # fmt: skip
    assert "All 2 promises, and the offices that are listed" in html


def test_six_offices_are_enough_for_the_first_page(client: Client, cast: Cast) -> None:
    for number in range(9):
        office = cast.organisation(f"chapter-{number}", "chapter", f"Capítulo {number}").offices.get()
        cast.promise(cast.hold(office, f"Holder{number}"), days=number + 1)
    assert len(items(client.get("/en/"))) == views.SHOWN == 6
    assert "All 9 promises" in text_of(client.get("/en/"))


def test_what_was_done_is_counted_by_kind_and_names_nobody(client: Client, cast: Cast, clock: Clock) -> None:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    first, _second = cast.case(), cast.case(address="other@example.net")
    heading = "This was done in the last twelve weeks"
    assert all_of(r"<li>(.*?)</li>", section(client, heading)) == [
        "Ask school-talk 2 asked for it. None has been confirmed as done yet."
    ]
    accept_leg(open_leg_of(first), by=mandate, what="We meet", due_on=kernel_clock.today("UTC"))
    clock.forward(days=1)
    report_outcome(first, happened=True)
    assert all_of(r"<li>(.*?)</li>", section(client, heading)) == [
        "Ask school-talk 1 took place, says the asker 2 asked for it."
    ]
    page = client.get("/en/").content.decode()
    for secret in ("Marta", "example.net", "vacunas", "Beto", "Preparatoria"):
        assert secret not in page


def test_an_invented_office_is_marked_on_the_first_page(client: Client, cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    Organisation.objects.filter(slug="chapter-berlin").update(demo=True)
    assert "invented for the demo" in items(client.get("/en/"))[0]


def test_the_first_page_takes_as_many_queries_for_one_promise_as_for_many(client: Client, cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    one = len(queries(client, "/"))
    for number in range(9):
        office = cast.organisation(f"chapter-{number}", "chapter", f"Capítulo {number}").offices.get()
        cast.promise(cast.hold(office, f"Holder{number}"))
    assert len(queries(client, "/")) == one <= 8


# About, privacy -----------------------------------------------------------------------


def test_about_names_the_coordinating_office_of_each_hub_and_its_days(
    client: Client, cast: Cast, settings: Any
) -> None:
    settings.CONTACT = "people@example.org"
    answer = client.get("/en/about/")
    text = text_of(answer)
    assert (
        "For Mexico, what nobody has promised or answered comes to this office, which has 8 working days"
        in text
    )
    assert {"/en/organisations/mesa/", "/en/ledger/", "mailto:people@example.org"} <= set(
        links(main_of(answer))
    )
    assert 'id="source"' in main_of(answer)
    for word in ("independent", "Affero General Public License", "a share is given only from ten cases on"):
        assert word in text


def test_privacy_says_what_how_long_who_and_whom_to_write_to(
    client: Client, cast: Cast, settings: Any
) -> None:
    settings.CONTACT = "people@example.org"
    answer = client.get("/en/privacy/")
    text = text_of(answer)
    for word in ("What is kept", "Who sees it", "How long", "within seven days is erased", "Cookies"):
        assert word in text
    assert {"/en/ask/links/", "mailto:people@example.org"} <= set(links(main_of(answer)))


# The other language ---------------------------------------------------------------------


@pytest.mark.parametrize("path", PUBLIC)
def test_the_switch_keeps_the_page_and_its_query(client: Client, cast: Cast, path: str) -> None:
    cast.entry_point("chapter-berlin")
    spanish = client.get(f"{path}?words=%C3%B1and%C3%BA&page=2")
    assert spanish.status_code == 200
    there = spanish.context["other_language"]
    assert (there["code"], there["label"]) == ("en", "English")
    assert there["url"] == f"/en{path}?words=%C3%B1and%C3%BA&page=2"
    english = client.get(there["url"])
    assert english.status_code == 200
    assert english.context["other_language"]["url"] == f"{path}?words=%C3%B1and%C3%BA&page=2"
    assert english.context["other_language"]["code"] == "es"
    assert '<html lang="en">' in english.content.decode()


@pytest.mark.parametrize("path", ["/nowhere/", "/en/nowhere/", "/organisations/nobody/"])
def test_what_is_not_found_is_said_in_words(client: Client, cast: Cast, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert len(all_of(r"<h1>(.*?)</h1>", main_of(answer))) == 1


@pytest.mark.parametrize("path", [*PUBLIC, "/ledger.csv", "/healthz"])
def test_public_pages_set_no_cookie_and_are_only_read(client: Client, cast: Cast, path: str) -> None:
    cast.entry_point("chapter-berlin")
    answer = client.get(path)
    assert not answer.cookies
    if path != "/ask/":
        assert client.post(path).status_code == 405
    assert client.head(path).status_code == answer.status_code


# Who is signed in, the demo ------------------------------------------------------------


def test_pages_of_who_is_signed_in_are_kept_by_no_cache(client: Client, cast: Cast) -> None:
    assert client.get("/").get("Cache-Control") is None
    cast.hold("chapter-berlin", "Beto")
    client.force_login(cast.account("Beto"))
    for path in ("/", "/nowhere/", "/organisations/agency/"):
        assert client.get(path)["Cache-Control"] == "private, no-store"


def test_the_offices_of_who_is_signed_in_are_known_to_the_page(client: Client, cast: Cast) -> None:
    assert client.get("/").context["signed_in_offices"] == []
    mandate = cast.hold("chapter-berlin", "Beto")
    client.force_login(cast.account("Beto"))
    assert client.get("/").context["signed_in_offices"] == [mandate.office]


def test_a_visitors_page_asks_for_no_session(client: Client, cast: Cast) -> None:
    assert not [sql for sql in queries(client, "/about/") if "session" in sql or "people_" in sql]


@pytest.mark.parametrize(
    ("demo", "address", "status"),
    [
        (True, "127.0.0.1", 200),
        (True, "127.9.9.9", 200),
        (True, "::1", 200),
        (True, "192.168.1.5", 403),
        (True, "2001:db8::1", 403),
        (True, "", 403),
        (True, "localhost.example.org", 403),
        (False, "192.168.1.5", 200),
    ],
)
def test_the_demo_answers_this_machine_alone(
    client: Client, cast: Cast, settings: Any, demo: bool, address: str, status: int
) -> None:
    settings.DEMO = demo
    settings.ROOT_URLCONF = "tests.site.demo_urls" if demo else settings.ROOT_URLCONF
    answer = client.get("/en/about/", REMOTE_ADDR=address)
    assert answer.status_code == status
    if status == 403:
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.content.decode() == (
            "The demo lets anybody act as anybody, so it answers only on the machine it runs on."
        )


@pytest.mark.parametrize(
    ("address", "here"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("x", False), ("", False)]
)
def test_a_loopback_address_is_known(address: str, here: bool) -> None:
    assert is_loopback(address) is here


# Is it well ------------------------------------------------------------------------------


@pytest.fixture
def heartbeat(settings: Any, tmp_path: Path) -> Any:
    """Leaves a heartbeat of the given age in seconds."""
    settings.VAR = tmp_path

    def beat(seconds: float) -> None:
        at = datetime.now(UTC) - timedelta(seconds=seconds)
        (tmp_path / "worker.json").write_text(json.dumps({"pid": 1, "beat": at.isoformat()}))

    return beat


def test_a_hub_whose_worker_beats_is_well(client: Client, db: None, heartbeat: Any) -> None:
    heartbeat(3)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.content.decode() == "database: ok\nworker: seen 3 s ago\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("seconds", [views.WORKER_SECONDS + 1, 86_400])
def test_a_worker_that_is_silent_is_told(client: Client, db: None, heartbeat: Any, seconds: int) -> None:
    heartbeat(seconds)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.content.decode() == f"database: ok\nworker: seen {seconds} s ago\n"


@pytest.mark.parametrize("content", [None, "", "{}", "no json", '{"beat": "yesterday"}'])
def test_a_worker_that_left_nothing_readable_was_never_seen(
    client: Client, db: None, settings: Any, tmp_path: Path, content: str | None
) -> None:
    settings.VAR = tmp_path
    if content is not None:
        (tmp_path / "worker.json").write_text(content)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content.decode()) == (503, "database: ok\nworker: never seen\n")


def test_a_database_that_does_not_answer_is_told(
    client: Client, db: None, heartbeat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def cursor(self) -> None:
            raise DatabaseError

    heartbeat(1)
    monkeypatch.setattr(views, "connection", Broken())
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.content.decode().splitlines()[0] == "database: no answer"
