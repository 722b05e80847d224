"""What an office is told in its daily digest rather than in a letter of its own."""

from collections.abc import Iterable
from typing import Any

from tequio.circuit.hours import hours_of
from tequio.circuit.models import Case, Commitment, Digest, DigestLine, Leg
from tequio.circuit.queries.lines import LAPSES
from tequio.kernel import clock
from tequio.network.models import Mandate, Office
from tequio.network.queries import is_vacant


def topic_of(kind: str, case: Case | None = None) -> str:
    """What is muted to hear no more of it: the case of a change, else the kind of line."""
    if kind in LAPSES:
        return "lapses"
    return case.ref if case else kind


def tell_office(
    office: Office,
    kind: str,
    *,
    key: str,
    case: Case | None = None,
    leg: Leg | None = None,
    commitment: Commitment | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Puts one line into the office's next digest; the same `key` twice is one line. Part of the caller's act.

    `kind`: a row of one of the tables in `queries/lines.py`. `data`: "office" and "to" hold the numbers
    of the offices that the line names, "name" and "day" what lapses and when.
    """
    given = {
        "case": case,
        "leg": leg,
        "commitment": commitment,
        "topic": topic_of(kind, case),
        "kind": kind,
        "data": data or {},
    }
    DigestLine.objects.get_or_create(key=key, defaults={"office": office, **given})


def tell_parties(
    case: Case,
    kind: str,
    *,
    key: str,
    but: Office | Iterable[Office] | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Tells every office that took part in the case, save these, of a later change in it (`lines.CHANGES`).

    Nobody is told the words: only what happened, and at which office (`data`).
    """
    spared = {but.pk} if isinstance(but, Office) else {office.pk for office in but or ()}
    parties = {*case.legs.values_list("owner_id", flat=True), case.owner_id}
    lines = [
        DigestLine(
            office_id=pk,
            case=case,
            topic=topic_of(kind, case),
            kind=kind,
            data=data or {},
            key=f"{key}/{pk}",
            at=clock.now(),
        )
        for pk in sorted(pk for pk in parties if pk and pk not in spared)
    ]
    DigestLine.objects.bulk_create(lines, ignore_conflicts=True)


def office_held(office: Office, newly: list[Mandate]) -> None:
    """The office's mandates changed: whoever acts now gets its digest from the next working day on."""
    if newly and not is_vacant(office):
        wake_at = hours_of(office).next(clock.now())
        digest, _made = Digest.objects.select_for_update(no_key=True).get_or_create(
            office=office, defaults={"wake_at": wake_at}
        )
        if digest.wake_at is None:
            Digest.objects.filter(pk=digest.pk).update(wake_at=wake_at)
