"""The story of a case: what was said and done, by whom, latest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tequio.circuit.models import Attachment, Case, Event
from tequio.circuit.queries.cases import story
from tequio.circuit.queries.why import reason_of
from tequio.circuit.visibility import Sight

TOLD: Mapping[str, str | Text] = {
    "asked": _("The ask was sent"),
    "leg-opened": _("The ask reached this office"),
    "accepted": _("The office accepted"),
    "answered": _("The office answered"),
    "elsewhere": _("The office says that it has answered elsewhere"),
    "declined": _("The office declined"),
    "passed-on": _("The office passed the ask on"),
    "member": _("A member of this office has said yes"),
    "opinions": _("The office asked others for their opinion"),
    "opinion-asked": _("This office was asked for its opinion"),
    "opinion": _("This office gave its opinion"),
    "opinion-missed": _("No opinion came from this office by its day"),
    "forwarded": _("The office approved it, and it went on to the next step"),
    "question": _("The office asked for one thing more"),
    "undone": _("The office took its answer back"),
    "amended": _("The office changed what it had promised"),
    "dropped": _("The office took its promise back"),
    "reply": _("The asker replied"),
    "withdrawn": _("The asker withdrew the ask"),
    "done": _("The asker said that it took place"),
    "not-done": _("The asker said that it did not take place"),
    "agreed": _("The asker agrees with the answer"),
    "disputed": _("The asker disputes the answer, and the ask goes back"),
    "appealed": _("The asker appeals to the office above"),
    "objected": _("The asker disagrees with the answer, which stays the last one"),
    "silent": _("The days to disagree passed without an objection by the asker"),
    "office-done": _("The office says that it is done"),
    "done-silent": _("The asker made no objection, so it counts as done by the word of the office"),
    "office-replied": _("The office answers the asker's no"),
    "reminded": _("The office was reminded"),
    "climbed": _("No answer came in time, so the ask moved on"),
    "moved": _("Nobody holds the office any longer, so the ask moved on"),
    "entrusted": _("Nobody holds the office any longer; another one keeps its word"),
    "delivered": _("The ask has come to the office; its days count from today"),
    "undelivered": _("The ask could not be delivered to the office, so it moved on"),
    "contested": _("The asker said that nothing was missing; the days of the office count on"),
    "recounted": _("The date was counted anew, as the calendar of the office has changed"),
    "no-reply": _("The day for the reply passed, and the ask was closed"),
    "unconfirmed": _("Nobody said whether it took place, and the ask was closed"),
    "merged": _("The office merged it with an earlier ask of the same asker, %(other)s"),
    "merged-in": _("Another ask of the same asker was merged into this one: %(other)s"),
    "parted": _("It was parted again from %(other)s"),
    "parted-in": _("%(other)s was parted from it again"),
}


@dataclass(frozen=True)
class Line:
    when: datetime
    text: str
    office: str = ""
    note: str = ""
    files: Sequence[Attachment] = ()
    times: int = 1


def _day_of(event: Event) -> str:
    """The day on which the office says that it has answered elsewhere."""
    return date_format(date.fromisoformat(event.data["on"])) if event.kind == "elsewhere" else ""


def told(case: Case, sight: Sight, yours: Mapping[str, str | Text] | None = None) -> list[Line]:
    """The story as a timeline, as far as the viewer may see it; `yours`: other words for the asker, who reads of
    themselves.
    """
    words = {**TOLD, **(yours or {})}
    asked = Line(case.opened_at, str(words["asked"]), note=sight.ask.text if sight.ask else "")
    found = [asked]
    for event in story(case):
        if not sight.tells(event):
            continue
        reason = _day_of(event) or reason_of(event)
        text = str(words[event.kind]) % event.data if "other" in event.data else str(words[event.kind])
        text = f"{text}: {reason}" if reason else text
        line = Line(event.at, text, str(event.office or ""), sight.says(event), sight.files(event))
        if event.kind == "reminded" and (found[-1].text, found[-1].office) == (line.text, line.office):
            line = replace(line, times=found.pop().times + 1)
        found.append(line)
    return [_how_often(line) for line in reversed(found)]


def _how_often(line: Line) -> Line:
    """Reminders in a row are one line, of the last one's day."""
    if line.times == 1:
        return line
    text = ngettext(
        "The office was reminded %(n)d time, last on this day",
        "The office was reminded %(n)d times, last on this day",
        line.times,
    )
    return replace(line, text=text % {"n": line.times})
