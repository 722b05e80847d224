"""Reads of an office's internal notes."""

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from tequio.circuit.models import Case, Leg, Remark
from tequio.network.models import Office


def remarks_on(case: Case, office: Office) -> QuerySet[Remark]:
    """What the office has noted on a case, oldest first."""
    return Remark.objects.filter(case=case, office=office).select_related("mandate")


def remarks_of(office: Office, *, learnt: bool = False) -> QuerySet[Remark]:
    """All that the office has noted, latest first; `number`: the leg by which it reaches the case."""
    legs = Leg.objects.filter(case=OuterRef("case")).order_by("-number").values("number")
    number = Subquery(legs.filter(owner=OuterRef("office"))[:1], output_field=IntegerField())
    found = Remark.objects.filter(office=office, **({"learnt": True} if learnt else {}))
    return (
        found.annotate(number=number)
        .select_related(
            "mandate",
            "case__ask__organisation",
            "case__ask__field",
            "case__ask__subfield",
        )
        .order_by("-at", "-pk")
    )
