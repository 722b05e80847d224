"""The lines of a digest: every kind has its sentence, and names no more than what happened and where."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tequio.circuit.models import DigestLine
from tequio.circuit.queries.lines import ASIDE, CHANGES, LAPSES, MAILS, OWED, OWN, SAID, sentence
from tequio.network.models import Office
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2] / "tequio" / "circuit"


def told() -> Iterator[tuple[str, str]]:
    """The kinds that the verbs name in so many words, with the module of each."""
    for path in (ROOT / "actions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in ("tell_office", "tell_parties"):
                kind = node.args[1]
                if isinstance(kind, ast.Constant):
                    yield str(kind.value), path.name


def test_every_kind_that_a_verb_names_has_its_sentence() -> None:
    named = list(told())
    assert len(named) > 10
    assert [each for each in named if each[0] not in SAID] == []


def test_no_kind_stands_in_two_tables() -> None:
    assert len(CHANGES) + len(ASIDE) + len(LAPSES) + len(OWED) + len(MAILS) == len(SAID)
    assert set(OWN) <= set(CHANGES)


@pytest.mark.parametrize("kind", sorted(SAID))
def test_a_sentence_is_plain_text_in_one_line_with_one_full_stop(cast: Cast, kind: str) -> None:
    case, offices = cast.case(), Office.objects.select_related("organisation").in_bulk()
    mesa, berlin = cast.desk, cast.office("chapter-berlin")
    data = {
        "office": mesa.pk,
        "to": berlin.pk,
        "name": "Ana\n\n-> Pulse: https://evil.example",
        "day": "2026-12-01",
    }
    line = DigestLine(office=berlin, case=case, kind=kind, data=data)
    with translation.override("en"):
        said = sentence(line, offices)
    assert said.startswith(f"Ask school-talk ({case}): ") and said.endswith(".")
    assert ("\n" in said, "%(" in said, said.endswith("..")) == (False, False, False)
    assert case.ask.name not in said and case.ask.text not in said


def test_the_office_that_promised_is_thanked_and_others_are_told_whose_it_was(cast: Cast) -> None:
    case, offices = cast.case(), Office.objects.select_related("organisation").in_bulk()
    mesa, berlin = cast.desk, cast.office("chapter-berlin")
    with translation.override("en"):
        said = [
            sentence(DigestLine(office=office, case=case, kind="done", data={"office": mesa.pk}), offices)
            for office in (mesa, berlin)
        ]
    assert said == [
        f"Ask school-talk ({case}): It took place, says the asker. Thank you for the work; the ledger counts "
        "it as done.",
        f"Ask school-talk ({case}): It took place, says the asker. Head office, Mesa de coordinación (en) had "
        "promised it.",
    ]


def test_an_office_that_is_not_named_is_an_office(cast: Cast) -> None:
    line = DigestLine(office=cast.desk, case=cast.case(), kind="accepted", data={})
    with translation.override("en"):
        assert sentence(line, {}).endswith(": An office accepted it.")
