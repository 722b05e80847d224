"""Runs every benchmark on a database of its own: `python -m bench [name …]`."""

import os
import sys
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def prepare() -> str:
    """Mexico's pack in a fresh database; returns the cookie of a signed-in officer."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load", "mx", stdout=StringIO(), stderr=StringIO())
    from tequio.network.actions import appoint_coordinator

    mandate = appoint_coordinator(
        "MX", "bench@example.org", name="Bench", language="es", zone="America/Mexico_City"
    )
    account = mandate.person.account
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def main() -> int:
    kept = Path(os.environ.get("TEQUIO_VAR", ROOT / "var")) / "bench.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var:
        os.environ |= {"TEQUIO_VAR": var, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "bench.settings"}
        del os.environ["DATABASE_URL"]
        cookie = prepare()
        from bench.pages import list_page, page_weight
        from bench.reading import mail_reading
        from bench.report import Result, publish
        from bench.scale import BARS, REFRESH, one
        from bench.ticks import ticks

        crowded: dict[str, list[Result]] = {}
        benches: dict[str, Callable[[], list[Result]]] = {
            "list-page": lambda: list_page(cookie),
            "page-weight": page_weight,
            **{name: one(name, cookie, crowded) for name in (*BARS, REFRESH)},
            "ticks": ticks,
            "mail-reading": mail_reading,
        }
        names = sys.argv[1:] or list(benches)
        return 0 if publish([result for name in names for result in benches[name]()], kept) else 1


if __name__ == "__main__":
    sys.exit(main())
