"""The two voices: what the office says, what the asker says, and what the asker may still do about it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tequio.circuit.models import Case, Commitment, Event, Leg
from tequio.circuit.queries.routing import Target, promise_of
from tequio.circuit.rules import MORNING, end_of_window, reminder_in_window
from tequio.circuit.states import CONTRADICTIONS, Rung, Word
from tequio.kernel import clock
from tequio.network.models import Office
from tequio.network.queries import ancestors, coordination, head_office, is_vacant

BY_WORD = ("answered", "declined")
SAID = ("answered", "elsewhere", "declined", "dropped", "office-done", "office-replied")
SPOKEN = {Word.AGREES: gettext_lazy("Yes, agreed"), Word.DISPUTES: gettext_lazy("No, disputed")}


def window_of(case: Case, now: datetime) -> tuple[date, datetime]:
    """Until when the asker may contradict what the office says at `now`: a day of theirs, and when it is over."""
    day = end_of_window(case.kind.home_id, clock.last_day(now, case.ask.zone))
    return day, clock.end_of(day, case.ask.zone)


def reminder_of(case: Case) -> datetime:
    """The morning, where the asker is, on which they are reminded of their window."""
    assert case.dispute_on is not None
    day = reminder_in_window(case.kind.home_id, case.dispute_on)
    return clock.end_of(day - timedelta(days=1), case.ask.zone) + MORNING


def window_open(case: Case) -> bool:
    """Whether the asker may still agree with, or contradict, the office's word that closed the case."""
    unsaid = case.state in BY_WORD and not case.asker_says
    return unsaid and case.dispute_at is not None and clock.now() < case.dispute_at


def done_pending(case: Case) -> bool:
    """Whether the office has said that it is done and the asker has not spoken yet."""
    return case.state in ("arranged", "unconfirmed") and case.office_says == Word.DONE


def last_leg(case: Case) -> Leg:
    """The last stay on the way of the case itself: the one whose answer counts."""
    legs = case.way().select_related("owner__organisation", "entry_point", "promise")
    leg = legs.latest("number")
    leg.case = case
    return leg


def disputed_legs(case: Case) -> QuerySet[Leg]:
    """Those of its legs whose answer the asker has contradicted."""
    said = Event.objects.filter(leg=OuterRef("pk"), kind__in=CONTRADICTIONS)
    return case.legs.filter(Exists(said))


def last_answer(case: Case) -> Event | None:
    """The event of the office's last word: its answer, that it is done, or what it says to a no."""
    if case.closed_at is None and not done_pending(case):
        return None
    said = case.events.filter(kind__in=SAID, voice=Event.Voice.OFFICE)
    found = said.select_related("office__organisation").order_by("-at", "-pk").first()
    if found:
        found.case = case
    return found


def office_above(leg: Leg) -> Office | None:
    """Who reviews an answer: the head office of the organisation, else of those above it, else coordination.

    Each only when somebody holds it, save the last; never the office that gave the answer.
    """
    assert leg.owner is not None
    organisation = leg.owner.organisation
    for each in (organisation, *ancestors(organisation)):
        head = head_office(each)
        if head and head.pk != leg.owner_id and not is_vacant(head):
            return head
    last = coordination(leg.case.kind.home_id).coordination
    return last if last.pk != leg.owner_id else None


def appeal_target(leg: Leg) -> Target | None:
    """Where an appeal against the leg's answer goes, with the promise of that office or the hub's own days."""
    office = office_above(leg)
    if office is None:
        return None
    promise = promise_of(office, leg.case.kind_id)
    days = promise.days if promise else coordination(leg.case.kind.home_id).days
    return Target(office, days, Rung.APPEAL, promise)


@dataclass(frozen=True)
class Ways:
    """What the asker may do with an answer: send it back (`back`: whether that office is held and gets it
    again), or appeal to the office `above`; with neither, only say that they disagree.
    """

    leg: Leg
    dispute: bool
    back: bool
    above: Office | None

    @property
    def final(self) -> bool:
        return not self.dispute and self.above is None


def ways(case: Case) -> Ways | None:
    """The asker's ways while their window is open: a dispute once, an appeal once, and neither after an appeal."""
    if not window_open(case):
        return None
    leg = last_leg(case)
    assert leg.owner is not None
    dispute = not disputed_legs(case).exists()
    above = None if case.appeals else office_above(leg)
    return Ways(leg, dispute, not is_vacant(leg.owner), above)


def consequences(found: Ways) -> dict[str, list[str]]:
    """What will happen when the asker agrees, disputes or appeals; said to them before they do."""
    office = {"office": found.leg.owner, "above": found.above}
    if found.dispute and found.back:
        then = _("Your ask opens again, and goes back to %(office)s with your words and a new date.") % office
    elif found.dispute:
        then = (
            _("Your ask opens again. Nobody holds %(office)s any longer, so another office answers.") % office
        )
    else:
        then = _("Nothing stands above this answer here, so your ask stays closed.")
    once = _("You can do this once. After the next answer you can only appeal.")
    kept = _("The record says that you disagree, and the ledger counts it.")
    return {
        "dispute": [then, once, kept] if found.dispute else [then, kept],
        "appeal": [
            _("Your ask opens again at %(above)s, with your words and a new date.") % office,
            _("You can appeal once: the answer to an appeal is final here."),
            kept,
        ],
    }


def contradiction(leg: Leg) -> Event | None:
    """The asker's words by which the ask came back, or came up, to this leg."""
    if leg.rung not in (Rung.REOPENED, Rung.APPEAL):
        return None
    said = Event.objects.filter(leg=leg.came_from_id, kind__in=CONTRADICTIONS).select_related("leg")
    return said.order_by("pk").last()


def appealed_against(case: Case) -> set[int]:
    """The offices whose answers are under appeal: none of them may decide it."""
    if not case.appeals:
        return set()
    owners = disputed_legs(case).values_list("owner_id", flat=True)
    return {owner for owner in owners if owner}


def promised_on(leg: Leg) -> Commitment | None:
    """What the office promised when it accepted on this leg, unless it was dropped."""
    found = leg.commitments.filter(dropped_at=None).select_related("office__organisation").last()
    if found:
        found.case = leg.case
    return found


def may_report_done(commitment: Commitment | None) -> bool:
    """Whether the office may still say that what it promised to the asker is done."""
    if commitment is None or commitment.case is None or commitment.settled or commitment.office_done_at:
        return False
    return commitment.case.state in ("arranged", "unconfirmed")


def may_answer_no(case: Case) -> bool:
    """Whether the office, which said "done" and was contradicted, may still say a word about it: once."""
    contradicted = case.state == "not-done" and case.office_says == Word.DONE
    return contradicted and not case.events.filter(kind="office-replied").exists()


def voices(case: Case, asker: Any) -> list[tuple[str, str]]:
    """What either side said last, each under its name; `asker` is what the reader calls the asker's voice."""
    if not case.office_says:
        return []
    return [(_("The office says"), str(Word(case.office_says).label)), (str(asker), _asker_says(case))]


def _asker_says(case: Case) -> str:
    day = date_format(case.dispute_on) if case.dispute_on else ""
    if case.asker_says == Word.SILENT:
        return _("No objection by %(day)s") % {"day": day}
    if case.asker_says:
        return str(SPOKEN.get(Word(case.asker_says), Word(case.asker_says).label))
    if day:
        return _("Nothing yet; there is time until %(day)s") % {"day": day}
    return pgettext("what the asker says", "Nothing yet")
