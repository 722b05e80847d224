"""A change of government: one act ends the mandates, and puts every open commitment before who comes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.commitments import (
    amend_commitment,
    drop_commitment,
    keep_on,
    lock_commitment,
    move_commitment,
    owed_by,
    owes,
    put_before,
)
from tequio.circuit.actions.handover import make_book
from tequio.circuit.actions.steps import enter
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Case, Commitment, Review
from tequio.circuit.states import Decision
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.endings import end_mandates, lock_offices
from tequio.network.models import Administration, Hub, Mandate, Office, Organisation, Transition
from tequio.network.queries import may_act

LONGEST = timedelta(days=365)
REMINDERS = (timedelta(days=14), timedelta(days=3))


def refuse_unless_coordinating(by: Mandate, home: str) -> None:
    """Only the coordinating office of the country records what becomes of its organisations."""
    coordinates = Hub.objects.filter(home=home, coordination=by.office_id).exists()
    mandate = may_act(by.person, by.office) if coordinates else None
    if mandate is None or mandate.pk != by.pk:
        raise Refused(_("Only the coordinating office of the country can record this."))


def change_government(
    home: str,
    *,
    name: str,
    organisations: Sequence[Organisation],
    decide_on: date,
    by: Mandate,
    administration: Administration | None = None,
) -> Transition:
    """The mandates of the organisations end now; a book is made for each office that had something in hand; its open
    commitments wait for who comes: to keep, amend or drop until `decide_on`. Open asks go on by law 1's ladder.
    """
    with transaction.atomic():
        refuse_unless_coordinating(by, home)
        _refuse_change(home, name, organisations, decide_on, by)
        now = clock.now()
        offices = lock_offices([organisation.pk for organisation in organisations])
        transition = _declare(home, name, administration, decide_on, by, now)
        transition.organisations.set(organisations)
        for office in offices:
            make_book(office, transition=transition)
        before = owes(*(each for office in offices for each in _put_before(transition, office)))
        ended = end_mandates(offices, now)
        facts = {
            "home": home,
            "organisations": sorted(organisation.slug for organisation in organisations),
            "mandates": len(ended),
            "decide_at": transition.decide_at,
            "owes": before,
        }
        write(
            "government.changed",
            office=by.office.code,
            reference=f"government-{transition.pk}",
            facts=facts,
            payload={"by": by.pk, "mandates": ended},
        )
    return transition


def _declare(
    home: str, name: str, administration: Administration | None, decide_on: date, by: Mandate, now: datetime
) -> Transition:
    decide_at = clock.end_of(decide_on, by.office.organisation.zone)
    return Transition.objects.create(
        home_id=home,
        name=" ".join(name.split()),
        administration=administration,
        at=now,
        decide_on=decide_on,
        decide_at=decide_at,
        declared_by=by,
        wake_at=_next_look(transition_end=decide_at),
    )


def _refuse_change(
    home: str, name: str, organisations: Sequence[Organisation], decide_on: date, by: Mandate
) -> None:
    today = clock.today(by.office.organisation.zone)
    if not name.strip():
        raise Refused(_("Give the change a name, such as the new administration's years."), "name")
    if not organisations:
        raise Refused(_("Choose the organisations whose mandates end."), "organisations")
    if any(each.home_id != home or each.pk == by.office.organisation_id for each in organisations):
        raise Refused(
            _("Choose organisations of this country other than the coordinating one."), "organisations"
        )
    if not today < decide_on <= today + LONGEST:
        raise Refused(_("Give a last day to decide, from tomorrow until a year from now."), "decide_on")


def _put_before(transition: Transition, office: Office) -> list[Commitment]:
    """A review of each open commitment of the office; one that an earlier change left undecided goes on in this."""
    found = owed_by(office)
    for commitment in found:
        Review.objects.create(transition=transition, commitment=commitment, office=office)
        put_before(commitment)
    return found


def _next_look(transition_end: datetime) -> datetime:
    now = clock.now()
    times = [transition_end - before for before in REMINDERS]
    return next((time for time in times if time > now), transition_end)


def decide_review(
    review: Review,
    decision: str,
    *,
    by: Mandate,
    reason: str = "",
    what: str = "",
    due_on: date | None = None,
) -> Review:
    """Who holds the office now keeps, amends or drops what was promised before; the commitment comes back to it.

    Keeping needs no reason; amending and dropping do, and whoever is owed it reads the reason.
    """
    with transaction.atomic():
        commitment = lock_commitment(review.commitment_id)
        review = Review.objects.select_for_update(no_key=True, of=("self",)).get(pk=review.pk)
        acting = may_act(by.person, review.office)
        if acting is None or acting.pk != by.pk:
            raise Refused(_("Only who acts for the office can decide on what it had promised."))
        if review.decision:
            raise Refused(_("This was decided already. The page shows how."))
        if commitment.settled:
            raise Refused(_("This promise is settled already. Nothing is left to decide."))
        commitment = _take_back(commitment, review.office)
        if decision == Decision.KEEP:
            return _keep(review, commitment, by, reason)
        if decision == Decision.AMEND:
            amend_commitment(commitment, by, what or commitment.what, due_on or commitment.due_on, reason)
        elif decision == Decision.DROP:
            drop_commitment(commitment, by, reason)
        else:
            raise Refused(_("Choose: keep, amend or drop."), "decision")
        review.refresh_from_db()
    return review


def _take_back(commitment: Commitment, office: Office) -> Commitment:
    if commitment.office_id != office.pk:
        move_commitment(commitment, office, "decided")
        write(
            "commitment.returned",
            office=office.code,
            reference=commitment.case.ref if commitment.case else "",
            facts={"owes": owes(commitment)},
        )
    if commitment.case and commitment.case.closed_at is None:
        Case.objects.filter(pk=commitment.case.pk).update(owner=office)
    return lock_commitment(commitment.pk)


def _keep(review: Review, commitment: Commitment, by: Mandate, reason: str) -> Review:
    keep_on(commitment, by=by, reason=reason.strip())
    review.decision, review.reason = Decision.KEEP, reason.strip()
    review.decided_at, review.decided_by = clock.now(), by
    review.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
    facts = {"owes": owes(commitment)}
    if commitment.case:
        enter("commitment.kept-on", commitment.case, commitment.leg, facts, {"by": by.pk})
    else:
        write("commitment.kept-on", office=review.office.code, facts=facts, payload={"by": by.pk})
    return review


def undecided(transition: Transition) -> "list[Review]":
    found = transition.reviews.filter(decision="", commitment__kept_at=None, commitment__broken_at=None)
    return list(
        found.filter(commitment__dropped_at=None).select_related("office__organisation").order_by("pk")
    )


def look_at_transition(transition: Transition) -> None:
    """Reminds the offices that have something to decide, and makes public at the end what they left undecided."""
    with transaction.atomic():
        transition = Transition.objects.select_for_update(no_key=True, of=("self",)).get(pk=transition.pk)
        now = clock.now()
        if transition.wake_at is None or transition.wake_at > now:
            return
        over = now >= transition.decide_at
        transition.wake_at = None if over else _next_look(transition.decide_at)
        transition.closed_at = now if over else None
        transition.save(update_fields=["wake_at", "closed_at"])
        left = undecided(transition)
        kind = "review-over" if over else "review"
        for office in {review.office_id: review.office for review in left}.values():
            _tell(office, transition, kind, f"{now:%Y%m%d}")
        if over:
            offices = sorted({review.office.code for review in left})
            write(
                "government.decided",
                reference=f"government-{transition.pk}",
                facts={"undecided": len(left), "offices": offices},
            )


def greet(office: Office, newly: list[Mandate]) -> None:
    """Who begins to act finds in the digest what the government before has left to decide. A turnover hook."""
    waiting = Review.objects.filter(
        office=office, decision="", commitment__kept_at=None, commitment__broken_at=None,
        commitment__dropped_at=None,
    )  # fmt: skip
    if newly and waiting.exists():
        latest = waiting.select_related("transition").latest("pk").transition
        _tell(office, latest, "review", str(newly[0].pk))


def _tell(office: Office, transition: Transition, kind: str, when: str) -> None:
    data = {"name": transition.name, "day": str(transition.decide_on)}
    tell_office(office, kind, key=f"{kind}/{transition.pk}/{office.pk}/{when}", data=data)
