"""The ledger rebuilt from the public facts of the journal alone."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tequio.circuit.queries.figures import FullLedger, LegRecord, count
from tequio.circuit.states import ANSWERS, LegOutcome
from tequio.journal.models import Entry
from tequio.kernel import clock

Legs = dict[tuple[str, int], LegRecord]


def full_from_journal(entries: Iterable[Entry] | None = None, now: datetime | None = None) -> FullLedger:
    """The ledger by office, kind and administration; it must equal that of the tables."""
    return count(replayed(entries)[0].values(), now or clock.now())


def replayed(entries: Iterable[Entry] | None = None) -> tuple[Legs, dict[str, str]]:
    """The legs of which the journal tells, by case and number, and the last state of each case."""
    legs: Legs = {}
    states: dict[str, str] = {}
    if entries is None:
        entries = Entry.objects.order_by("sequence").iterator(chunk_size=2000)
    for entry in entries:
        facts = json.loads(entry.facts)
        if "state" in facts:
            states[entry.reference] = str(facts["state"])
        replay(legs, entry, facts)
    return legs, states


def replay(legs: Legs, entry: Entry, facts: dict[str, Any]) -> None:
    """Applies one entry's facts, each about one leg or a list of them: legs open, close, are moved, settled."""
    ref = entry.reference
    for opened in _each(facts, "opens"):
        kind = f"{facts['home']}/{facts['kind']}"
        legs[ref, int(opened["leg"])] = LegRecord(
            str(opened["office"]),
            kind,
            _at(opened["opened_at"]),
            _at(opened["due_at"]),
            str(opened.get("administration") or ""),
            str(opened.get("rung") or ""),
        )
    for fact in ("delivers", "moves", "resumes", "closes"):
        for moved in _each(facts, fact):
            if moved.get("due_at"):
                legs[ref, int(moved["leg"])].due_at = _at(moved["due_at"])
    for closed in _each(facts, "closes"):
        leg = legs[ref, int(closed["leg"])]
        leg.outcome, leg.in_time = str(closed["outcome"]), _flag(closed["in_time"])
        leg.answered_at = _answered(closed, leg, entry.at)
    for confirmed in _each(facts, "confirms"):
        leg = legs[ref, int(confirmed["leg"])]
        leg.in_time, leg.answered_at = _flag(confirmed["in_time"]), _answered(confirmed, leg, leg.answered_at)
    _reopen(legs, entry, facts)
    for fact, name in (
        ("pauses", "pauses"), ("contests", "contested"), ("disputes", "disputed"), ("silent", "silent"),
    ):  # fmt: skip
        for each in _each(facts, fact):
            leg = legs[ref, int(each["leg"])]
            setattr(leg, name, getattr(leg, name) + 1)
    for settled in _each(facts, "settles"):
        leg = legs[ref, int(settled["leg"])]
        word = _flag(settled["kept"]), str(settled.get("by") or "")
        leg.settled[int(settled.get("commitment") or 0)] = word


def _reopen(legs: Legs, entry: Entry, facts: dict[str, Any]) -> None:
    """A leg is open again; the first undos did not say which legs they close: every later one that was open."""
    ref, tells = entry.reference, entry.kind != "leg.undone" or "closes" in facts
    for reopened in _each(facts, "reopens"):
        number = int(reopened["leg"])
        leg = legs[ref, number]
        leg.outcome, leg.in_time, leg.answered_at, leg.settled = "", None, None, {}
        for other, record in legs.items():
            if not tells and other[0] == ref and other[1] > number and not record.outcome:
                record.outcome = LegOutcome.UNDONE


def _answered(facts: dict[str, Any], leg: LegRecord, otherwise: datetime | None) -> datetime | None:
    """When the leg was answered, if it was; the first entries did not say it."""
    if leg.outcome not in ANSWERS:
        return None
    return _at(facts["answered_at"]) if facts.get("answered_at") else otherwise


def _each(facts: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The facts of that name, whether the entry has one or a list; a bare number is a leg's."""
    found = facts.get(name)
    if not found:
        return
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, list):
            yield from _each({name: each}, name)
        else:
            yield each if isinstance(each, dict) else {"leg": each}


facts_of = _each  # for whoever else reads the journal by its facts


def _at(value: object) -> datetime:
    return datetime.fromisoformat(str(value))


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)
