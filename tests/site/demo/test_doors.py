"""The doors of the demo: whom one walks as, the clock, the mailbox; and that none is there without demo mode."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import get_resolver, reverse

from tequio.circuit.models import Leg, Referral, Review
from tequio.kernel import clock as kernel_clock
from tequio.kernel import due
from tequio.network.models import Mandate
from tequio.network.queries import may_act
from tequio.notices.models import Letter
from tequio.people.models import Account
from tequio.site.demo import tables
from tests.conftest import START
from tests.site import demo_urls
from tests.site.demo.test_content import counts

pytestmark = pytest.mark.django_db
WALKS = tables.network()["walk"]
SIGNED_IN = [(walk["slug"], walk["person"]) for walk in WALKS if "person" in walk]
VISITORS = [(walk["slug"], walk["kind"]) for walk in WALKS if "person" not in walk]


def mandate(key: str) -> Mandate:
    return Mandate.objects.get(person__account__email=tables.address_of(key))


def doors(var: Path) -> list[str]:
    letter = next((var / "mail").glob("*.eml")).stem
    plain = [reverse(name) for name in ("demo_walk", "demo_clock", "mailbox")]
    return [*plain, reverse("mailbox_letter", args=[letter]), reverse("mailbox_page", args=[letter])]


def test_every_address_of_the_demo_is_among_the_doors(demo: Path):
    named = {
        str(name) for name in get_resolver("tequio.site.demo.urls").reverse_dict if isinstance(name, str)
    }
    assert named == {"demo_walk", "demo_clock", "mailbox", "mailbox_letter", "mailbox_page"}


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put"])
@pytest.mark.parametrize("urlconf", [demo_urls.__name__, "tequio.urls"])
def test_without_demo_mode_nothing_of_it_is_there(demo: Path, client, urlconf: str, method: str):
    urls = doors(demo)
    with override_settings(DEMO=False, ROOT_URLCONF=urlconf):
        answers = {url: getattr(client, method)(url).status_code for url in urls}
        missing = getattr(client, method)("/no-such-page/").status_code
    assert answers == dict.fromkeys(urls, missing)
    assert missing == 404 or method in ("options", "put")


def test_it_answers_this_machine_alone(demo: Path, client):
    answers = {client.get(url, REMOTE_ADDR="192.0.2.7").status_code for url in doors(demo)}
    assert answers == {403}


def test_every_page_says_that_it_is_a_demonstration(demo: Path, client):
    bar = "invented people and offices beside real institutions."
    pages = ["/en/", "/en/ask/", "/en/ledger/", "/en/organisations/", "/en/demo/", "/en/mailbox/"]
    assert {page: bar in client.get(page).content.decode() for page in pages} == dict.fromkeys(pages, True)
    with override_settings(DEMO=False):
        assert bar not in client.get("/en/").content.decode()


@pytest.mark.parametrize(("prefix", "language"), [("", "es"), ("/en", "en")])
def test_the_walk_says_in_both_languages_what_to_try(demo: Path, client, prefix: str, language: str):
    html = client.get(f"{prefix}/demo/").content.decode()
    said = [walk["try"][language] for walk in WALKS if walk["try"][language].replace("'", "&#x27;") in html]
    assert said == [walk["try"][language] for walk in WALKS]
    assert len(WALKS) == 7


def test_the_walk_shows_both_wall_clocks(demo: Path, client):
    html = client.get("/en/demo/").content.decode()
    assert "Mon 23 Nov, 10:00</time> Mexico City" in html
    assert "Mon 23 Nov, 17:00</time> Berlin" in html


@pytest.mark.parametrize(("slug", "key"), SIGNED_IN)
def test_one_walks_as_an_invented_person_and_starts_where_there_is_something_to_do(
    demo: Path, client, slug: str, key: str
):
    answer = client.post("/demo/", {"walk": slug})
    account = Account.objects.get(email=tables.address_of(key))
    assert client.session["_auth_user_id"] == str(account.pk)
    assert answer.status_code == 302
    own = Mandate.objects.current().get(person=account.person).office
    pages = {"coordination": reverse("coordination"), "agency": reverse("reviews", args=[own.pk])}
    start = pages.get(slug, reverse("desk_office", args=[own.pk]))
    assert answer["Location"] == start
    assert client.get(start).status_code == 200


def test_the_agency_has_something_to_decide_and_the_consul_several_asks_of_one_kind(demo: Path, client):
    client.post("/demo/", {"walk": "agency"})
    reviews = Review.objects.filter(
        decision="", office=tables.office_named("demo-agencia-enlace/contrapartes")
    )
    assert reviews.count() == 1
    waiting = Leg.objects.filter(owner=tables.office_named("demo-consulado-weimar"), closed_at=None)
    assert list(waiting.values_list("kind__slug", flat=True)) == ["consular-support"] * 3


@pytest.mark.parametrize(("slug", "start"), [("teacher", "/follow/"), ("scientist", "/member/")])
def test_who_has_no_account_starts_on_the_page_of_their_letter(demo: Path, client, slug: str, start: str):
    client.post("/demo/", {"walk": "consul"})
    answer = client.post("/demo/", {"walk": slug})
    assert answer["Location"].startswith(start)
    assert "_auth_user_id" not in client.session
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(("slug", "kind"), VISITORS)
def test_once_nothing_waits_for_them_they_start_by_asking(demo: Path, client, slug: str, kind: str):
    with kernel_clock.at(START + timedelta(days=60)):
        Referral.objects.filter(answered_at=None).update(answered_at=START)
        answer = client.post("/demo/", {"walk": slug})
    assert answer["Location"] == f"/ask/mx/{kind}/"


@pytest.mark.parametrize("walk", ["nobody", "leonel", "amalia@demo.example", "1", "consul\x00"])
def test_nobody_else_can_be_walked_as(demo: Path, client, walk: str):
    assert client.post("/demo/", {"walk": walk}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_person_who_is_not_there_is_not_made(demo: Path, client):
    Account.objects.filter(email=tables.address_of("irene")).update(email="irene@example.org")
    before = counts()
    assert client.post("/demo/", {"walk": "consul"}).status_code == 404
    assert counts() == before
    assert "_auth_user_id" not in client.session


def test_one_signs_out_again(demo: Path, client):
    client.post("/demo/", {"walk": "consul"})
    assert "Irene Guayacán" in client.get("/demo/").content.decode()
    assert client.post("/demo/", {"walk": ""})["Location"] == "/demo/"
    assert "_auth_user_id" not in client.session
    assert "Irene Guayacán" not in client.get("/demo/").content.decode()


def test_the_holder_acts_and_the_deputy_only_after_the_holder_has_left(demo: Path):
    barcelona, diego = tables.office_named("demo-capitulo-barcelona"), mandate("diego")
    assert may_act(diego.person, barcelona) is None
    with kernel_clock.at(START + timedelta(days=3)):
        due.work_off()
        assert may_act(diego.person, barcelona) == diego
        assert Letter.objects.filter(template="leg_handed", address=tables.address_of("diego")).count() == 3


# The clock ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shiftable(demo: Path):
    yield demo
    (demo / "clock").unlink(missing_ok=True)


def test_the_clock_moves_ahead_step_by_step(shiftable: Path, client):
    for ahead in ("hour", "day", "days", "week"):
        assert client.post("/en/demo/clock/", {"ahead": ahead})["Location"] == "/en/demo/"
    assert kernel_clock.shift() == timedelta(days=11, hours=1)
    assert "the worker has done what became due" in client.get("/en/demo/").content.decode()


@pytest.mark.parametrize("ahead", ["", "-1", "-week", "year", "0", "hour day"])
def test_the_clock_never_goes_back_nor_anywhere_else(shiftable: Path, client, ahead: str):
    client.post("/en/demo/clock/", {"ahead": "day"})
    assert client.post("/en/demo/clock/", {"ahead": ahead})["Location"] == "/en/demo/"
    assert kernel_clock.shift() == timedelta(days=1)
    assert "never back" in client.get("/en/demo/").content.decode()


def test_looking_does_not_move_the_clock(shiftable: Path, client):
    assert client.get("/demo/clock/?ahead=day").status_code == 405
    assert kernel_clock.shift() == timedelta()
