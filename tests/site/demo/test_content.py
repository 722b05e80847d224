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

from tequio.charts.models import Drawing
from tequio.circuit.models import (
    Agreement,
    Ask,
    Case,
    Commitment,
    CommitmentChange,
    Draft,
    EntryPoint,
    HandoverBook,
    Leg,
    Pause,
    Promise,
    Referral,
    Remark,
    Review,
    Template,
)
from tequio.circuit.queries import record
from tequio.circuit.states import STATES, Rung
from tequio.circuit.statistics import RATE_FROM, wilson
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock as kernel_clock
from tequio.kernel import due
from tequio.network.models import (
    Absence,
    Closure,
    Invitation,
    Mandate,
    Office,
    Organisation,
    Succession,
    Transition,
)
from tequio.network.queries import acting
from tequio.notices.models import Letter
from tequio.observatory.management.commands.verify import examine
from tequio.people.models import Account
from tequio.site.demo import tables
from tests.conftest import START

pytestmark = pytest.mark.django_db
WALKS = tables.network()["walk"]
SIGNED_IN = [(walk["slug"], walk["person"]) for walk in WALKS if "person" in walk]
VISITORS = [(walk["slug"], walk["kind"]) for walk in WALKS if "person" not in walk]
MAILBOX = "tequio.notices.backends.Mailbox"


def counts() -> dict[str, int]:
    models = (Organisation, Office, Account, Mandate, EntryPoint, Promise, Ask, Case, Leg, Letter, Entry)
    return {model.__name__: model.objects.count() for model in models}


def office(slug: str) -> Office:
    return Office.objects.get(organisation__slug=slug, is_head=True)


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
    assert json.loads(last) == {"created": 0, "updated": 0, "unchanged": 14}
    assert counts() == before
    assert set(demo.rglob("*")) == letters


def test_the_country_can_be_loaded_again_beside_it(demo: Path):
    before, told = counts(), StringIO()
    call_command("load", "mx", json=True, stdout=told, stderr=StringIO())
    rows = json.loads(told.getvalue().splitlines()[-1])
    assert {name: n for name, n in rows.items() if n and name != "unchanged"} == {}
    assert counts() == before


def test_what_it_publishes_is_what_its_journal_tells(demo: Path):
    assert (examine().differ, examine().tallies) == ([], [])


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
    assert (berlin.kept, berlin.matured) == (19, 21)
    assert wilson(berlin.kept, berlin.matured) is not None
    others = [each.matured for each in ledger.values() if each is not berlin]
    assert max(others) < RATE_FROM


def test_each_thing_that_can_become_of_an_ask_or_of_an_office_lives_in_it(demo: Path):
    answered, now = Case.objects.filter(state="answered"), START.date()
    pauses = Pause.objects.exclude(contested_at=None)
    lives = {
        "agreed to": answered.filter(asker_says="agrees"),
        "agreed by silence": answered.filter(asker_says="silent"),
        "to be agreed or disputed": answered.filter(asker_says=""),
        "answered elsewhere, confirmed": answered.filter(office_says="elsewhere", asker_says="agrees"),
        "disputed, appealed, done": Case.objects.filter(state="done", appeals=1),
        "done by the office's word": Case.objects.filter(state="done", asker_says="silent"),
        "opinion wanted by the office": Leg.objects.filter(outcome="opinion").exclude(task=""),
        "member asked": Referral.objects.filter(said=""),
        "member said no": Referral.objects.filter(said="no", name="", address=""),
        "member said yes": Referral.objects.filter(said="yes"),
        "letter given": Commitment.objects.filter(in_kind="letter").exclude(kept_at=None),
        "correction": Case.objects.filter(kind__slug="correction"),
        "pause contested": pauses,
        "away now": Absence.objects.filter(starts_at__lte=START, ends_at__gt=START).exclude(stand_in=None),
        "closed ahead": Closure.objects.filter(first_day__gt=now, counts=True),
        "amended": CommitmentChange.objects.filter(kind="amended"),
        "dropped": CommitmentChange.objects.filter(kind="dropped").exclude(reason="taken-back"),
        "agreement in force": Agreement.objects.exclude(in_force_at=None).filter(ended_at=None),
        "agreement proposed": Agreement.objects.filter(in_force_at=None, ended_at=None),
        "handed over": HandoverBook.objects.exclude(taken=None),
        "book of a change of government": HandoverBook.objects.exclude(transition=None),
        "merged": Succession.objects.filter(kind="merged"),
        "renamed": Succession.objects.filter(kind="renamed"),
        "kept on": Review.objects.filter(decision="keep"),
        "amended anew": Review.objects.filter(decision="amend"),
        "undecided, in public": Review.objects.filter(decision="", transition__closed_at__lt=START),
        "draft": Draft.objects.all(),
        "note": Remark.objects.exclude(case=None),
        "template": Template.objects.filter(office=office("demo-capitulo-berlin")),
    }
    assert {name: rows.count() for name, rows in lives.items()} == {
        **dict.fromkeys(lives, 1),
        "agreed to": 3,
        "agreed by silence": 4,
        "correction": 2,
        "closed ahead": 2,
        "amended": 2,
        "book of a change of government": 2,
        "kept on": 2,
        "template": 3,
    }


def test_an_office_is_vacant_and_what_it_had_promised_is_with_its_head(demo: Path):
    vacant = tables.office_named("demo-agencia-enlace/salud")
    assert acting(vacant) == []
    moved = CommitmentChange.objects.get(kind="moved", office=vacant).commitment
    assert moved.office == office("demo-agencia-enlace")


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


def test_nothing_but_drawings_is_left_to_do_and_every_letter_is_in_the_mailbox(demo: Path):
    with transaction.atomic():
        assert due.work_off(kinds=[kind for kind in due.handlers if kind is not Drawing]) == 0
    assert Drawing.objects.exclude(wake_at=None).count() > 0
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
        *Succession.objects.values_list("organisation__slug", flat=True),
        *Agreement.objects.values_list("parties__office__organisation__slug", flat=True),
        *Transition.objects.values_list("organisations__slug", flat=True),
        *Closure.objects.values_list("organisation__slug", flat=True),
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
    assert len(names) == 14
    assert [n["es"] for n in names if not n["es"].endswith(" (demostración)")] == []
    assert [n["en"] for n in names if not n["en"].endswith(" (demonstration)")] == []


def test_every_address_is_one_that_cannot_exist(demo: Path):
    addresses = {
        *Account.objects.values_list("email", flat=True),
        *Ask.objects.values_list("address", flat=True),
        *Letter.objects.exclude(address="").values_list("address", flat=True),
        *Invitation.objects.values_list("address", flat=True),
        *Referral.objects.exclude(address="").values_list("address", flat=True),
        *Referral.objects.exclude(shown_contact="").values_list("shown_contact", flat=True),
    }
    assert {address for address in addresses if not address.endswith(".example")} == set()
