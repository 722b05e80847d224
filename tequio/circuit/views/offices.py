"""What an office signs, who holds it, and how somebody comes to hold it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.promises import sign_again, sign_promise, take_office, withdraw_promise
from tequio.circuit.forms.offices import InviteForm, TakeOfficeForm, TermsForm
from tequio.circuit.models import EntryPoint, Promise
from tequio.circuit.queries.absences import absences_of, may_hand, who_may_be_away
from tequio.circuit.queries.offices import handovers, promises_of, signable, with_record
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private
from tequio.network.actions import end_mandate, invite, refuse_dead, withdraw_invitation
from tequio.network.models import Invitation, Mandate, Office, Role
from tequio.network.queries import is_vacant
from tequio.people.models import Account

PAGE = require_http_methods(["GET", "HEAD", "POST"])


def _terms_forms(
    office: Office, promises: Iterable[Promise], data: Any, act: str = "", *, optional: bool = False
) -> list[TermsForm]:
    """A form for each kind that the office may sign: its promise's terms, else those of its listing."""
    listed = EntryPoint.objects.filter(office=office).first()
    signed = {promise.kind_id: promise for promise in promises}
    return [
        TermsForm(
            office,
            kind,
            data if optional or act == kind.slug else None,
            start=signed.get(kind.pk) or listed,
            optional=optional,
        )
        for kind in signable(office)
    ]


@PAGE
@login_required
@private
def promises(request: Request, office: int) -> HttpResponse:
    """The office's promises with their record; who acts for it signs, renews and withdraws."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    current = promises_of(found).prefetch_related("fields", "subfields", "regions", "countries")
    forms = _terms_forms(found, current, request.POST, request.POST.get("sign", ""))
    if request.method == "POST" and by and _sign_or_withdraw(request, found, by, forms):
        return redirect("promises", office)
    signed = with_record(found, current)
    kinds = {promise.kind_id for promise, _record in signed}
    context = {
        "office": found,
        "mandate": by,
        "signed": signed,
        "forms": forms,
        "kinds": kinds,
    }
    return render(request, "circuit/office_promises.html", context)


def _sign_or_withdraw(request: Request, office: Office, by: Mandate, forms: list[TermsForm]) -> bool:
    """True when it is done; the form that was sent then has its answer in a message."""
    if withdrawn := request.POST.get("withdraw"):
        promise = get_object_or_404(Promise, pk=_number(withdrawn), entry_point__office=office)
        try:
            withdraw_promise(promise, by=by)
        except Refused as refused:
            messages.error(request, str(refused))
            return True
        messages.success(request, _("The promise is withdrawn. Asks that came before keep their dates."))
        return True
    if "again" in request.POST:
        return _sign_again(request, office, by)
    form = next((form for form in forms if form.is_bound), None)
    if form is None:
        raise Http404
    if not form.is_valid():
        return False
    try:
        sign_promise(office, form.terms(), by=by)
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(request, _("Signed. From now on asks of this kind can come to you."))
    return True


def _sign_again(request: Request, office: Office, by: Mandate) -> bool:
    try:
        sign_again(office, by=by)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Signed again, on the same terms. New asks come to you from now on."))
    return True


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Http404
    return int(text)


@PAGE
@login_required
@private
def mandates(request: Request, office: int) -> HttpResponse:
    """Who holds the office and who is invited; for its people and for the coordinating office."""
    found, by = access.office_to_change(request.person, office)
    form = InviteForm([found], request.POST if request.POST.get("act") == "invite" else None)
    if request.method == "POST":
        try:
            if _change(request, found, by, form):
                return redirect(_after(request, found))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(request.path)
    context = _people(request, found, by) | {"form": form if by else None}
    return render(request, "circuit/office_mandates.html", context)


def _people(request: Request, found: Office, by: Mandate | None) -> dict[str, Any]:
    people = found.mandates.current().select_related("person__account", "office__organisation")
    current = list(people.order_by("-role", "pk"))
    invitations = found.invitations.filter(accepted_at=None, withdrawn_at=None).order_by("pk")
    return {
        "office": found,
        "by": by,
        "inside": any(each.person_id == by.person_id for each in current) if by else True,
        "rows": list(zip(current, handovers(found, current), strict=True)),
        "invitations": invitations if by else [],
        "absences": absences_of(found, request.person, by),
        "may_be_away": bool(who_may_be_away(found, request.person, by)),
        "hands": may_hand(current, request.person, by),
    }


def _change(request: Request, office: Office, by: Mandate | None, form: InviteForm) -> bool:
    """Ends a mandate, withdraws an invitation or sends one; False when the form has to be shown again."""
    if ended := request.POST.get("end"):
        mandate = get_object_or_404(office.mandates.current(), pk=_number(ended))
        own = mandate.person_id == (request.person.pk if request.person else None)
        if not own and by is None:
            raise PermissionDenied
        end_mandate(mandate, by=mandate if own else by)
        messages.success(request, _("The mandate has ended, and its links are dead."))
        return True
    if by is None:
        raise PermissionDenied
    if withdrawn := request.POST.get("withdraw"):
        invitation = get_object_or_404(Invitation, pk=_number(withdrawn), office=office)
        withdraw_invitation(invitation, by=by)
        messages.success(request, _("The invitation is withdrawn, and its link is dead."))
        return True
    return form.is_valid() and send_invitation(request, form, by)


def send_invitation(request: Request, form: InviteForm, by: Mandate) -> bool:
    given = form.cleaned_data
    try:
        invite(form.office(), given["address"], role=given["role"], language=given["language"], by=by)
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(
        request, _("The invitation is on its way to %(address)s.") % {"address": given["address"]}
    )
    return True


def _after(request: Request, office: Office) -> str:
    """Back to the page, or to the desk for somebody who has just left the office."""
    assert request.person is not None
    stays = office.mandates.current().filter(person=request.person).exists()
    return request.path if stays or "end" not in request.POST else "desk"


@PAGE
@private
def invitation(request: Request, pk: int, key: str) -> HttpResponse:
    """The page of an invitation's link: who, until when, and what the office promises, in one act."""
    found = access.invitation_by_link(pk, key)
    office = found.office
    try:
        refuse_dead(found)
    except Refused as refused:
        signed = with_record(office, promises_of(office)) if found.accepted_at else []
        context = {"invitation": found, "office": office, "reason": str(refused), "signed": signed}
        return render(request, "circuit/invitation_over.html", context)
    known = Account.objects.select_related("person").filter(email=found.address).first()
    data = request.POST if request.method == "POST" else None
    form = TakeOfficeForm(office, known.person if known else None, data, language=found.language)
    acts = found.role == Role.HOLDER or is_vacant(office)
    terms = _terms_forms(office, promises_of(office), data, optional=True) if acts else []
    if data is not None and _take(found, form, terms):
        return redirect(request.path)
    context = {"invitation": found, "office": office, "form": form, "terms": terms}
    return render(request, "circuit/invitation.html", context)


def _take(invitation: Invitation, form: TakeOfficeForm, terms: list[TermsForm]) -> bool:
    taken = [each for each in terms if each["take"].data]
    if not all([form.is_valid(), *(each.is_valid() for each in taken)]):
        return False
    try:
        take_office(invitation, [each.terms() for each in taken], **form.who())
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
