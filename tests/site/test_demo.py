"""The demo as it is loaded: an invented network with asks in every state, and doors that only the demo has."""

import json
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import get_resolver, reverse
from django.utils import translation

from tequio.circuit.models import Ask, Case, Commitment, EntryPoint, Leg, Promise
from tequio.circuit.queries import figures, record
from tequio.circuit.states import STATES, Rung
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock as kernel_clock
from tequio.kernel import due
from tequio.network.models import Invitation, Mandate, Office, Organisation
from tequio.network.queries import acting, may_act
from tequio.notices.models import Letter
from tequio.people.models import Account
from tequio.site.demo import tables
from tests.conftest import START
from tests.site import demo_urls

pytestmark = pytest.mark.django_db
WALKS = tables.network()["walk"]
SIGNED_IN = [(walk["slug"], walk["person"]) for walk in WALKS if "person" in walk]
VISITORS = [(walk["slug"], walk["kind"]) for walk in WALKS if "kind" in walk]
MAILBOX = "tequio.notices.backends.Mailbox"


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo, loaded once for this module, at the standing clock; its folder `var`."""
    var = tmp_path_factory.mktemp("var")
    here = override_settings(
        DEMO=True, VAR=var, MAIL_DIR=var / "mail", EMAIL_BACKEND=MAILBOX, ROOT_URLCONF=demo_urls.__name__
    )
    with django_db_blocker.unblock(), here, transaction.atomic(), kernel_clock.at(START):
        call_command("load-demo", stdout=StringIO(), stderr=StringIO())
        yield var
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def in_spanish():
    with translation.override("es"):
        yield


def counts() -> dict[str, int]:
    models = (Organisation, Office, Account, Mandate, EntryPoint, Promise, Ask, Case, Leg, Letter, Entry)
    return {model.__name__: model.objects.count() for model in models}


def office(slug: str) -> Office:
    return Office.objects.get(organisation__slug=slug, is_head=True)


def mandate(key: str) -> Mandate:
    return Mandate.objects.get(person__account__email=tables.address_of(key))


def test_it_is_refused_in_words_without_demo_mode():
    before = counts()
    with override_settings(DEMO=False), pytest.raises(CommandError) as refusal:
        call_command("load-demo")
    assert str(refusal.value) == "The invented network is loaded in demo mode only: set TEQUIO_DEMO=1."
    assert counts() == before


def test_a_second_run_changes_nothing(demo: Path):
    before, letters, told = counts(), set(demo.rglob("*")), StringIO()
    call_command("load-demo", json=True, stdout=told)
    first, last = told.getvalue().splitlines()
    assert first == "The demo is loaded: nothing to do."
    assert json.loads(last) == {"created": 0, "updated": 0, "unchanged": 13}
    assert counts() == before
    assert set(demo.rglob("*")) == letters


def test_the_country_can_be_loaded_again_beside_it(demo: Path):
    before, told = counts(), StringIO()
    call_command("load", "mx", json=True, stdout=told, stderr=StringIO())
    rows = json.loads(told.getvalue().splitlines()[-1])
    assert {name: n for name, n in rows.items() if n and name != "unchanged"} == {}
    assert counts() == before


# What is in it ----------------------------------------------------------------------------------------------------


def test_there_is_a_case_in_every_state(demo: Path):
    assert set(Case.objects.values_list("state", flat=True)) == set(STATES)


def test_there_is_a_leg_on_every_rung(demo: Path):
    assert set(Leg.objects.values_list("rung", flat=True)) == set(Rung.values)


def test_legs_have_ended_in_every_way_but_lost_mail_and_an_answer_just_taken_back(demo: Path):
    ended = set(Leg.objects.exclude(outcome="").values_list("outcome", flat=True))
    assert ended == {
        "accepted",
        "answered",
        "declined",
        "elsewhere",
        "forwarded",
        "merged",
        "missed",
        "moved",
        "no-reply",
        "not-needed",
        "opinion",
        "passed-on",
        "withdrawn",
    }


def test_desks_hold_what_is_fresh_due_soon_due_today_and_late(demo: Path):
    waiting = Leg.objects.filter(closed_at=None, case__state="at-desk", asked_by=None)
    left = Counter((leg.due_on - START.date()).days for leg in waiting if leg.due_on)
    friday, monday, tuesday = -3, 0, 1
    assert {days: left[days] for days in (friday, monday, tuesday)} == {friday: 1, monday: 1, tuesday: 1}
    assert waiting.filter(opened_at__gt=START - timedelta(days=2)).exists()
    assert sorted(set(waiting.values_list("stage", flat=True))) == [0, 1, 2, 3]


def test_one_ask_waits_for_its_asker_one_was_forgotten_and_one_address_was_mended(demo: Path):
    assert Ask.objects.filter(confirmed_at=None).count() == 1
    acts = Counter(Entry.objects.values_list("kind", flat=True))
    assert [acts[kind] for kind in ("ask.expired", "ask.mended", "leg.undone")] == [1, 1, 1]


def test_what_was_taken_back_was_answered_again(demo: Path):
    case = Case.objects.get(events__kind="undone")
    kinds = list(case.events.order_by("at", "pk").values_list("kind", flat=True))
    assert [kind for kind in kinds if kind in ("accepted", "undone", "done")] == [
        "accepted",
        "undone",
        "accepted",
        "done",
    ]
    assert Commitment.objects.filter(case=case, dropped_at=None).count() == 1


def test_one_office_has_answered_often_enough_for_a_rate_and_no_other(demo: Path):
    ledger = record.from_tables()
    berlin = ledger[office("demo-capitulo-berlin").code, "MX/school-talk"]
    assert (berlin.kept, berlin.matured) == (17, 19)
    assert figures.wilson(berlin.kept, berlin.matured) is not None
    others = [each.matured for each in ledger.values() if each is not berlin]
    assert max(others) < figures.RATE_FROM


def test_three_asks_wait_at_the_chapter_whose_holder_leaves(demo: Path):
    barcelona = office("demo-capitulo-barcelona")
    assert Leg.objects.filter(owner=barcelona, closed_at=None).count() == 3
    assert [str(m.person) for m in acting(barcelona)] == ["Carmen Colorín"]
    with kernel_clock.at(START + timedelta(days=3)):
        assert [str(m.person) for m in acting(barcelona)] == ["Diego Zapote"]


def test_an_invitation_is_open(demo: Path):
    invitation = Invitation.objects.get(accepted_at=None, withdrawn_at=None)
    assert invitation.office == office("demo-capitulo-toronto")
    assert invitation.expires_at > START


# It is as if it had happened ----------------------------------------------------------------------------------------


def test_the_journal_verifies_and_its_instants_never_run_back(demo: Path):
    verdict = verify()
    assert (verdict.broken, verdict.erased) == (None, 0)
    instants = list(Entry.objects.order_by("sequence").values_list("at", flat=True))
    assert instants == sorted(instants)
    assert instants[-1] <= START


def test_the_ledger_of_the_tables_is_that_of_the_journal(demo: Path):
    assert record.from_tables() == record.from_journal()
    later = START + timedelta(days=40)
    assert record.from_tables(now=later) == record.from_journal(now=later)


def test_nothing_is_left_to_do_and_every_letter_is_in_the_mailbox(demo: Path):
    with transaction.atomic():
        assert due.work_off() == 0
    assert Letter.objects.filter(sent_at=None).count() == 0
    assert len(list((demo / "mail").glob("*.eml"))) == Letter.objects.count()


def test_it_takes_the_clock_nowhere_when_the_journal_was_empty(demo: Path):
    assert kernel_clock.shift() == timedelta()


# Invented, and marked as such ---------------------------------------------------------------------------------------


def test_no_record_lies_on_a_real_institution_but_the_coordinating_office(demo: Path):
    seats = (
        *Leg.objects.values_list("owner__organisation__slug", flat=True),
        *Case.objects.values_list("owner__organisation__slug", flat=True),
        *Commitment.objects.values_list("office__organisation__slug", flat=True),
        *Mandate.objects.values_list("office__organisation__slug", flat=True),
        *Invitation.objects.values_list("office__organisation__slug", flat=True),
        *Promise.objects.values_list("entry_point__office__organisation__slug", flat=True),
        *Ask.objects.exclude(organisation=None).values_list("organisation__slug", flat=True),
    )
    invented = set(Organisation.objects.filter(demo=True).values_list("slug", flat=True))
    assert {slug for slug in seats if slug not in invented} == {"mesa-mx"}


def test_no_entry_point_of_the_demo_leads_to_a_real_institution(demo: Path):
    ours = EntryPoint.objects.filter(office__organisation__demo=True)
    assert {e.fallback.office.organisation.demo for e in ours if e.fallback} == {True}
    real = EntryPoint.objects.filter(office__organisation__demo=False).exclude(fallback=None)
    assert not real.filter(fallback__office__organisation__demo=True).exists()


def test_every_invented_organisation_says_so_in_its_name(demo: Path):
    names = list(Organisation.objects.filter(demo=True).values_list("names", flat=True))
    assert len(names) == 13
    assert [n["es"] for n in names if not n["es"].endswith(" (demostración)")] == []
    assert [n["en"] for n in names if not n["en"].endswith(" (demonstration)")] == []


def test_every_address_is_one_that_cannot_exist(demo: Path):
    addresses = {
        *Account.objects.values_list("email", flat=True),
        *Ask.objects.values_list("address", flat=True),
        *Letter.objects.exclude(address="").values_list("address", flat=True),
        *Invitation.objects.values_list("address", flat=True),
    }
    assert {address for address in addresses if not address.endswith(".example")} == set()


# The doors ----------------------------------------------------------------------------------------------------------


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
def test_one_walks_as_an_invented_person_and_starts_at_their_desk(demo: Path, client, slug: str, key: str):
    answer = client.post("/demo/", {"walk": slug})
    account = Account.objects.get(email=tables.address_of(key))
    assert client.session["_auth_user_id"] == str(account.pk)
    assert answer.status_code == 302
    own = Mandate.objects.get(person=account.person).office
    start = reverse("coordination") if slug == "coordination" else reverse("desk_office", args=[own.pk])
    assert answer["Location"] == start
    assert client.get(start).status_code == 200


@pytest.mark.parametrize(("slug", "kind"), VISITORS)
def test_who_has_no_account_starts_by_asking(demo: Path, client, slug: str, kind: str):
    client.post("/demo/", {"walk": "consul"})
    answer = client.post("/demo/", {"walk": slug})
    assert answer["Location"] == f"/ask/mx/{kind}/"
    assert "_auth_user_id" not in client.session
    assert client.get(answer["Location"]).status_code == 200


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
    barcelona, diego = office("demo-capitulo-barcelona"), mandate("diego")
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
