"""What was said in a case, by whom, and how the ledger counts it."""

from tequio.circuit.actions.worded import answer_leg
from tequio.circuit.models import Case, DigestLine
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.network.models import Mandate, Office
from tests.cast import open_leg_of


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def answer(case: Case, by: Mandate, text: str = "Otra respuesta.") -> None:
    answer_leg(open_leg_of(case), by=by, text=text)


def kinds(case: Case, voice: str) -> list[str]:
    return [event.kind for event in case.events.filter(voice=voice).order_by("pk")]


def lines(office: Office) -> list[str]:
    return list(DigestLine.objects.filter(office=office).order_by("pk").values_list("kind", flat=True))


def disputed(by: Mandate) -> int:
    tables = from_tables()
    assert from_journal() == tables
    return tables[by.office.code, "MX/school-talk"].disputed
