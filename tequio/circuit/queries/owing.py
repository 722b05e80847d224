"""Commitments as they are shown: what an office owes, what is owed to it or to a person, and each one's story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.circuit.models import Commitment, CommitmentChange
from tequio.circuit.states import CHANGE_REASONS, Change, Confirmed
from tequio.circuit.visibility import Viewer, seen
from tequio.kernel import clock
from tequio.network.models import Mandate, Office
from tequio.network.queries import actors
from tequio.people.models import Person

SOON_DAYS = timedelta(days=7)
OPEN = Q(kept_at=None, broken_at=None, dropped_at=None)
WITH = (
    "case__ask",
    "case__kind",
    "leg",
    "agreement",
    "beneficiary",
    "office__organisation",
    "administration",
)
KEPT: dict[str, Text] = {
    Confirmed.ASKER: gettext_lazy("Kept, says the asker"),
    Confirmed.BENEFICIARY: gettext_lazy("Kept, says the other party"),
    Confirmed.SILENCE: gettext_lazy("Kept: said by the office, not contradicted"),
}
BROKEN: dict[str, Text] = {
    Confirmed.ASKER: gettext_lazy("Not kept, says the asker"),
    Confirmed.BENEFICIARY: gettext_lazy("Not kept, says the other party"),
}


@dataclass(frozen=True)
class Line:
    """A commitment in a list: `shape` is the sign of its state, `label` its words, `amended` how often it changed."""

    commitment: Commitment
    shape: str
    label: str
    amended: int

    @property
    def owed_to(self) -> str:
        """To whom it is owed, as the office that owes it names them: the asker, or the other party."""
        case = self.commitment.case
        return seen(case.ask, Viewer.HAS).owed_to if case else str(self.commitment.beneficiary)

    @property
    def in_kind(self) -> str:
        """The support in kind that it is, in words: a letter, a room."""
        return self.commitment.get_in_kind_display() if self.commitment.in_kind else ""


def commitments(**where: object) -> QuerySet[Commitment]:
    """Commitments with all that a list shows of them, by date."""
    amended = Count("changes", filter=Q(changes__kind=Change.AMENDED))
    found = Commitment.objects.filter(**where).select_related(*WITH)
    by_rule = CommitmentChange.objects.filter(
        commitment=OuterRef("pk"), kind=Change.DROPPED, reason__in=CHANGE_REASONS
    )
    return found.annotate(amended=amended, lapsed=Exists(by_rule)).order_by("due_at", "pk")


def line(commitment: Commitment, now: datetime) -> Line:
    shape, label = _standing(commitment, now)
    return Line(commitment, shape, str(label), getattr(commitment, "amended", 0))


def lines(found: Iterable[Commitment]) -> list[Line]:
    now = clock.now()
    return [line(each, now) for each in found]


def _standing(commitment: Commitment, now: datetime) -> tuple[str, str | Text]:
    if commitment.kept_at:
        return "kept", KEPT.get(commitment.confirmed_by, gettext_lazy("Kept"))
    if commitment.broken_at:
        return "late", BROKEN.get(commitment.confirmed_by, gettext_lazy("Not kept"))
    if commitment.dropped_at:
        lapsed = getattr(commitment, "lapsed", False)
        return "ended", _("No longer owed") if lapsed else _("Dropped, with a reason")
    if commitment.case and commitment.case.closed_at:
        return "ended", _("Nobody has said whether it took place")
    if commitment.office_done_at:
        return "progress", _("Done, says the office")
    if commitment.due_at <= now:
        return "late", _("Past its date")
    if commitment.due_at <= now + SOON_DAYS:
        return "soon", _("Due soon")
    return "progress", _("Open")


def owed_by(*offices: Office) -> QuerySet[Commitment]:
    """What the offices owe and is not settled; what an asker will never confirm is left out."""
    still = Q(case=None) | Q(case__closed_at=None)
    return commitments(office__in=offices).filter(OPEN & still)


def owed_to(*offices: Office) -> QuerySet[Commitment]:
    """What is owed to the offices by agreement and is not settled."""
    return _benefits(offices).filter(OPEN)


def _benefits(offices: Iterable[Office]) -> QuerySet[Commitment]:
    mine = Q()
    for office in offices:
        mine |= Q(agreement__parties__office=office, beneficiary=office.organisation_id)
    found = commitments().filter(mine) if mine else commitments().none()
    return found.exclude(agreement=None)


def settled(office: Office) -> QuerySet[Commitment]:
    """What has ended, of what the office owed or was owed: the latest first."""
    benefits = Commitment.objects.filter(
        agreement__parties__office=office, beneficiary=office.organisation_id
    )
    closed = Q(case__closed_at__isnull=False)
    found = commitments().filter(Q(office=office) | Q(pk__in=benefits.values("pk"))).filter(~OPEN | closed)
    return found.order_by("-due_at", "-pk")


def owed_to_address(address: str) -> QuerySet[Commitment]:
    """What offices have promised to the asker with this address, and nobody has confirmed."""
    return commitments(case__ask__address__iexact=address, case__closed_at=None).filter(OPEN)


def acts_in(person: Person) -> list[Office]:
    """The offices for which the person acts now: as holder, or as deputy where nobody holds. One query."""
    mine = Mandate.objects.current().filter(person=person).values("office")
    current: dict[int, list[Mandate]] = {}
    rows = (
        Mandate.objects.current()
        .with_absence()
        .filter(office__in=mine)
        .select_related("office__organisation")
    )
    for mandate in rows.order_by("pk"):
        current.setdefault(mandate.office_id, []).append(mandate)
    acting = [mandate for held in current.values() for mandate in actors(held)]
    return [mandate.office for mandate in acting if mandate.person_id == person.pk]


@dataclass(frozen=True)
class Told:
    """One change of a commitment, as the timeline shows it."""

    when: datetime
    text: str
    office: str
    note: str


def story(commitment: Commitment) -> list[Told]:
    """What happened to it, latest first, each with its reason."""
    return stories([commitment])[commitment.pk]


def stories(found: Iterable[Commitment]) -> dict[int, list[Told]]:
    """The stories of several, in one query."""
    told: dict[int, list[Told]] = {each.pk: [] for each in found}
    changes = CommitmentChange.objects.filter(commitment__in=told).order_by("-at", "-pk")
    for each in changes.select_related("office__organisation", "administration", "commitment"):
        told[each.commitment_id].append(Told(each.at, _text(each), _who(each), reason_of(each)))
    return told


def _text(change: CommitmentChange) -> str:
    before, after = (day and date_format(day) for day in (change.due_before, change.due_after))
    if change.kind == Change.AMENDED and before != after:
        return _("Amended: %(before)s became %(after)s") % {"before": before, "after": after}
    if change.kind == Change.MADE and after:
        return _("Promised by %(day)s") % {"day": after}
    return str(Change(change.kind).label)


def _who(change: CommitmentChange) -> str:
    """The office, and the government under which it acted; of an end, by whose word it is one."""
    if change.kind in (Change.KEPT, Change.BROKEN) and change.commitment.confirmed_by:
        return str(Confirmed(change.commitment.confirmed_by).label)
    return " · ".join(str(part) for part in (change.office, change.administration) if part)


def reason_of(change: CommitmentChange) -> str:
    """The reason given, or that of the rule by which it happened."""
    return str(CHANGE_REASONS.get(change.reason, change.reason))
