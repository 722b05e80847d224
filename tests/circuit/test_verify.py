"""`tequio verify`: one command says whether the journal holds and the ledger is its own."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.asker import withdraw_case
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.models import Leg
from tequio.circuit.tokens import new_token
from tequio.journal.models import Entry, Head, Payload
from tequio.observatory.management.commands import verify
from tests.cast import Cast, open_leg_of


@pytest.fixture
def hub(cast: Cast) -> Cast:
    """Two asks at Berlin's chapter: one declined, one open."""
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    decline_leg(open_leg_of(cast.case()), by=mandate, reason="full")
    cast.case(address="other@example.net")
    return cast


def run(*options: str) -> tuple[int, list[str]]:
    """The exit code and the lines of standard output."""
    out, code = StringIO(), 0
    try:
        call_command("verify", *options, stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue().splitlines()


def finding() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("--json")[1][-1])
    return found


def test_a_sound_hub_verifies_and_says_what_cannot_be_seen(hub: Cast) -> None:
    code, lines = run()
    head = Head.objects.get()
    assert code == 0
    assert lines == [
        f"{head.sequence} entries, 0 of them with an erased payload.",
        "The chain holds from the first entry to its head.",
        "The ledger rebuilt from the journal alone is the one of the tables.",
        f"Its head is entry {head.sequence}, digest {head.digest}.",
        verify.WITNESS,
    ]
    assert "cut off together with its head" in lines[-1]


def test_an_empty_hub_verifies(db: None) -> None:
    assert run("--json")[0] == 0
    assert finding() == {
        "holds": True, "entries": 0, "erased": 0, "broken": None, "why": "", "ledger_differs": [],
        "tallies_off": [],
    }  # fmt: skip


def test_the_json_object_is_the_last_line(hub: Cast) -> None:
    assert finding() == {
        "holds": True,
        "entries": Entry.objects.count(),
        "erased": 0,
        "broken": None,
        "why": "",
        "ledger_differs": [],
        "tallies_off": [],
    }


def test_a_change_is_named_and_the_command_fails(hub: Cast) -> None:
    Entry.objects.filter(sequence=2).update(office="other/9")
    code, lines = run()
    assert code == 1
    assert lines[1] == "The chain is broken at entry 2: changed, or out of its place."
    assert finding()["broken"] == 2
    assert finding()["holds"] is False


def test_erased_payloads_are_counted_and_everything_holds(hub: Cast) -> None:
    case = Leg.objects.get(case__ask__address="other@example.net").case
    erase_case(withdraw_case(case))
    found = finding()
    assert found["holds"] is True
    assert found["erased"] == Entry.objects.count() - Payload.objects.count() > 0


def test_an_outcome_changed_in_the_tables_is_named_by_office_and_kind(hub: Cast) -> None:
    leg = Leg.objects.get(outcome="declined")
    Leg.objects.filter(pk=leg.pk).update(outcome="accepted")
    assert leg.owner is not None
    name = f"{leg.owner.code} MX/school-talk"
    code, lines = run()
    assert code == 1
    assert lines[1] == "The chain holds from the first entry to its head."
    assert lines[2] == f"The ledger of the tables is not the journal's for: {name}."
    assert finding()["ledger_differs"] == [name]


def test_a_leg_that_only_the_tables_know_is_named(hub: Cast) -> None:
    leg = Leg.objects.get(outcome="")
    leg.pk, leg.number, leg.owner, leg.mail_token = None, 9, hub.office("chapter-madrid"), new_token()
    leg.save(force_insert=True)
    assert leg.owner is not None
    assert finding()["ledger_differs"] == [f"{leg.owner.code} MX/school-talk"]


@pytest.mark.parametrize("facts", ["{}x", '{"closes": {"leg": 9}}', '{"opens": {"leg": 1}}', "[]"])
def test_a_journal_that_cannot_be_read_is_said_to_be_so(hub: Cast, facts: str) -> None:
    Entry.objects.filter(kind="case.opened").update(facts=facts)
    code, lines = run()
    assert code == 1
    assert lines[2] == "The ledger cannot be rebuilt from this journal."
    assert finding()["ledger_differs"] is None


def test_acts_that_come_in_between_are_no_fault(hub: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ask arrives between the reading of the journal and that of the tables: it is looked at again."""
    read, arrivals = verify.full_from_tables, iter([True])

    def meanwhile(**options: Any) -> Any:
        if next(arrivals, False):
            hub.case(address="late@example.net")
        return read(**options)

    monkeypatch.setattr(verify, "full_from_tables", meanwhile)
    assert run()[0] == 0
    assert next(arrivals, None) is None
