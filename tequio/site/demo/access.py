"""The doors of the demo: not there at all without demo mode, and open to its invented people only."""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponse

from tequio.kernel.web import P, Request, View
from tequio.people.models import Account
from tequio.site.demo.mailbox import Mail, read
from tequio.site.demo.tables import address_of


def in_demo_only(view: View[P]) -> View[P]:
    """404 to every method without demo mode."""

    @wraps(view)
    def wrapped(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def invented_account(key: str) -> Account:
    """The account of an invented person; 404 when the demo is not loaded."""
    account = Account.objects.filter(email=address_of(key), person__isnull=False).first()
    if account is None:
        raise Http404
    return account


def mail_for(name: str) -> Mail:
    mail = read(name)
    if mail is None:
        raise Http404
    return mail
