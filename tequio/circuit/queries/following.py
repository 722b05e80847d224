"""An ask as its asker reads it: where it stands in one sentence, and its story, latest first."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.circuit.models import Case, Commitment
from tequio.circuit.queries.story import Line, told
from tequio.circuit.queries.voices import BY_WORD, done_pending, window_open
from tequio.circuit.queries.why import city_of, end_of_day, until_sentence
from tequio.circuit.states import Word
from tequio.circuit.visibility import Sight
from tequio.kernel import clock
from tequio.kernel.texts import pick

HEADLINES = {
    "at-desk": gettext_lazy("%(organisation)s has your ask and answers by %(until)s"),
    "question": gettext_lazy("%(organisation)s asks you one thing: reply by %(until)s"),
    "reopened": gettext_lazy("%(organisation)s has your ask again and answers by %(until)s"),
    "appealed": gettext_lazy("%(organisation)s decides your appeal by %(until)s"),
    "arranged": gettext_lazy("%(organisation)s has accepted, and acts by %(until)s"),
    "answered": gettext_lazy("%(organisation)s has answered"),
    "elsewhere": gettext_lazy("%(organisation)s says that it has answered you elsewhere"),
    "done-silent": gettext_lazy("It is done, says %(organisation)s, and you made no objection"),
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
    "answered": gettext_lazy("You can ask again at any time."),
    "declined": gettext_lazy("You can ask again: other dates, another topic, another kind of help."),
    "done-silent": gettext_lazy("The ledger counts it as done by the word of the office, not by yours."),
    "contradicted": gettext_lazy("Both words stand in the record: the office says done, and you say no."),
    "agrees": gettext_lazy("You agree. The ledger shows it beside the word of the office."),
    "disputes": gettext_lazy(
        "You disagree, and the ledger counts it. This was the last answer that this hub can get."
    ),
    "silent": gettext_lazy("You made no objection while there was time, and that is what the record says."),
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
    "contested": gettext_lazy("You said that nothing was missing; the days of the office count on"),
    "withdrawn": gettext_lazy("You withdrew your ask"),
    "done": gettext_lazy("You said that it took place"),
    "not-done": gettext_lazy("You said that it did not take place"),
    "no-reply": gettext_lazy("The day for your reply passed, and the ask was closed"),
    "agreed": gettext_lazy("You agreed with the answer"),
    "disputed": gettext_lazy("You disputed the answer, and the ask went back"),
    "appealed": gettext_lazy("You appealed to the office above"),
    "objected": gettext_lazy("You disagreed with the answer, which stays the last one"),
    "silent": gettext_lazy("Your days to disagree passed without an objection"),
    "done-silent": gettext_lazy("You made no objection, so it counts as done by the word of the office"),
    "office-replied": gettext_lazy("The office answers your no"),
    "merged": gettext_lazy("The office merged it with your earlier ask, %(other)s"),
    "merged-in": gettext_lazy("Your other ask was merged into this one: %(other)s"),
}


def is_late(case: Case) -> bool:
    """Whether the office's answer is overdue now."""
    return case.state == "at-desk" and case.due_at is not None and case.due_at <= clock.now()


def asked_to_tell(case: Case, commitment: Commitment | None) -> bool:
    """Whether the office calls it done, or the day that it promised has passed, so that the asker can tell."""
    if done_pending(case):
        return True
    told = case.state not in ("arranged", "unconfirmed")
    return not told and commitment is not None and commitment.due_at <= clock.now()


def what_next(case: Case, commitment: Commitment | None) -> str:
    """What the asker can do, or need not do."""
    if window_open(case) or done_pending(case):
        return _while_open(case)
    if case.state == "arranged" and asked_to_tell(case, commitment):
        return _("Tell us by %(until)s. Only your word counts it as kept.") % {"until": until_sentence(case)}
    if is_late(case):
        return _(
            "The office was reminded. If it stays silent, your ask moves on to the next office by itself."
        )
    return str(NEXT[_about_answer(case) or case.state])


def _while_open(case: Case) -> str:
    """What an asker can say while they may contradict the office, until when, and what their silence means."""
    until = {"until": end_of_day(case.dispute_on, city_of(case.ask.zone))} if case.dispute_on else {}
    if done_pending(case):
        return _(
            "%(organisation)s says that it is done. Say by %(until)s whether it is so. Without a word from you it "
            "counts as done by the word of the office."
        ) % {**until, "organisation": case.owner.organisation if case.owner else ""}
    if case.appeals:
        return (
            _(
                "This is the answer to your appeal, and the last one here. If you disagree, say so by %(until)s: the "
                "record says so, and the ask stays closed."
            )
            % until
        )
    if case.office_says == Word.ELSEWHERE:
        return (
            _("Say by %(until)s whether that is so. Until then it counts by the day on which we were told.")
            % until
        )
    return (
        _(
            "If it does not answer what you asked, say so by %(until)s. Without a word from you it stays closed, "
            "and the record says that you made no objection."
        )
        % until
    )


def _about_answer(case: Case) -> str:
    """What the asker said of the answer or of what was done, where that says more than the state."""
    if case.state == "done" and case.asker_says == Word.SILENT:
        return "done-silent"
    if case.state == "not-done" and case.office_says == Word.DONE:
        return "contradicted"
    return case.asker_says if case.state in BY_WORD else ""


def _key(case: Case) -> str:
    """Which headline: that of the state, or a closer one."""
    if case.state == "at-desk" and case.appeals:
        return "appealed"
    if case.state == "at-desk" and case.asker_says == Word.DISPUTES:
        return "reopened"
    if case.state == "done" and case.asker_says == Word.SILENT:
        return "done-silent"
    if case.state == "answered" and case.office_says == Word.ELSEWHERE:
        return "elsewhere"
    return case.state


def headline(case: Case, commitment: Commitment | None) -> str:
    """Where the ask is, who has it, until when: the answer to what its asker wants to know."""
    words = {"organisation": case.owner.organisation if case.owner else "", "until": until_sentence(case)}
    if case.merged_into:
        return str(HEADLINES["merged"]) % {"into": case.merged_into}
    if is_late(case):
        return _("%(organisation)s is late: its answer was due by %(until)s") % words
    if case.state == "arranged" and asked_to_tell(case, commitment):
        return pick(case.kind.done_labels)
    return str(HEADLINES[_key(case)]) % words


def lines(case: Case, sight: Sight) -> list[Line]:
    """What was said and done, in words for the asker."""
    return told(case, sight, YOURS)
