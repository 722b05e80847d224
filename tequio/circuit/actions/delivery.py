"""Whether an ask has reached its office: evidence starts its clock; a dead address sends the ask on."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tequio.circuit.actions.dates import DATED, delivered, delivers, undelivered_at
from tequio.circuit.actions.steps import close_leg, closes, enter, hold, lock_leg, move_on, opens, say
from tequio.circuit.actions.telling import tell_office, tell_parties
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.routing import last_rung, next_target
from tequio.circuit.states import Evidence, LegOutcome, Way
from tequio.kernel import clock
from tequio.network.models import Mandate
from tequio.network.queries import is_reachable
from tequio.notices.actions import TRIES, given_up
from tequio.notices.models import Letter
from tequio.people.actions import address_broke, address_works

HUB = Event.Voice.HUB
OUTBOX = timedelta(minutes=15)
LATELY = 200


def leg_of(letter: Letter) -> int | None:
    """The leg that a letter is about, by its tag `leg-<pk>/<mandate pk>`."""
    name, _, rest = letter.tag.partition("-")
    number = rest.partition("/")[0]
    return int(number) if name == "leg" and number.isdecimal() else None


def letter_taken(letter: Letter) -> None:
    """A mail server took a letter: its address works, and the leg that it is about has reached its office; of an office
    that wants no letter of its own for an ask, those of which its digest tells.
    """
    with transaction.atomic():
        address_works(letter.address, since=letter.created_at)
        leg = leg_of(letter)
        for each in [leg] if leg else _told_by_digest(letter):
            deliver_leg(each, Evidence.SERVER)


def _told_by_digest(letter: Letter) -> list[int]:
    """The legs of which an office on the web alone hears first by this digest."""
    name, _, number = letter.tag.partition("-")
    if name != "digest" or not number.isdecimal():
        return []
    legs = Leg.objects.filter(
        owner=int(number), owner__letters__way=Way.WEB, closed_at=None, delivered_at=None
    )
    return list(legs.filter(opened_at__lte=letter.created_at).order_by("pk").values_list("pk", flat=True))


def letter_refused(letter: Letter) -> None:
    """A letter came back for good: its address counts as broken, and where no address of those who act for the
    office works, the leg is closed as undelivered and the ask goes on. Also the door for bounces that come later.
    """
    with transaction.atomic():
        address_broke(letter.address)
        number = leg_of(letter)
        if number is None or not Leg.objects.filter(pk=number).exists():
            return
        case, leg = lock_leg(number)
        assert leg.owner is not None
        if leg.closed_at is None and not is_reachable(leg.owner) and _may_go_on(case, leg):
            send_on(case, leg, now=clock.now())


def leg_opened(leg: Leg, *, by: Mandate) -> None:
    """Somebody who acts for the office opened the page of a leg of which nothing showed yet that it had come."""
    if leg.delivered_at is None and leg.closed_at is None and leg.owner_id == by.office_id:
        deliver_leg(leg.pk, Evidence.OPENED)
        leg.refresh_from_db(fields=DATED)
        leg.case.refresh_from_db(fields=["due_on", "due_at"])


def deliver_leg(leg_id: int, evidence: Evidence) -> Leg | None:
    """The first evidence that a leg has reached its office: its date is reckoned from today, and the asker's date
    follows. None when there is no such leg.
    """
    if not Leg.objects.filter(pk=leg_id).exists():
        return None
    with transaction.atomic():
        case, leg = lock_leg(leg_id)
        if leg.delivered_at or leg.closed_at:
            return leg
        now = clock.now()
        moved = delivered(leg, evidence, now=now)
        follow_leg(case, leg)
        if moved:
            say(case, "delivered", HUB, at=now, leg=leg, data={"due_on": str(leg.due_on)})
        enter("leg.delivered", case, leg, {"delivers": delivers(leg)})
    return leg


def follow_leg(case: Case, leg: Leg) -> None:
    """The asker's one date follows the leg's, where the case waits at that leg's office."""
    if leg.asked_by_id is None and case.state == "at-desk":
        hold(case, leg)


def await_evidence(case: Case, leg: Leg, *, now: datetime) -> bool:
    """The worker's look at a leg of which nothing shows yet that it has come. True when that is all for now: its
    letters are still to be tried, or two working days have passed and the ask goes on.
    """
    sent = Letter.objects.filter(about=case.ref, tag__startswith=f"leg-{leg.pk}/")
    untried = sent.filter(attempts=0, wake_at__isnull=False).exists()
    over = now >= undelivered_at(leg) and _may_go_on(case, leg)
    if untried or (over and _hub_was_mute(leg, sent, now)):
        leg.wake_at = now + OUTBOX
        leg.save(update_fields=["wake_at"])
        return True
    if over:
        send_on(case, leg, now=now)
    return over


def _hub_was_mute(leg: Leg, sent: QuerySet[Letter], now: datetime) -> bool:
    """An outage of the hub is no fault of the office: as long as no mail at all has gone out since the leg began, it
    waits; letters that were given up meanwhile are tried once more.
    """
    lately = Letter.objects.order_by("-pk").values_list("sent_at", flat=True)[:LATELY]
    if not any(at and at >= leg.opened_at for at in lately):
        return True
    return sent.filter(given_up(), attempts__lte=TRIES + 1).update(wake_at=now) > 0


def send_on(case: Case, leg: Leg, *, now: datetime) -> Leg:
    """Nothing shows that the office got the ask: the leg closes as undelivered, which is no miss of the office;
    the asker is told, and the next office has it. Of an opinion, the office that wanted it is told.
    """
    event = say(case, "undelivered", HUB, at=now, leg=leg)
    asking = leg.asked_by
    if asking and asking.owner:
        close_leg(leg, LegOutcome.UNDELIVERED, now=now)
        key, told = f"undelivered-{leg.pk}", {"office": leg.owner_id}
        tell_office(asking.owner, "opinion-undelivered", key=key, case=case, leg=asking, data=told)
        enter("leg.undelivered", case, leg, {"closes": closes(leg)})
        return leg
    following = move_on(case, leg, next_target(leg), LegOutcome.UNDELIVERED, now=now)
    assert following.owner is not None
    names = {"office": leg.owner_id, "to": following.owner_id}
    tell_parties(case, "undelivered", key=f"event/{event.pk}", but=following.owner, data=names)
    enter("leg.undelivered", case, leg, {"closes": closes(leg), "opens": opens(following)})
    return following


def _may_go_on(case: Case, leg: Leg) -> bool:
    """Not from the last rung, where nobody stands above; nor once somebody at the office has opened the ask or acted,
    or the date is over: then the office has it.
    """
    over = leg.due_at is not None and leg.due_at <= clock.now()
    seen = leg.evidence in (Evidence.OPENED, Evidence.ACTED) or (leg.evidence == Evidence.SERVER and over)
    return not seen and last_rung(case).office.pk != leg.owner_id
