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
        State("answered", _("Answered"), False, ""),
        State("done", _("Done, says the asker"), False, ""),
        State("not-done", _("Not done, says the asker"), False, ""),
        State("unconfirmed", _("Accepted, not confirmed"), False, ""),
        State("declined", _("Declined"), False, ""),
        State("withdrawn", _("Withdrawn"), False, ""),
        State("no-reply", _("Closed: no reply from the asker"), False, ""),
        State("merged", _("Merged with another ask"), False, ""),
    )
}
STATE_CHOICES = [(state.slug, state.label) for state in STATES.values()]


class LegOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    ANSWERED = "answered", _("Answered")
    ELSEWHERE = "elsewhere", _("Answered elsewhere")
    FORWARDED = "forwarded", _("Approved, and on to the next step")
    OPINION = "opinion", _("Gave its opinion")
    DECLINED = "declined", _("Declined")
    PASSED_ON = "passed-on", _("Passed on")
    MISSED = "missed", _("No answer in time")
    MOVED = "moved", _("Moved: the office fell vacant")
    WITHDRAWN = "withdrawn", _("Withdrawn by the asker")
    NO_REPLY = "no-reply", _("The asker did not reply")
    UNDONE = "undone", _("Taken back")
    UNDELIVERED = "undelivered", _("Could not be delivered")
    NOT_NEEDED = "not-needed", _("No longer needed")
    MERGED = "merged", _("Merged with another ask")


ANSWERS = (
    LegOutcome.ACCEPTED,
    LegOutcome.ANSWERED,
    LegOutcome.ELSEWHERE,
    LegOutcome.FORWARDED,
    LegOutcome.OPINION,
    LegOutcome.DECLINED,
    LegOutcome.PASSED_ON,
)


class Rung(models.TextChoices):
    """How a leg came to its office."""

    ROUTED = "routed", _("Routed by its promise")
    GAP = "gap", _("Nobody has promised")
    PASSED_ON = "passed-on", _("Passed on by an office")
    HEAD = "head", _("Head office of the silent office")
    FALLBACK = "fallback", _("Fallback of the silent office")
    COORDINATION = "coordination", _("Coordinating office")
    STEP = "step", _("Next step of the route")
    OPINION = "opinion", _("Asked for its opinion")
    REOPENED = "reopened", _("Reopened by the asker")
    APPEAL = "appeal", _("Appeal to the office above")
    SUCCESSOR = "successor", _("Successor of the organisation")
    CENTRAL = "central", _("In place of an office where three dates in a row ran out")


HANDED_ON = (Rung.PASSED_ON, Rung.HEAD, Rung.FALLBACK, Rung.COORDINATION, Rung.SUCCESSOR)


class Measure(models.TextChoices):
    """What is counted in whole numbers for the record of an office.

    `ANSWERED` and `WAITING` are of legs: days from the day on which the ask came, as day 1, to the answer of the
    office, or to now. The others are of asks that began at the office and ended with somebody's answer: days to the
    last answer, questions asked back, hand-overs to another office, steps of the route.
    """

    ANSWERED = "answered", _("Days to the answer")
    WAITING = "waiting", _("Days waited so far")
    DAYS = "days", _("Days to the last answer")
    QUESTIONS = "questions", _("Questions asked back")
    HANDED_ON = "handed-on", _("Handed on to another office")
    STEPS = "steps", _("Steps of the way")


WITH_ANSWER = ("answered", "declined", "done", "not-done", "unconfirmed")


class MailState(models.TextChoices):
    """What became of a mail that came in. `HELD` and `ASKED` wait for somebody."""

    HELD = "held", _("Held until the coordinating office has looked")
    ASKED = "asked", _("Held until the office says whether it is theirs")
    TAKEN = "taken", _("Taken as the office's answer")
    EMPTY = "empty", _("Nothing of the sender's own was in it")
    LATE = "late", _("Came after the office had answered, and kept")
    KEPT = "kept", _("Kept: it could not be done as it says")
    AUTO = "auto", _("Sent by a machine, and kept")
    NOT_YOURS = "not-yours", _("Not the office's")
    ASIDE = "aside", _("Put aside: about no ask")
    NOT_OURS = "not-ours", _("Not for this hub")


WAITING_MAIL = (MailState.HELD, MailState.ASKED)


class Way(models.TextChoices):
    """How letters come to an office."""

    BOTH = "both", _("By mail and on these pages")
    MAIL = "mail", _("By mail, as little as possible")
    WEB = "web", _("On these pages alone")


class Evidence(models.TextChoices):
    """What shows that an ask has reached an office."""

    SERVER = "server", _("Taken by the office's mail server")
    OPENED = "opened", _("The link was opened")
    ACTED = "acted", _("The office acted on it")


class Word(models.TextChoices):
    """The last word of the office, or of the asker, on a case."""

    ACCEPTED = "accepted", _("Accepted")
    ANSWERED = "answered", _("Answered")
    ELSEWHERE = "elsewhere", _("Answered elsewhere")
    DECLINED = "declined", _("Declined")
    DONE = "done", _("Done")
    NOT_DONE = "not-done", _("Not done")
    AGREES = "agrees", _("Agrees")
    DISPUTES = "disputes", _("Disputes it")
    SILENT = "silent", _("Silent, which counts as agreement")


CONTRADICTIONS = ("disputed", "appealed", "objected")


class Change(models.TextChoices):
    """What happens to a commitment."""

    MADE = "made", _("Made")
    MOVED = "moved", _("Passed to another office")
    AMENDED = "amended", _("Amended")
    DONE = "done", _("Done, says the office")
    KEPT = "kept", _("Kept")
    BROKEN = "broken", _("Broken")
    DROPPED = "dropped", _("Dropped")
    REVIEWED = "reviewed", _("Put before the new holder")
    CONFIRMED = "confirmed", _("Kept on by the new holder")


CHANGE_REASONS = {
    "taken-back": _("The office took its answer back."),
    "withdrawn": _("The asker withdrew the ask."),
    "vacant": _("Nobody held the office any longer."),
    "agreement-ended": _("The agreement ended."),
    "succession": _("The organisation was merged, split or closed."),
}


class Confirmed(models.TextChoices):
    """By whose word a commitment counts as kept or broken."""

    ASKER = "asker", _("The asker")
    BENEFICIARY = "beneficiary", _("The other party")
    SILENCE = "silence", _("The office's word, not contradicted")


class Recalled(models.TextChoices):
    """What an asker says who is asked again, weeks later, whether it happened."""

    HAPPENED = "happened", _("It happened")
    IN_PART = "in-part", _("In part")
    NOT = "not", _("It did not happen")


class OnRecord(models.TextChoices):
    """What the record said of a case when its asker was asked again."""

    TOLD = "told", _("Answered or done, by the word of the office")
    CONFIRMED = "confirmed", _("Answered or done, by the word of the asker")
    NOT = "not", _("Not done, or not known to be")


class Decision(models.TextChoices):
    KEEP = "keep", _("Keep")
    AMEND = "amend", _("Amend")
    DROP = "drop", _("Drop")


class InKind(models.TextChoices):
    """Support that is not money."""

    LETTER = "letter", _("A letter")
    ROOM = "room", _("A room")
    PUBLICITY = "publicity", _("Publicity")
    CONTACT = "contact", _("A contact")
    OTHER = "other", _("Other support in kind")


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
