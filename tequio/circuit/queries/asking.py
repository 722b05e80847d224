"""What the ask pages read: the kinds on offer, what there is to choose from, the schools that match."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Min

from tequio.circuit.models import Ask, AskKind, Case, Leg
from tequio.circuit.queries.record import Figures, from_tables
from tequio.circuit.queries.routing import Target, live_promises, prospective
from tequio.circuit.queries.why import why_sentence
from tequio.kernel import clock
from tequio.kernel.texts import fold
from tequio.network.models import Claim, Hub, Organisation
from tequio.network.queries import organisations
from tequio.reference.models import Country, Field, Region, Subfield

SHOWN = 8
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Offer:
    """A kind of ask: how many offices promise an answer, within how many days; `hub_days` where none does."""

    kind: AskKind
    offices: int
    quickest: int
    slowest: int
    hub_days: int


def offers() -> dict[Country, list[Offer]]:
    """The kinds of ask that the hubs take, by home country, with the speed of the offices that answer."""
    rows = (
        live_promises().order_by().values("kind").annotate(n=Count("pk"), low=Min("days"), high=Max("days"))
    )
    speeds = {row["kind"]: (row["n"], row["low"], row["high"]) for row in rows}
    hubs = {hub.pk: hub for hub in Hub.objects.select_related("home").order_by("pk")}
    found: dict[Country, list[Offer]] = {}
    for kind in AskKind.objects.filter(home__in=hubs, withdrawn_on=None):
        hub = hubs[kind.home_id]
        found.setdefault(hub.home, []).append(Offer(kind, *speeds.get(kind.pk, (0, 0, 0)), hub.days))
    return found


def by_name(rows: Iterable[Country | Region | Field | Subfield]) -> Choices:
    """Choices of a select, in the order of the reader's language."""
    return sorted(((row.pk, str(row)) for row in rows), key=lambda choice: fold(choice[1]))


def topics(level: str) -> Choices | list[tuple[str, Choices]]:
    """Fields of research, or subfields grouped by their field."""
    if level == "field":
        return by_name(Field.objects.all())
    groups: dict[str, list[Subfield]] = {}
    for subfield in Subfield.objects.select_related("field"):
        groups.setdefault(str(subfield.field), []).append(subfield)
    return [(name, by_name(groups[name])) for name in sorted(groups, key=fold)]


def school_by_key(key: str, home: str) -> Organisation | None:
    """The school of a key such as the CCT of Mexico."""
    claim = Claim.objects.filter(
        scheme="cct",
        value=key.strip().upper(),
        organisation__home=home,
        organisation__withdrawn_on=None,
        organisation__closed_on=None,
    )
    found = claim.select_related("organisation__region").first()
    return found.organisation if found else None


def called(school: Organisation) -> set[str]:
    """The names of a school, folded."""
    return {fold(name) for name in [school.own_name, *school.names.values(), *school.aliases]}


def schools_like(words: str, region: Region) -> list[Organisation]:
    """The schools of a state that hold every typed word that any school there holds, by name."""
    schools = list(organisations(kind="school", region=region.pk).filter(closed_on=None))
    wanted = [word for word in fold(words).split() if any(word in school.search_text for school in schools)]
    if not any(len(word) > 2 for word in wanted):
        return []
    return [school for school in schools if all(word in school.search_text for word in wanted)]


@dataclass(frozen=True)
class Prospect:
    """Who would answer an ask that is not sent yet: the office, why, and how it kept its promises so far."""

    target: Target
    why: str
    record: Figures


def prospect(ask: Ask) -> Prospect | None:
    """The office that an unsent ask would go to; None where nobody has promised."""
    target = prospective(ask)
    if target is None:
        return None
    leg = Leg(case=Case(ask=ask), rung=target.rung, days=target.days, why=target.why)
    ledger = from_tables(office=target.office.pk, now=clock.now())
    kind = f"{ask.kind.home_id}/{ask.kind.slug}"
    return Prospect(target, why_sentence(leg), ledger.get((target.office.code, kind), Figures()))
