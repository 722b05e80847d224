"""A hand-over book as somebody reads it: its rows in the reader's language, its dates as dates."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import HandoverBook
from tequio.circuit.queries.books import OPEN, SECTIONS, Row
from tequio.circuit.queries.story import TOLD
from tequio.circuit.states import STATES
from tequio.kernel.texts import pick
from tequio.network.models import Role

TITLES: Mapping[str, Text] = {
    "asks": _("Open asks"),
    "commitments": _("Promises to keep"),
    "agreements": _("Agreements"),
    "drafts": _("Answers begun and not sent"),
    "promises": _("What the office promises"),
    "absences": _("Days away ahead"),
    "closures": _("Days on which the office is closed"),
    "contacts": _("Offices with which asks were exchanged"),
    "record": _("The record"),
}
ACTS: Mapping[str, Text] = {
    "accept": _("an acceptance"),
    "decline": _("a refusal"),
    "pass-on": _("a pass to another office"),
    "question": _("a question to the asker"),
    "answer": _("an answer"),
    "forward": _("an approval"),
    "opinion": _("an opinion"),
    "opinions": _("a question to other offices"),
}
FIGURES: Mapping[str, Text] = {
    "asked": _("asked"),
    "in_time": _("answered in time"),
    "late": _("answered late"),
    "missed": _("missed"),
    "waiting": _("waiting"),
    "accepted": _("accepted"),
    "declined": _("declined"),
    "passed_on": _("passed on"),
    "done": _("took place"),
    "not_done": _("did not take place"),
}


def sections(book: HandoverBook) -> list[tuple[str, Text, list[Row]]]:
    """The sections that hold something: slug, title, rows."""
    found = [(name, TITLES[name], book.content.get(name, [])) for name in SECTIONS]
    return [(name, title, [_read(name, row) for row in rows]) for name, title, rows in found if rows]


def counts(book: HandoverBook) -> list[tuple[Text, int]]:
    """How much of each kind was open: all that an outsider of the office may know."""
    return [(TITLES[name], len(book.content.get(name, []))) for name in OPEN]


def open_in(book: HandoverBook) -> int:
    return sum(number for _title, number in counts(book))


def office_name(row: Row) -> str:
    return ", ".join(filter(None, (pick(row.get("titles", {})), pick(row.get("organisation", {})))))


def _read(section: str, row: Row) -> Row:
    read = {name: _value(name, value) for name, value in row.items()}
    if section == "asks":
        read["place"] = ", ".join(pick(part) for part in row["place"] or [])
        read["state"] = pick(row["step"]) or STATES[row["state"]].label
        read["last"] = {**_row(row["last"]), "label": TOLD.get(row["last"].get("kind", ""), "")}
        read["opinions"] = [{**_row(each), "name": office_name(each)} for each in row["opinions"]]
        read["opinion_for"] = office_name(row["opinion_for"])
    if section == "agreements":
        read["parties"] = [{**each, "name": office_name(each)} for each in row["parties"]]
    if section == "drafts":
        read["act"] = ACTS.get(row["act"], row["act"])
    if section == "absences":
        read["role"] = Role(row["role"]).label
    if section == "contacts":
        read["name"] = office_name(row)
    if section == "record":
        read["figures"] = [(label, row[name]) for name, label in FIGURES.items() if row.get(name)]
    return read


def _row(row: Row) -> Row:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    """Dates as dates, texts of several languages in the reader's; what somebody wrote as it stands."""
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return pick(value)
    if isinstance(value, str) and value and name.rpartition("_")[2] in ("on", "day", "until"):
        return date.fromisoformat(value)
    return value
