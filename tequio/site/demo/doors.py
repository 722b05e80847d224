"""Where each walk starts: a page on which there is something to do."""

from django.urls import reverse

from tequio.circuit.links import case_key, member_key
from tequio.circuit.models import Case, Referral
from tequio.circuit.queries.voices import window_open
from tequio.network.models import Hub
from tequio.network.queries import offices_of
from tequio.people.models import Person
from tequio.site.demo.tables import PACK, Row, address_of


def visitors_page(row: Row) -> str:
    """The page of the letter that waits for a word: of the asker, or of the member; else where one asks."""
    if "asker" in row and (case := _unsaid(row["asker"])):
        return reverse("follow", args=[case.ref, case_key(case)])
    if "member" in row and (referral := _asked(row["member"])):
        return reverse("member", args=[referral.pk, member_key(referral)])
    return reverse("ask_kind", args=[PACK, row["kind"]])


def officers_page(row: Row, person: Person) -> str:
    """The page that the walk names, at the person's office; else their desk, or the page of coordination."""
    offices = offices_of(person)
    if not offices:
        return reverse("desk")
    if Hub.objects.filter(coordination=offices[0]).exists():
        return reverse("coordination")
    return reverse(row.get("page", "desk_office"), args=[offices[0].pk])


def _unsaid(asker: str) -> Case | None:
    """The asker's latest ask that was answered in words, with which they may still disagree."""
    cases = Case.objects.filter(ask__address=address_of(asker), state="answered").order_by("-opened_at")
    return next((case for case in cases if window_open(case)), None)


def _asked(member: str) -> Referral | None:
    return Referral.objects.filter(address=address_of(member), answered_at=None).order_by("-asked_at").first()
