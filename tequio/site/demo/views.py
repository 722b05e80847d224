from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tequio.inbound.actions import receive
from tequio.kernel import clock
from tequio.kernel.web import Request
from tequio.site.demo import mailbox as box
from tequio.site.demo import tables
from tequio.site.demo.access import in_demo_only, invented_account, mail_for
from tequio.site.demo.doors import officers_page, visitors_page
from tequio.site.demo.forms import AHEAD, ClockForm, LetterReplyForm, MailboxForm, WalkForm
from tequio.site.demo.loading import is_loaded

LETTERS_A_PAGE = 25
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@in_demo_only
@require_http_methods(["GET", "HEAD", "POST"])
def walk(request: Request) -> HttpResponse:
    network = tables.network()
    if request.method == "POST":
        return _walk_as(request)
    context = {
        "walks": network["walk"],
        "clocks": network["clock"],
        "now": clock.now(),
        "ahead": [(name, label) for name, (_by, label) in AHEAD.items()],
        "loaded": is_loaded(),
    }
    return render(request, "site/demo/walk.html", context)


def _walk_as(request: Request) -> HttpResponse:
    form = WalkForm(request.POST)
    if not form.is_valid():
        raise Http404
    row = form.row()
    account = invented_account(row["person"]) if row and "person" in row else None
    logout(request)
    if row is None:
        return redirect("demo_walk")
    if account is None:
        return redirect(visitors_page(row))
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert account.person is not None
    return redirect(officers_page(row, account.person))


@in_demo_only
@require_POST
def move_clock(request: Request) -> HttpResponse:
    form = ClockForm(request.POST)
    if form.is_valid():
        clock.move(form.by())
        messages.success(
            request, _("The clock is ahead. In a second or two the worker has done what became due.")
        )
    else:
        messages.error(request, _("The clock moves ahead by one of the steps below, and never back."))
    return redirect("demo_walk")


@in_demo_only
@require_safe
def mailbox(request: Request) -> HttpResponse:
    everything = box.headings()
    form = MailboxForm(request.GET, addresses=sorted({a for letter in everything for a in letter.addresses}))
    wanted = form.cleaned_data["address"] if form.is_valid() else ""
    letters = box.headings(wanted) if wanted else everything
    page = Paginator(letters, LETTERS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "zone": tables.network()["zone"]}
    return render(request, "site/mailbox.html", context)


@in_demo_only
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: Request, name: str) -> HttpResponse:
    """A letter; one that can be replied to is replied to here, and the reply comes in as any mail."""
    mail = mail_for(name)
    form = LetterReplyForm(request.POST if request.method == "POST" else None) if mail.reply_to else None
    if form and form.is_bound and form.is_valid():
        receive(box.reply_to(mail, form.cleaned_data["words"], clock.now()), door="demo")
        messages.success(request, _("Your reply is on its way. In a second or two the worker has read it."))
        return redirect(request.path)
    context = {"mail": mail, "form": form, "zone": tables.network()["zone"]}
    return render(request, "site/mailbox_letter.html", context)


@in_demo_only
@require_safe
def letter_page(request: Request, name: str) -> HttpResponse:
    """The letter's HTML, alone and under a policy of its own: no script, no form, nothing fetched."""
    mail = mail_for(name)
    if not mail.html:
        raise Http404
    return HttpResponse(mail.html, headers={"Content-Security-Policy": LETTER_POLICY})
