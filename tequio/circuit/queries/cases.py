"""Reads of cases and legs: what an office owes and has answered, what an asker has open, a leg's own story."""

from django.db.models import F, QuerySet

from tequio.circuit.models import Case, Commitment, Event, Leg, Pause
from tequio.circuit.rules import UNDO_WITHIN
from tequio.circuit.states import ANSWERS, CONTRADICTIONS, LegOutcome, Word
from tequio.kernel import clock
from tequio.network.models import Office

WITH = (
    "case__ask__organisation",
    "case__ask__field",
    "case__ask__subfield",
    "case__kind",
    "owner__organisation",
)


def owed(office: Office) -> QuerySet[Commitment]:
    """What the office has promised to askers and nobody has confirmed yet, by date; along an index that holds it."""
    open_cases = Case.objects.filter(closed_at=None)
    return (
        Commitment.objects.filter(
            office=office, kept_at=None, broken_at=None, dropped_at=None, case__in=open_cases
        )
        .select_related(
            "case__ask__organisation", "case__ask__field", "case__ask__subfield", "case__kind", "leg"
        )
        .order_by("due_at", "case_id", "pk")
    )


def answered(office: Office) -> QuerySet[Leg]:
    """What the office has answered, latest first."""
    closed = Leg.objects.filter(owner=office, closed_at__isnull=False).select_related(*WITH)
    return closed.order_by("-closed_at", "-pk")


def current_leg(case: Case) -> Leg | None:
    """The leg that is open, or else the last one."""
    legs = case.way().select_related("owner__organisation", "came_from__owner__organisation", "promise")
    return legs.order_by(F("closed_at").desc(nulls_first=True), "-number").first()


def open_cases(address: str) -> QuerySet[Case]:
    """The open cases of an asker, by the address from which they asked."""
    return Case.objects.filter(ask__address__iexact=address.strip(), closed_at__isnull=True).select_related(
        "kind"
    )


def story(case: Case) -> QuerySet[Event]:
    return case.events.select_related("office__organisation", "leg").order_by("at", "pk")


def may_undo(leg: Leg) -> bool:
    """Whether the office's last answer can still be taken back: within 24 hours and nothing followed it."""
    if (
        leg.asked_by_id
        or leg.outcome not in ANSWERS
        or leg.answered_at is None
        or clock.now() > leg.answered_at + UNDO_WITHIN
    ):
        return False
    case = leg.case
    if case.office_says == Word.DONE or (case.closed_at and case.asker_says):
        return False
    if leg.events.filter(kind__in=CONTRADICTIONS).exists():
        return False
    if leg.went_to.exclude(closed_at=None).exclude(outcome=LegOutcome.UNDONE).exists():
        return False
    later = Event.objects.filter(case=case, at__gt=leg.answered_at).exclude(leg=leg)
    return case.state in ("arranged", "answered", "declined", "at-desk") and not later.exists()


def cut_short(leg: Leg) -> Pause | None:
    """The pause that the end of the leg cut short: the asker owed a reply until then."""
    last = leg.events.filter(kind__in=("question", "reply", "contested")).order_by("pk").last()
    if last is None or last.kind != "question":
        return None
    return leg.pauses.filter(ended_at=leg.closed_at).order_by("pk").last()


def last_question(leg: Leg) -> Event | None:
    return leg.events.filter(kind="question").order_by("-at", "-pk").first()
