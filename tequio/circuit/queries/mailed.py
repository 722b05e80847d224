"""Mail that came in: at a leg, held for the coordinating office, and counted for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count, F, Q, QuerySet

from tequio.circuit.models import Case, Event, Leg, Reply
from tequio.circuit.sorting import WHY, By
from tequio.circuit.states import WAITING_MAIL, MailState
from tequio.circuit.visibility import Sight, Viewer
from tequio.circuit.visibility.table import Part, Reach, reach
from tequio.kernel import clock


def replies_on(case: Case, sight: Sight) -> list[Reply]:
    """The mails of a case that the viewer may read, oldest first; the asker's replies stand in its story."""
    found = Reply.objects.filter(leg__case=case, erased_at=None).exclude(state=MailState.NOT_YOURS)
    found = found.exclude(event__voice=Event.Voice.ASKER)
    related = found.select_related("leg__owner__organisation", "event", "settled_by__office")
    return [reply for reply in related if sight.reads(reply)]


def held_mail(homes: Iterable[str]) -> QuerySet[Reply]:
    """Mail that waits for the coordinating office of these hubs, oldest first."""
    if reach(Viewer.COORDINATION, Part.UNFILED) is not Reach.ALL:
        return Reply.objects.none()
    return Reply.objects.filter(state=MailState.HELD, home__in=homes).order_by("came_at", "pk")


@dataclass(frozen=True)
class Guess:
    """A leg to which a held mail may belong, and why."""

    leg: Leg
    why: str


def guesses_of(replies: list[Reply]) -> dict[int, list[Guess]]:
    """By mail, the legs that are guessed, each with its reason, the surest first; one query for all."""
    keys = {guess["leg"] for reply in replies for guess in reply.guesses}
    legs = Leg.objects.select_related("case__kind", "owner__organisation").in_bulk(keys)
    return {
        reply.pk: [
            Guess(legs[guess["leg"]], str(WHY[By(guess["by"])]))
            for guess in reply.guesses
            if guess["leg"] in legs
        ]
        for reply in replies
    }


def leg_numbered(ref: str, home: str) -> Leg | None:
    """The leg at which the ask of a receipt number is, or was last."""
    legs = Leg.objects.filter(case__ref=ref, kind__home=home, asked_by=None)
    return legs.select_related("owner__organisation").order_by("number").last()


def waits_at(office_id: int) -> QuerySet[Reply]:
    """Mails that wait for the office to say whether they are its own."""
    return Reply.objects.filter(state=MailState.ASKED, leg__owner=office_id).select_related("leg__case__kind")


@dataclass(frozen=True)
class Counts:
    """Of the mail that came in so far: how many, how many were filed by themselves, how many were held until somebody
    had looked, how many of these wait now, how many of those past their day, and how many were looked at by it; and for
    how long, on average.
    """

    came: int
    by_itself: int
    held: int
    waiting: int
    overdue: int
    in_time: int
    wait: timedelta

    @property
    def looked_at(self) -> int:
        return self.held - self.waiting

    @property
    def hours(self) -> int:
        return round(self.wait.total_seconds() / 3600)


def counts() -> Counts:
    """Counted over the whole hub, in one query; nothing of any mail is in them."""
    now = clock.now()
    waiting, looked = Q(state__in=WAITING_MAIL), Q(held=True, settled_at__isnull=False)
    found = Reply.objects.aggregate(
        came=Count("pk"),
        stopped=Count("pk", filter=Q(held=True)),
        waiting=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(due_at__lt=now)),
        in_time=Count("pk", filter=looked & Q(settled_at__lte=F("due_at"))),
        wait=Avg(F("settled_at") - F("came_at"), filter=looked),
    )
    return Counts(
        came=found["came"],
        by_itself=found["came"] - found["stopped"],
        held=found["stopped"],
        waiting=found["waiting"],
        overdue=found["overdue"],
        in_time=found["in_time"],
        wait=found["wait"] or timedelta(),
    )
