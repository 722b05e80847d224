"""An asker may be forgotten: the words go, the ledger and the journal stay whole."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.links import ask_key, case_key
from tequio.circuit.models import Ask, Case, Event
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.rules import NOBODY
from tequio.journal.models import Payload
from tequio.journal.queries import verify
from tequio.kernel.errors import Refused
from tequio.notices.models import Letter
from tests.cast import Cast, open_leg_of


@pytest.fixture
def closed(cast: Cast) -> Case:
    by = cast.hold("chapter-berlin", "Beto")
    cast.promise(by)
    case = cast.case(text="Palabras muy mías", on_behalf_of="Grupo de cuarto")
    decline_leg(open_leg_of(case), by=by, reason="other", text="No podemos este mes")
    return Case.objects.get(pk=case.pk)


def test_every_word_and_the_address_go(closed: Case) -> None:
    erase_case(closed)
    ask = Ask.objects.get()
    assert (ask.name, ask.address, ask.text, ask.on_behalf_of, ask.network) == ("", NOBODY, "", "", "")
    assert set(Event.objects.values_list("text", flat=True)) == {""}
    letters = Letter.objects.filter(about__in=[closed.ref, f"ask-{ask.pk}"]).exclude(
        address="beto@example.org"
    )
    assert {(letter.address, letter.subject, letter.text, letter.html) for letter in letters} == {
        (NOBODY, "", "", "")
    }
    assert not Payload.objects.filter(entry__reference=closed.ref).exclude(entry__kind="case.erased").exists()


def test_the_ledger_and_the_journal_stay_whole(closed: Case) -> None:
    before = from_tables()
    erase_case(closed)
    assert from_tables() == before == from_journal()
    assert verify().broken is None
    assert verify().erased > 0


def test_the_links_of_an_erased_ask_stop(closed: Case) -> None:
    keys = {case_key(closed), ask_key(closed.ask)}
    erase_case(closed)
    case = Case.objects.select_related("ask").get()
    assert keys & {case_key(case), ask_key(case.ask)} == set()


def test_an_open_ask_is_not_erased(cast: Cast) -> None:
    case = cast.case()
    with pytest.raises(Refused):
        erase_case(case)
    assert Ask.objects.get().name == "Marta Maestra"


def test_the_command_takes_the_receipt_number_in_any_case(
    closed: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("erase", closed.ref.upper())
    assert capsys.readouterr().out == (
        f"{closed.ref.upper()}: name, address and words are erased; dates and outcome stay.\n"
    )


def test_the_command_says_what_it_could_not_do(cast: Cast) -> None:
    with pytest.raises(CommandError, match=r"^No ask has the receipt number MX-NOTHING\.$"):
        call_command("erase", "MX-NOTHING")
    with pytest.raises(CommandError, match=r"^Esta petición sigue abierta"):
        call_command("erase", cast.case().ref)
