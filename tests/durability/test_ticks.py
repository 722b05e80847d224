"""After an outage of ten days, with two workers at once that are killed again and again, each reminder and rung
has happened exactly once and each digest was written once: as if one worker had never been disturbed.
"""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from tequio.circuit.models import Digest, DigestLine, Event, Leg, Tick
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock
from tequio.notices.models import Letter
from tests.cast import Cast, work
from tests.conftest import START

ASKS = 14
BACK = datetime(2026, 12, 4, 5, tzinfo=UTC)
# The half hours after the reminders and after the digest, in Berlin and in Mexico: nothing of one office falls
# together with what another worker does for it, so that the order of two workers makes no difference.
HALF_HOURS = [timedelta(hours=hours) for hours in (2.5, 3.5, 9.5, 10.5)]
INSTANTS = [
    START + timedelta(days=1),
    BACK,
    *(BACK + timedelta(days=day) + half for day in range(7) for half in HALF_HOURS),
]


def build() -> None:
    """Offices with all that can be above them, and asks that fall due while nobody looks."""
    cast = Cast()
    cast.hold("mesa", "Mesa")
    cast.hold("chapter-berlin", "Ana")
    liaison = cast.second_office("chapter-berlin")
    madrid = cast.promise(cast.hold("chapter-madrid", "Carla"), days=8).entry_point
    cast.promise(cast.hold(liaison, "Beto"), days=5, fallback=madrid)
    cast.hold(liaison, "Dana", role="deputy")
    cast.promise(cast.hold("university-oaxaca", "Ulises"), "counterpart", days=8)
    cast.hold("university-oaxaca", "Dora", role="deputy")
    for number in range(ASKS):
        cast.case("counterpart" if number % 3 == 2 else "school-talk", address=f"a{number}@example.net")


def picture() -> dict[str, Any]:
    """All that the ticker has done, by the address of the asker, to the hour."""
    who = {leg.case.ref: leg.case.ask.address for leg in Leg.objects.select_related("case__ask")}
    slug = "office__organisation__slug"
    ticks = Tick.objects.values_list("leg__case__ref", "leg__number", "kind", "due_version", "at")
    legs = Leg.objects.values_list("case__ref", "number", "owner__organisation__slug", "outcome", "closed_at")
    lines = DigestLine.objects.values_list("case__ref", slug, "kind", "sent_at")
    letters = Letter.objects.values_list("about", "template", "address", "created_at")
    return {
        "ticks": sorted((who[ref], *rest, hour(at)) for ref, *rest, at in ticks),
        "legs": sorted((who[ref], *rest, hour(at)) for ref, *rest, at in legs),
        "events": Counter((who[ref], kind) for ref, kind in Event.objects.values_list("case__ref", "kind")),
        "lines": Counter((who.get(ref, ""), *rest, hour(at)) for ref, *rest, at in lines),
        "letters": Counter((who.get(about, ""), *rest, hour(at)) for about, *rest, at in letters),
        "digests": sorted(Digest.objects.values_list(slug, "last_on", "sent")),
        "entries": Counter(Entry.objects.values_list("kind", flat=True)),
    }


def hour(at: datetime | None) -> str:
    return f"{at:%m-%d %H}" if at else ""


def undisturbed() -> dict[str, Any]:
    """The same story with one worker, to which nothing happens."""
    with clock.at(START):
        build()
    for instant in INSTANTS:
        with clock.at(instant):
            while work():
                pass
    found = picture()
    call_command("flush", interactive=False, verbosity=0)
    return found


def assert_it_holds_every_kind_of_tick(expected: dict[str, Any]) -> None:
    """That the comparison compares something: rungs, reminders told and not told, digests, letters to deputies."""
    kinds = Counter(kind for _who, _number, kind, *_rest in expected["ticks"])
    assert set(kinds) == {"before", "today", "late", "climb"}
    told = sum(n for (_who, kind), n in expected["events"].items() if kind == "reminded")
    assert 0 < told < kinds["before"] + kinds["today"] + kinds["late"]
    assert expected["entries"]["leg.reminded"] == told
    assert expected["entries"]["leg.climbed"] == kinds["climb"]
    assert expected["entries"]["digest.sent"] == sum(sent for *_rest, sent in expected["digests"])
    assert {template for _who, template, *_rest in expected["letters"]} > {
        "digest",
        "desk_late",
        "asker_late",
    }


@pytest.mark.django_db(transaction=True)
def test_killed_workers_do_each_thing_exactly_once(
    child_environment: dict[str, str], long_form: bool
) -> None:
    expected = undisturbed()
    assert_it_holds_every_kind_of_tick(expected)
    with clock.at(START):
        build()
    kills = 200 if long_form else 40
    ticker = subprocess.run(
        [sys.executable, "-m", "tests.durability.ticker", str(kills), "7"],
        env=child_environment,
        input=json.dumps([str(instant) for instant in INSTANTS]),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ticker.stdout, ticker.returncode) == (f"killed {kills}\n", 0), ticker.stderr
    found = picture()
    for name, wanted in expected.items():
        assert found[name] == wanted, name
    once = Counter(Tick.objects.values_list("leg", "kind", "due_version"))
    assert set(once.values()) == {1}
    written = Letter.objects.filter(template="digest").values_list("about", "address", "created_at")
    assert set(Counter((*who, at.date()) for *who, at in written).values()) == {1}
    assert not Letter.objects.filter(sent_at=None).exists()
    assert verify().broken is None
    with clock.at(INSTANTS[-1]):
        assert from_journal() == from_tables()
