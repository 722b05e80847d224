"""The demo shows the same at whatever hour, and in whatever season, it is loaded."""

from collections import Counter
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from tequio.circuit.models import Case, Leg
from tequio.circuit.queries import record
from tequio.journal.queries import verify
from tequio.kernel import clock as kernel_clock
from tests.site import demo_urls

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.urls(demo_urls.__name__)]
MEXICO = ZoneInfo("America/Mexico_City")


@pytest.mark.parametrize(
    "instant", ["2026-11-23T00:01", "2026-11-29T23:58", "2027-04-05T10:00", "2027-12-31T23:30"]
)
def test_every_state_is_there(settings, tmp_path: Path, instant: str):
    settings.DEMO, settings.VAR, settings.MAIL_DIR = True, tmp_path, tmp_path / "mail"
    settings.EMAIL_BACKEND = "tequio.notices.backends.Mailbox"
    now = datetime.fromisoformat(instant).replace(tzinfo=MEXICO)
    with kernel_clock.at(now):
        call_command("load-demo", stdout=StringIO(), stderr=StringIO())
        states = Counter(Case.objects.values_list("state", flat=True))
        late = Leg.objects.filter(closed_at=None, due_at__lte=now).count()
        assert record.from_tables() == record.from_journal()
    assert states == {
        "at-desk": 19,
        "question": 1,
        "arranged": 9,
        "answered": 5,
        "done": 25,
        "not-done": 2,
        "unconfirmed": 1,
        "declined": 6,
        "withdrawn": 1,
        "no-reply": 1,
        "merged": 1,
    }
    assert late >= 1
    assert verify().broken is None
