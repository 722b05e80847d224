"""Handing an office over, and the books that it leaves behind."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tequio.circuit import access
from tequio.circuit.forms.handing import HandOverForm
from tequio.circuit.models import HandoverBook
from tequio.circuit.printing import Unprintable, can_print, pdf_of
from tequio.circuit.queries.book_pages import counts, open_in, sections
from tequio.circuit.queries.books import learnt_by, open_counts
from tequio.kernel.errors import Refused
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request, private
from tequio.network.handing import hand_over_office, holder_of
from tequio.network.models import Mandate, Office


@require_safe
@login_required
@private
def books(request: Request, office: int) -> HttpResponse:
    """The books of an office, latest first; the coordinating office sees of a vacant one how much was open."""
    found, outside = access.books_of(request.person, office)
    page = page_of(HandoverBook.objects.filter(office=found), request.GET.get("page"))
    rows = [(book, counts(book), open_in(book)) for book in page]
    context = {"office": found, "outside": outside, "page": page, "rows": rows}
    return render(request, "circuit/office_books.html", context)


@require_safe
@login_required
@private
def book(request: Request, office: int, pk: int) -> HttpResponse:
    found, outside = access.books_of(request.person, office)
    each = get_object_or_404(HandoverBook, pk=pk, office=found)
    context = {
        "office": found,
        "book": each,
        "counts": counts(each),
        "printable": can_print(),
        "sections": None if outside else sections(each),
    }
    return render(request, "circuit/book.html", context)


@require_safe
@login_required
@private
def book_pdf(request: Request, office: int, pk: int) -> HttpResponse:
    """The book for paper; where no PDF can be made, back to the page, which prints well."""
    found, outside = access.books_of(request.person, office)
    each = get_object_or_404(HandoverBook, pk=pk, office=found)
    if outside:
        raise PermissionDenied
    context = {
        "office": found,
        "book": each,
        "counts": counts(each),
        "sections": sections(each),
    }
    try:
        made = pdf_of(
            render_to_string("circuit/book_pdf.html", context), render_to_string("circuit/book_pdf.css")
        )
    except Unprintable:
        messages.error(request, _("This installation cannot make PDFs. Print this page instead."))
        return redirect("book", office, pk)
    name = f"tequio-{found.organisation.slug}-{each.at:%Y-%m-%d}.pdf"
    disposition = f'inline; filename="{name}"'
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": disposition})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def hand_over(request: Request, office: int) -> HttpResponse:
    """What will happen, to whom, and what was learnt: one form."""
    found, by = access.office_to_change(request.person, office)
    holder = holder_of(found)
    if holder is None:
        return render(request, "circuit/office_hand_over.html", {"office": found})
    by = _hander(request, holder, by)
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(found, data, inside=by.office_id == found.pk)
    if form.is_valid() and _hand_over(request, form, found, by):
        stays = found.mandates.current().filter(person=request.person).exists()
        return redirect("mandates", office) if stays or by.office_id != found.pk else redirect("desk")
    context = {"office": found, "holder": holder, "form": form, "open": open_counts(found)}
    return render(request, "circuit/office_hand_over.html", context)


def _hander(request: Request, holder: Mandate, by: Mandate | None) -> Mandate:
    """The holder's mandate, acting or away, or the coordinating office's; 403 for anybody else of the office."""
    if request.person is not None and holder.person_id == request.person.pk:
        return holder
    if by is None or by.office_id == holder.office_id:
        raise PermissionDenied
    return by


def _hand_over(request: Request, form: HandOverForm, office: Office, by: Mandate) -> bool:
    given, to = form.cleaned_data, form.whom()
    own = "" if by.office_id == office.pk else learnt_by(office)
    learnt = "\n\n".join(filter(None, [own, given["learnt"]]))
    try:
        hand_over_office(office, by=by, to=to, learnt=learnt, language=given["language"])
    except Refused as refused:
        form.refuse(refused)
        return False
    if isinstance(to, Mandate):
        messages.success(request, _("The office is handed over, with everything that is open in it."))
    else:
        said = _("The invitation is on its way to %(address)s. The office changes hands when it is accepted.")
        messages.success(request, said % {"address": to})
    return True
