"""The doors of the demo: not there at all without demo mode, and open to its invented people only."""

from django.conf import settings
from django.http import Http404

from tequio.people.models import Account
from tequio.site.demo.mailbox import Mail, read
from tequio.site.demo.tables import address_of


def refuse_without_demo() -> None:
    if not settings.DEMO:
        raise Http404


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
