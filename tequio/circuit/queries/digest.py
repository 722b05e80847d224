"""What an office's digest holds on a day: gathered from its lines, from its open asks and from what it has promised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet

from tequio.circuit.hours import KEPT, NEWS_OF, Hours, repeated_on
from tequio.circuit.models import Case, Commitment, Digest, DigestLine, Event, Leg, Mute
from tequio.circuit.queries.correspondence import way_of
from tequio.circuit.queries.lines import LAPSES, MAILS, OWED, REMINDERS
from tequio.circuit.states import Way
from tequio.network.models import Office

LATE_FOR = 60
SHOWN = ("kind", "ask__organisation", "ask__region", "ask__country", "ask__field", "ask__subfield")


@dataclass
class Content:
    """A digest: legs by how much they press, then what is told.

    `lines`: the lines that it settles, told or muted. `fresh`: lines that it makes itself, of what is late again
    and of what the office has promised.
    """

    today: list[Leg] = field(default_factory=list)
    soon: list[Leg] = field(default_factory=list)
    late: list[Leg] = field(default_factory=list)
    passed: list[Leg] = field(default_factory=list)
    arrived: list[Leg] = field(default_factory=list)
    replies: list[Leg] = field(default_factory=list)
    changes: list[DigestLine] = field(default_factory=list)
    owes: list[DigestLine] = field(default_factory=list)
    lapses: list[DigestLine] = field(default_factory=list)
    mails: list[DigestLine] = field(default_factory=list)
    lines: list[DigestLine] = field(default_factory=list)
    fresh: list[DigestLine] = field(default_factory=list)
    offices: dict[int, Office] = field(default_factory=dict)
    seats: dict[int, Leg] = field(default_factory=dict)
    way: Way = Way.BOTH

    @property
    def says(self) -> bool:
        """Whether it holds anything new; asks and replies came in letters of their own, save on the web alone."""
        arrived = self.arrived if self.way is Way.WEB else ()
        told = (self.changes, self.owes, self.lapses, self.mails)
        return any((self.today, self.soon, self.late, *told, arrived))


def gather(digest: Digest, hours: Hours, now: datetime) -> Content:
    """What the digest says if it is written now. `passed`: of the late, those whose date has passed just now."""
    office, today = digest.office, hours.day(now)
    content = Content(way=way_of(office))
    content.lines = list(
        DigestLine.objects.filter(office=office, sent_at=None).select_related(
            "case__kind",
            "commitment__case__kind",
            "commitment__leg",
            "commitment__office__organisation",
        )
    )
    waiting = [line for line in content.lines if line.at > now - KEPT]
    _legs(content, office, waiting, today, now)
    _commitments(content, office, today, hours.soon(today))
    _told(content, office, waiting)
    if content.says or content.way is Way.WEB:
        since = now - NEWS_OF
        _news(content, office, max(since, hours.opens(digest.last_on)) if digest.last_on else since)
    if content.says:
        _names(content, office)
    return content


def _owed(office: Office) -> QuerySet[Leg]:
    """The open legs of an office, by date, save those whose asker owes a reply."""
    legs = Leg.objects.filter(~Q(case__state="question") | ~Q(asked_by=None), owner=office, closed_at=None)
    return legs.order_by("due_at", "pk")


def _shown(legs: QuerySet[Leg]) -> QuerySet[Leg]:
    """The legs with all that a line of the letter says of them."""
    return legs.select_related(*(f"case__{name}" for name in SHOWN))


def _legs(content: Content, office: Office, lines: Sequence[DigestLine], today: date, now: datetime) -> None:
    """Legs with a reminder that is not told yet, and those whose day to be repeated has come."""
    told = {line.leg_id for line in lines if line.leg_id and line.kind in REMINDERS}
    again = _again(_owed(office).filter(due_at__lte=now).select_related("case", "owner"), today)
    content.fresh += again
    wanted = told | {line.leg_id for line in again if line.leg_id}
    first = {line.leg_id for line in (*lines, *again) if line.kind == "late" and line.key.endswith("/1")}
    for leg in _shown(_owed(office).filter(pk__in=wanted)) if wanted else ():
        assert leg.due_at is not None
        if leg.due_at <= now:
            content.late.append(leg)
            content.passed += [leg] if leg.pk in first else []
        else:
            (content.today if leg.due_on == today else content.soon).append(leg)


def late_key(leg: int, due_version: int, day: int) -> str:
    return f"late/{leg}/{due_version}/{day}"


def _again(late: Iterable[Leg], today: date) -> list[DigestLine]:
    """Lines of late legs, on the days on which they are repeated; none that was made before."""
    lines = {}
    for leg in late:
        assert leg.due_on is not None
        if day := repeated_on((today - leg.due_on).days):
            key = late_key(leg.pk, leg.due_version, day)
            lines[key] = DigestLine(
                office=leg.owner, case=leg.case, leg=leg, topic=leg.case.ref, kind="late", key=key
            )
    return _unsaid(lines)


def _unsaid(lines: dict[str, DigestLine]) -> list[DigestLine]:
    if not lines:
        return []
    said = set(DigestLine.objects.filter(key__in=lines).values_list("key", flat=True))
    return [line for key, line in lines.items() if key not in said]


def _commitments(content: Content, office: Office, today: date, soon: date) -> None:
    """What the office has promised: before the day, on it, and ever more rarely after it."""
    owed = Commitment.objects.filter(
        Q(case=None) | Q(case__closed_at=None),
        office=office,
        kept_at=None,
        broken_at=None,
        dropped_at=None,
        office_done_at=None,
        due_on__lte=soon,
    ).select_related("case__kind", "leg", "office__organisation")
    lines = {}
    for each in owed.order_by("due_at", "pk"):
        days = (today - each.due_on).days
        when = "before" if days < 0 else "today" if days == 0 else f"late-{repeated_on(days)}"
        key = f"owes/{each.pk}/{each.due_on}/{when}"
        kind = f"owes-{when.partition('-')[0]}"
        if days <= LATE_FOR:
            lines[key] = DigestLine(office=office, commitment=each, topic=kind, kind=kind, key=key)
    fresh = _unsaid(lines)
    content.fresh += fresh
    content.owes += fresh


def _told(content: Content, office: Office, lines: Sequence[DigestLine]) -> None:
    """The lines that are told as they are, without what the office has muted."""
    muted = set(Mute.objects.filter(office=office).values_list("topic", flat=True)) if lines else set()
    muted |= {"changes"} if content.way is Way.MAIL else set()
    for line in lines:
        if line.kind in OWED:
            content.owes += [] if line.kind in REMINDERS else [line]
        elif line.kind in MAILS:
            content.mails.append(line)
        elif line.kind in LAPSES:
            content.lapses += [] if "lapses" in muted else [line]
        elif not muted & {"changes", line.topic}:
            content.changes.append(line)


def _news(content: Content, office: Office, since: datetime) -> None:
    """Asks and replies that came since the last digest, save those that are named already."""
    named = {leg.pk for leg in (*content.today, *content.soon, *content.late)}
    rest = _shown(_owed(office).exclude(pk__in=named))
    replied = Event.objects.filter(leg__owner=office, kind="reply", at__gt=since).values("leg")
    content.arrived = list(rest.filter(opened_at__gt=since))
    content.replies = list(rest.filter(pk__in=replied, opened_at__lte=since))


def _names(content: Content, office: Office) -> None:
    """The offices that the lines name, and the last leg of this office in each case."""
    told = (*content.changes, *content.owes, *content.mails, *content.lapses)
    named = {line.data.get(name) for line in told for name in ("office", "to")}
    content.offices = Office.objects.select_related("organisation").in_bulk(named - {None})
    cases = {line.case_id for line in told} - {None}
    legs = Leg.objects.filter(owner=office, case__in=cases).select_related("case").order_by("number")
    content.seats = {leg.case_id: leg for leg in legs}


def muted_topics(office: Office) -> list[tuple[Mute, Case | None]]:
    """What the office has muted, latest first, with the case where a topic is one."""
    mutes = list(office.mutes.order_by("-at", "-pk"))
    cases = Case.objects.filter(ref__in=[mute.topic for mute in mutes]).select_related("kind")
    by_ref = {case.ref: case for case in cases}
    return [(mute, by_ref.get(mute.topic)) for mute in mutes]
