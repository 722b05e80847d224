"""Reads of changes of government: what each left to decide, and what became of it."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from tequio.circuit.models import Review
from tequio.circuit.states import Decision
from tequio.network.models import Office, Transition

SETTLED = Q(commitment__kept_at__isnull=False) | Q(commitment__broken_at__isnull=False)
OPEN = Q(decision="", commitment__kept_at=None, commitment__broken_at=None, commitment__dropped_at=None)


@dataclass(frozen=True)
class Standing:
    """How many promises a change of government found, and what was decided on them."""

    found: int
    kept: int
    amended: int
    dropped: int
    settled: int
    undecided: int


def transitions() -> QuerySet[Transition]:
    """Changes of government, the latest first, each with its counts: one query."""
    counts = {
        "found": Count("reviews"),
        "kept": Count("reviews", filter=Q(reviews__decision=Decision.KEEP)),
        "amended": Count("reviews", filter=Q(reviews__decision=Decision.AMEND)),
        "dropped": Count("reviews", filter=Q(reviews__decision=Decision.DROP)),
        "undecided": Count(
            "reviews",
            filter=Q(
                reviews__decision="",
                reviews__commitment__kept_at=None,
                reviews__commitment__broken_at=None,
                reviews__commitment__dropped_at=None,
            ),
        ),
    }
    found = Transition.objects.select_related("home", "administration").annotate(**counts)
    return found.order_by("-at", "-pk")


def by_office(transition: Transition) -> list[tuple[Office, Standing]]:
    """What each office found and decided, in the order of names: two queries."""
    rows = (
        Review.objects.filter(transition=transition)
        .order_by()
        .values("office")
        .annotate(
            found=Count("pk"),
            kept=Count("pk", filter=Q(decision=Decision.KEEP)),
            amended=Count("pk", filter=Q(decision=Decision.AMEND)),
            dropped=Count("pk", filter=Q(decision=Decision.DROP)),
            settled=Count("pk", filter=Q(decision="") & ~OPEN),
            undecided=Count("pk", filter=OPEN),
        )
    )
    counts = {
        row["office"]: Standing(
            row["found"], row["kept"], row["amended"], row["dropped"], row["settled"], row["undecided"]
        )
        for row in rows
    }
    offices = Office.objects.filter(pk__in=counts).select_related("organisation")
    ordered = sorted(offices, key=lambda each: (each.organisation.sort_key, each.pk))
    return [(office, counts[office.pk]) for office in ordered]


def reviews_of(office: Office) -> QuerySet[Review]:
    """What was put before the office: what waits for its decision first, by the date of the promise."""
    return (
        Review.objects.filter(office=office)
        .select_related(
            "transition", "commitment__case__ask", "commitment__case__kind", "commitment__agreement",
            "commitment__beneficiary", "commitment__administration", "decided_by",
        )
        .order_by("decision", "commitment__due_at", "pk")
    )  # fmt: skip


def waiting(office: Office) -> int:
    """How many decisions the office owes."""
    return Review.objects.filter(OPEN, office=office).count()
