"""The demo, loaded once for the tests that only look at it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from tequio.kernel import clock
from tests.conftest import START
from tests.site import demo_urls

MAILBOX = "tequio.notices.backends.Mailbox"


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo as it is loaded at the standing clock; its folder `var`."""
    var = tmp_path_factory.mktemp("var")
    here = override_settings(
        DEMO=True, VAR=var, MAIL_DIR=var / "mail", EMAIL_BACKEND=MAILBOX, ROOT_URLCONF=demo_urls.__name__
    )
    with django_db_blocker.unblock(), here, transaction.atomic(), clock.at(START):
        call_command("load-demo", stdout=StringIO(), stderr=StringIO())
        yield var
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def in_spanish():
    with translation.override("es"):
        yield
