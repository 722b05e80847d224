"""The states of a case and the outcomes of a leg, as tables; slugs are never renamed."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class State:
    """Where a case stands. `open`: it has an owner and a date. `who`: who moves it next."""

    slug: str
    label: Text
    open: bool
    who: str


STATES = {
    state.slug: state
    for state in (
        State("at-desk", _("With an office"), True, "office"),
        State("question", _("Waiting for the asker"), True, "asker"),
        State("arranged", _("Accepted"), True, "office"),
        State("done", _("Done, says the asker"), False, ""),
        State("not-done", _("Not done, says the asker"), False, ""),
        State("unconfirmed", _("Accepted, not confirmed"), False, ""),
        State("declined", _("Declined"), False, ""),
        State("withdrawn", _("Withdrawn"), False, ""),
        State("no-reply", _("Closed: no reply from the asker"), False, ""),
    )
}
STATE_CHOICES = [(state.slug, state.label) for state in STATES.values()]


class LegOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    PASSED_ON = "passed-on", _("Passed on")
    MISSED = "missed", _("No answer in time")
    MOVED = "moved", _("Moved: the office fell vacant")
    WITHDRAWN = "withdrawn", _("Withdrawn by the asker")
    NO_REPLY = "no-reply", _("The asker did not reply")
    UNDONE = "undone", _("Taken back")


ANSWERS = (LegOutcome.ACCEPTED, LegOutcome.DECLINED, LegOutcome.PASSED_ON)


class Rung(models.TextChoices):
    """How a leg came to its office."""

    ROUTED = "routed", _("Routed by its promise")
    GAP = "gap", _("Nobody has promised")
    PASSED_ON = "passed-on", _("Passed on by an office")
    HEAD = "head", _("Head office of the silent office")
    FALLBACK = "fallback", _("Fallback of the silent office")
    COORDINATION = "coordination", _("Coordinating office")


class Place(models.TextChoices):
    """What place an ask names; it is the territory by which it is routed."""

    SCHOOL = "school", _("A school")
    REGION = "region", _("A state")
    COUNTRY = "country", _("A country")
    NONE = "none", _("No place")


class Need(models.TextChoices):
    REQUIRED = "required", _("Required")
    OPTIONAL = "optional", _("Optional")
    NONE = "none", _("Not asked")
