"""The page on which files follow that were left out of a mail, whole by a form, or in pieces by the tus protocol 1.0.0
(https://tus.io/protocols/resumable-upload: its core and creation), which goes on where a weak connection broke off.
A piece comes as a POST with X-HTTP-Method-Override: PATCH, as the protocol allows: the hub answers no other methods.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.sending import Astray, add_files, begin_sending, send_piece
from tequio.circuit.forms.mailroom import MailFilesForm
from tequio.circuit.models import Attachment, Reply, Sending
from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import FIELD, most_in_pieces
from tequio.kernel.uploads.handler import Bounded
from tequio.kernel.web import Request, private

TUS = "1.0.0"
OCTETS = "application/offset+octet-stream"
PIECE = 1024 * 1024


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def by_office(request: Request, ref: str, number: int, mandate: int, key: str, pk: int) -> HttpResponse:
    return _page(request, access.reply_of_leg(ref, number, mandate, key, pk), f"../../#mail-{pk}")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def by_asker(request: Request, ref: str, key: str, pk: int) -> HttpResponse:
    return _page(request, access.reply_of_case(ref, key, pk), "../../")


@require_http_methods(["HEAD", "POST"])
@private
def piece_by_office(
    request: Request, ref: str, number: int, mandate: int, key: str, pk: int, sending: int
) -> HttpResponse:
    return _piece(request, access.reply_of_leg(ref, number, mandate, key, pk), sending)


@require_http_methods(["HEAD", "POST"])
@private
def piece_by_asker(request: Request, ref: str, key: str, pk: int, sending: int) -> HttpResponse:
    return _piece(request, access.reply_of_case(ref, key, pk), sending)


def _page(request: Request, reply: Reply, back: str) -> HttpResponse:
    """`back`: the address of the page of the ask, from here."""
    request.upload_handlers = [Bounded(request, most_in_pieces())]
    shown: HttpResponse = csrf_protect(_begin if "Tus-Resumable" in request.headers else _form)(
        request, reply, back
    )
    return shown


def _form(request: Request, reply: Reply, back: str) -> HttpResponse:
    form = MailFilesForm(request.POST, request.FILES) if request.method == "POST" else MailFilesForm()
    if form.is_bound and form.is_valid():
        try:
            add_files(reply, form.cleaned_data[FIELD])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The files are there."))
            return redirect(request.path)
    assert reply.leg is not None
    case = reply.leg.case
    context: dict[str, Any] = {"reply": reply, "case": case, "back": back, "form": form, "piece": PIECE}
    context["files"] = Attachment.objects.filter(event=reply.event).order_by("pk")
    context["begun"] = reply.sendings.filter(done_at=None)
    return render(request, "circuit/mail_files.html", context)


def _begin(request: Request, reply: Reply, back: str) -> HttpResponse:
    """Creation: where the pieces of a file go."""
    size = request.headers.get("Upload-Length", "")
    if not size.isdecimal():
        return _answer(400, _("The file does not say how large it is."))
    try:
        sending = begin_sending(reply, _name(request.headers.get("Upload-Metadata", "")), int(size))
    except Refused as refused:
        return _answer(413, str(refused))
    return _answer(201, headers={"Location": f"{request.path}{sending.pk}/"})


def _piece(request: Request, reply: Reply, pk: int) -> HttpResponse:
    sending = get_object_or_404(Sending, pk=pk, reply=reply)
    if request.method == "HEAD":
        return _answer(200, headers={"Upload-Offset": sending.came, "Upload-Length": sending.size})
    offset = request.headers.get("Upload-Offset", "")
    if request.content_type != OCTETS or not offset.isdecimal():
        return _answer(415, OCTETS)
    try:
        came = send_piece(sending, int(offset), request.body)
    except Astray as astray:
        return _answer(409, str(astray))
    except Refused as refused:
        return _answer(422, str(refused))
    return _answer(204, headers={"Upload-Offset": came})


def _name(metadata: str) -> str:
    """The name that a client gives its file: `filename` and its value in Base64, among pairs parted by commas."""
    pairs = dict(pair.strip().partition(" ")[::2] for pair in metadata.split(","))
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Http404 from None


def _answer(status: int, text: str = "", headers: Mapping[str, Any] | None = None) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    for name, value in {"Tus-Resumable": TUS, **(headers or {})}.items():
        response[name] = str(value)
    return response
