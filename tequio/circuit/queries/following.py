"""An ask as its asker reads it: where it stands in one sentence, and its story, latest first."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.circuit.models import Case, Commitment
from tequio.circuit.queries.story import Line, told
from tequio.circuit.queries.why import until_sentence
from tequio.kernel import clock
from tequio.kernel.texts import pick

HEADLINES = {
    "at-desk": gettext_lazy("%(organisation)s has your ask and answers by %(until)s"),
    "question": gettext_lazy("%(organisation)s asks you one thing: reply by %(until)s"),
    "arranged": gettext_lazy("%(organisation)s has accepted, and acts by %(until)s"),
    "done": gettext_lazy("It took place: so you said"),
    "not-done": gettext_lazy("It did not take place: so you said"),
    "unconfirmed": gettext_lazy("Closed, as nobody has said whether it took place"),
    "declined": gettext_lazy("%(organisation)s could not do what you asked"),
    "withdrawn": gettext_lazy("You withdrew this ask"),
    "no-reply": gettext_lazy("Closed, because no reply came from you"),
    "merged": gettext_lazy("It goes on in your other ask, %(into)s"),
}
NEXT = {
    "at-desk": gettext_lazy("You need not do anything: a letter comes at each step."),
    "question": gettext_lazy(
        "Until you reply, the days of the office stand still. Without a reply the ask closes."
    ),
    "arranged": gettext_lazy("When the day has come, say here whether it took place."),
    "done": gettext_lazy(
        "The ledger counts it as kept. Thank you for saying so: it is how others see who answers."
    ),
    "not-done": gettext_lazy("The ledger counts it as not kept. You can ask again at any time."),
    "unconfirmed": gettext_lazy("You can still say it. Only your word counts it as kept."),
    "declined": gettext_lazy("You can ask again: other dates, another topic, another kind of help."),
    "withdrawn": gettext_lazy("The office has been told. You can ask again at any time."),
    "no-reply": gettext_lazy("You can ask again at any time, with what the office wanted to know."),
    "merged": gettext_lazy(
        "Both asked for the same, so one office answers both. What you wrote here stands beside the other."
    ),
}
YOURS = {
    "asked": gettext_lazy("You sent your ask"),
    "leg-opened": gettext_lazy("Your ask reached this office"),
    "question": gettext_lazy("The office asked you for one thing more"),
    "reply": gettext_lazy("You replied"),
    "withdrawn": gettext_lazy("You withdrew your ask"),
    "done": gettext_lazy("You said that it took place"),
    "not-done": gettext_lazy("You said that it did not take place"),
    "no-reply": gettext_lazy("The day for your reply passed, and the ask was closed"),
    "merged": gettext_lazy("The office merged it with your earlier ask, %(other)s"),
    "merged-in": gettext_lazy("Your other ask was merged into this one: %(other)s"),
}


def is_late(case: Case) -> bool:
    """Whether the office's answer is overdue now."""
    return case.state == "at-desk" and case.due_at is not None and case.due_at <= clock.now()


def asked_to_tell(case: Case, commitment: Commitment | None) -> bool:
    """Whether the day of what the office promised has passed, so that the asker can tell."""
    told = case.state not in ("arranged", "unconfirmed")
    return not told and commitment is not None and commitment.due_at <= clock.now()


def what_next(case: Case, commitment: Commitment | None) -> str:
    """What the asker can do, or need not do."""
    if case.state == "arranged" and asked_to_tell(case, commitment):
        return _("Tell us by %(until)s. Only your word counts it as kept.") % {"until": until_sentence(case)}
    if is_late(case):
        return _(
            "The office was reminded. If it stays silent, your ask moves on to the next office by itself."
        )
    return str(NEXT[case.state])


def headline(case: Case, commitment: Commitment | None) -> str:
    """Where the ask is, who has it, until when: the answer to what its asker wants to know."""
    words = {"organisation": case.owner.organisation if case.owner else "", "until": until_sentence(case)}
    if case.merged_into:
        return str(HEADLINES["merged"]) % {"into": case.merged_into}
    if is_late(case):
        return _("%(organisation)s is late: its answer was due by %(until)s") % words
    if case.state == "arranged" and asked_to_tell(case, commitment):
        return pick(case.kind.done_labels)
    return str(HEADLINES[case.state]) % words


def lines(case: Case) -> list[Line]:
    """What was said and done, in words for the asker."""
    return told(case, YOURS)
