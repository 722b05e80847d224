"""What a hand-over book says: all that an office has in hand, as rows that can be kept and read in any language.

Names of kinds, offices and organisations are kept as texts in every language, days as ISO dates, states as slugs.
"""

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, Q

from tequio.circuit.models import Agreement, Ask, AskKind, Case, Commitment, Draft, Event, Leg, Remark
from tequio.circuit.queries.offices import promises_of
from tequio.circuit.queries.record import from_tables
from tequio.circuit.states import LegOutcome
from tequio.circuit.visibility import Viewer, seen, seen_at
from tequio.kernel import clock
from tequio.network.models import Office
from tequio.network.queries import absences_ahead

Row = dict[str, Any]
OPEN = ("asks", "commitments", "agreements", "drafts")
SECTIONS = (*OPEN, "promises", "absences", "closures", "contacts", "record")


def book_content(office: Office, *, since: datetime | None = None) -> dict[str, list[Row]]:
    """The sections of a book, in order. `since`: also what has moved away from the vacant office from then on."""
    return {
        "asks": _asks(office, since),
        "commitments": _commitments(office, since),
        "agreements": _agreements(office),
        "drafts": _drafts(office),
        "promises": _promises(office),
        "absences": _absences(office),
        "closures": _closures(office),
        "contacts": _contacts(office),
        "record": _record(office),
    }


def is_empty(content: dict[str, list[Row]]) -> bool:
    """Whether nothing was open."""
    return not any(content[name] for name in OPEN)


def open_counts(office: Office) -> Row:
    """How much of each kind is open now: what a hand-over takes along."""
    owed = office.commitments.filter(kept_at=None, broken_at=None, dropped_at=None)
    accepted = Case.objects.filter(owner=office, state="arranged", closed_at=None)
    return {
        "asks": Leg.objects.filter(owner=office, closed_at=None).count() + accepted.count(),
        "commitments": owed.count(),
        "agreements": Agreement.objects.filter(parties__office=office, ended_at=None).distinct().count(),
        "drafts": Draft.objects.filter(office=office, leg__case__closed_at=None).count(),
    }


def learnt_by(office: Office) -> str:
    """What the people of the office have marked as learnt, oldest first."""
    remarks = Remark.objects.filter(office=office, learnt=True)
    return "\n\n".join(remark.text.strip() for remark in remarks)


def _names(office: Office | None) -> Row:
    if office is None:
        return {"titles": {}, "organisation": {}}
    return {"titles": office.titles, "organisation": office.organisation.names}


def _day(office: Office, instant: datetime) -> str:
    return str(instant.astimezone(ZoneInfo(office.organisation.zone)).date())


def _iso(day: date | None) -> str:
    return str(day) if day else ""


def _asks(office: Office, since: datetime | None) -> list[Row]:
    """The open legs at the office, opinions asked of it included, and the accepted asks that it sees to."""
    here = Q(closed_at=None)
    if since:
        here |= Q(outcome=LegOutcome.MOVED, closed_at__gte=since)
    related = (
        "case__kind",
        "case__route",
        "case__ask__organisation",
        "case__ask__region",
        "case__ask__country",
        "asked_by__owner__organisation",
    )
    opinions = Leg.objects.filter(closed_at=None).exclude(asked_by=None)
    legs = (
        Leg.objects.filter(here, owner=office)
        .select_related(*related)
        .prefetch_related(
            Prefetch("case__events", Event.objects.order_by("at", "pk")),
            Prefetch("opinions", opinions.select_related("owner__organisation"), to_attr="awaited"),
        )
        .order_by("due_at", "pk")
    )
    rows = [_ask(office, leg.case, leg) for leg in legs]
    arranged = Q(owner=office, state="arranged", closed_at=None)
    if since:
        arranged |= Q(state="arranged", closed_at=None, pk__in=_entrusted(office, since).values("case"))
    cases = (
        Case.objects.filter(arranged)
        .select_related("kind", "route", "ask__organisation", "ask__region", "ask__country")
        .prefetch_related(Prefetch("events", Event.objects.order_by("at", "pk")))
        .order_by("due_at", "pk")
    )
    return rows + [_ask(office, case, None) for case in cases]


def _ask(office: Office, case: Case, leg: Leg | None) -> Row:
    ask, events = case.ask, list(case.events.all())
    shown = seen_at(leg) if leg else seen(ask, Viewer.HAS)
    last = events[-1] if events else None
    opinion_for = leg.asked_by.owner if leg and leg.asked_by else None
    return {
        "ref": case.ref,
        "leg": leg.number if leg else 0,
        "kind": case.kind.names,
        "on_behalf_of": shown.on_behalf_of,
        "place": _place(ask) if shown.place else [],
        "state": case.state,
        "step": (case.route.step(case.step) or {}).get("label", {}) if case.route else {},
        "opened_on": _day(office, leg.opened_at if leg else case.opened_at),
        "due_on": _iso(leg.due_on if leg else case.due_on),
        "last": {"kind": last.kind, "on": _day(office, last.at)} if last else {},
        "opinion_for": _names(opinion_for) if opinion_for else {},
        "opinions": [
            {**_names(each.owner), "due_on": _iso(each.due_on)} for each in getattr(leg, "awaited", [])
        ],
    }


