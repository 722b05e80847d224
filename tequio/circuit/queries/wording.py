"""The words that an office uses again and again: its templates, and what their placeholders stand for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tequio.circuit.models import Leg, Template
from tequio.circuit.visibility import seen_at
from tequio.network.models import Office

PLACEHOLDERS: dict[str, Text] = {
    "name": _("who asks"),
    "school": _("the school, or on whose behalf they ask"),
    "topic": _("the topic of the ask"),
    "receipt": _("the receipt number"),
    "office": _("your office"),
}
ACTS: dict[str, Text] = {
    "answer": _("Answer"),
    "accept": _("Accept"),
    "decline": _("Decline"),
    "pass-on": _("Pass on"),
    "question": _("Ask for one thing more"),
    "elsewhere": _("Answered elsewhere"),
}
BLANK = "____"
IN_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Filled:
    """A template's words for one ask. `missing`: the placeholders for which the ask says nothing."""

    template: Template
    text: str
    missing: list[str]


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is no placeholder, in the order of the text."""
    return [name for name in IN_BRACES.findall(text) if name not in PLACEHOLDERS]


def filled(template: Template, leg: Leg) -> Filled:
    """The template with its placeholders filled in, in its own language; what the ask does not say is left blank."""
    ask = seen_at(leg)
    with override(template.language):
        given = {
            "name": ask.name,
            "school": ask.school,
            "topic": ask.subject,
            "receipt": str(leg.case),
            "office": str(leg.owner),
        }
    missing = [name for name in IN_BRACES.findall(template.text) if not given.get(name)]
    text = IN_BRACES.sub(lambda found: given.get(found.group(1)) or BLANK, template.text)
    return Filled(template, text, missing)


def templates_for(leg: Leg) -> dict[str, list[Template]]:
    """By act, the office's templates in the asker's language; those in others only where there is none. One query."""
    assert leg.owner is not None
    language = leg.case.ask.language
    found: dict[str, list[Template]] = {}
    for template in leg.owner.templates.all():
        found.setdefault(template.act, []).append(template)
    return {act: [t for t in rows if t.language == language] or rows for act, rows in found.items()}


def by_act(templates: Iterable[Template]) -> list[tuple[Text, list[Template]]]:
    """The acts that have templates, in the order in which an office meets them."""
    found: dict[str, list[Template]] = {}
    for template in templates:
        found.setdefault(template.act, []).append(template)
    return [(label, found[act]) for act, label in ACTS.items() if act in found]


def templates_of(office: Office) -> list[Template]:
    return list(office.templates.all())
