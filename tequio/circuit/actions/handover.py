"""The hand-over book: made whenever an office changes hands with something open; erased with the ask."""

from django.db.models import F

from tequio.circuit import letters
from tequio.circuit.models import Case, HandoverBook, Leg
from tequio.circuit.queries.books import book_content, is_empty, learnt_by
from tequio.kernel import clock
from tequio.network.models import Mandate, Office, Transition

PERSONAL = ("on_behalf_of", "place", "what")


def make_book(
    office: Office,
    *,
    left: Mandate | None = None,
    taken: Mandate | None = None,
    transition: Transition | None = None,
    learnt: str | None = None,
    always: bool = False,
) -> HandoverBook | None:
    """The book of what the office has in hand now; None when nothing is open, unless it is wanted `always`. A step.

    `learnt`: in the words of who leaves, else what the office has marked as learnt. Call it before anything moves on;
    what has moved since `left` ended is in it nevertheless.
    """
    content = book_content(office, since=left.ends_at if left else None)
    if is_empty(content) and not always:
        return None
    return HandoverBook.objects.create(
        office=office,
        at=clock.now(),
        left=left,
        taken=taken,
        transition=transition,
        learnt=learnt_by(office) if learnt is None else learnt,
        content=content,
    )


def mandate_left(mandate: Mandate) -> None:
    """A mandate has ended otherwise than by a hand-over: the office's next people find its book."""
    make_book(mandate.office, left=mandate)


def office_handed(left: Mandate, taken: Mandate, learnt: str) -> None:
    """The office was handed over: old letters' links die, the new holder gets one letter with all that is open."""
    office = taken.office
    cases = Case.objects.filter(legs__owner=office, legs__closed_at=None).order_by("pk")
    list(Case.objects.filter(pk__in=cases.values("pk")).order_by("pk").select_for_update(no_key=True))
    Leg.objects.filter(owner=office, closed_at=None).update(link_version=F("link_version") + 1)
    book = make_book(office, left=left, taken=taken, learnt=learnt, always=True)
    assert book is not None
    letters.handed_over(taken, book)


def erase_from_books(case: Case) -> None:
    """Erases what any book holds of the asker's words, and of the notes on the case, while they are still there."""
    offices = case.legs.values("owner")
    notes = [text.strip() for text in case.remarks.values_list("text", flat=True) if text.strip()]
    books = HandoverBook.objects.filter(office__in=offices) | HandoverBook.objects.filter(
        office__in=case.commitments.values("changes__office")
    )
    for book in books.distinct():
        for rows in book.content.values():
            for row in rows:
                if row.get("ref") == case.ref:
                    row.update({name: "" for name in PERSONAL if name in row})
        for note in notes:
            book.learnt = book.learnt.replace(note, "").strip()
        book.save(update_fields=["content", "learnt"])