def _place(ask: Ask) -> list[Row]:
    """The place as `Ask.place` gives it, in every language."""
    school = ask.organisation.names if ask.organisation else {"": ask.organisation_typed}
    parts = (school, ask.region and ask.region.names, ask.country and ask.country.names)
    return [part for part in parts if part and any(part.values())]


def _entrusted(office: Office, since: datetime) -> Any:
    """Commitments that have passed on from the office since it fell vacant."""
    return Commitment.objects.filter(
        changes__kind="moved", changes__office=office, changes__at__gte=since
    ).exclude(office=office)


def _commitments(office: Office, since: datetime | None) -> list[Row]:
    theirs = Q(office=office)
    if since:
        theirs |= Q(pk__in=_entrusted(office, since).values("pk"))
    found = (
        Commitment.objects.filter(theirs, kept_at=None, broken_at=None, dropped_at=None)
        .select_related("case__ask", "agreement", "beneficiary", "administration")
        .order_by("due_at", "pk")
    )
    return [
        {
            "pk": each.pk,
            "ref": each.case.ref if each.case else "",
            "agreement": each.agreement.slug if each.agreement else "",
            "title": each.agreement.title if each.agreement else "",
            "what": each.what,
            "on_behalf_of": seen(each.case.ask, Viewer.HAS).on_behalf_of if each.case else "",
            "beneficiary": each.beneficiary.names if each.beneficiary else {},
            "due_on": _iso(each.due_on),
            "made_on": _day(office, each.made_at),
            "administration": each.administration.names if each.administration else {},
            "said_done": each.office_done_at is not None,
        }
        for each in found
    ]


def _agreements(office: Office) -> list[Row]:
    found = Agreement.objects.filter(parties__office=office, ended_at=None).distinct()
    rows = found.prefetch_related("parties__office__organisation").order_by("expires_on", "pk")
    return [
        {
            "slug": each.slug,
            "title": each.title,
            "starts_on": _iso(each.starts_on),
            "expires_on": _iso(each.expires_on),
            "in_force": each.in_force_at is not None,
            "parties": [
                {**_names(party.office), "signed": party.signed_at is not None}
                for party in each.parties.all()
                if party.office_id != office.pk
            ],
        }
        for each in rows
    ]


def _drafts(office: Office) -> list[Row]:
    """Answers begun and not sent, on asks that are still open."""
    drafts = Draft.objects.filter(office=office, leg__case__closed_at=None).select_related("leg__case__kind")
    return [
        {
            "ref": draft.leg.case.ref,
            "leg": draft.leg.number,
            "kind": draft.leg.case.kind.names,
            "act": draft.act,
            "on": _day(office, draft.at),
        }
        for draft in drafts.order_by("at", "pk")
    ]


def _promises(office: Office) -> list[Row]:
    return [
        {"kind": each.kind.names, "days": each.days, "until": _iso(each.last_day), "lapsed": each.lapsed}
        for each in promises_of(office)
    ]


def _absences(office: Office) -> list[Row]:
    return [
        {
            "role": each.mandate.role,
            "first_day": _iso(each.first_day),
            "last_day": _iso(each.last_day),
            "stand_in": each.stand_in is not None,
        }
        for each in absences_ahead(office)
    ]


def _closures(office: Office) -> list[Row]:
    today = clock.today(office.organisation.zone)
    ahead = office.organisation.closures.filter(last_day__gte=today, withdrawn_at=None)
    return [
        {"name": each.name, "first_day": _iso(each.first_day), "last_day": _iso(each.last_day)}
        for each in ahead
    ]


def _contacts(office: Office) -> list[Row]:
    """The offices with which asks were exchanged, by how many: roles, never persons."""
    came = Leg.objects.filter(owner=office).exclude(came_from__owner=None).exclude(came_from__owner=office)
    went = Leg.objects.filter(came_from__owner=office).exclude(owner=None).exclude(owner=office)
    asked = Leg.objects.filter(asked_by__owner=office).exclude(owner=None).exclude(owner=office)
    wanted = Leg.objects.filter(owner=office).exclude(asked_by__owner=None).exclude(asked_by__owner=office)
    received = _count(came, "came_from__owner") + _count(wanted, "asked_by__owner")
    sent = _count(went, "owner") + _count(asked, "owner")
    offices = Office.objects.select_related("organisation").in_bulk({*received, *sent})
    order = sorted(offices, key=lambda pk: (-received[pk] - sent[pk], pk))
    return [{**_names(offices[pk]), "received": received[pk], "sent": sent[pk]} for pk in order]


def _count(legs: Any, by: str) -> Counter[int]:
    rows = legs.order_by().values(by).annotate(n=Count("case", distinct=True))
    return Counter({row[by]: row["n"] for row in rows})


def _record(office: Office) -> list[Row]:
    """The counts of the ledger, by kind of ask."""
    ledger, rows = from_tables(office=office.pk), []
    kinds = AskKind.objects.filter(legs__owner=office).distinct()
    names = {f"{kind.home_id}/{kind.slug}": kind.names for kind in kinds}
    for (_code, kind), figures in sorted(ledger.items()):
        counts = {name: value for name, value in asdict(figures).items() if isinstance(value, int)}
        rows.append({"kind": names.get(kind, {}), **counts})
    return rows
