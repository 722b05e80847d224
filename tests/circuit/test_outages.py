"""Whenever the worker looks, and however long it was away: each reminder and rung once, each digest once, in hours."""

import os
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.circuit.actions.dates import reminders
from tequio.circuit.hours import hours_of
from tequio.circuit.models import Digest, DigestLine, Event, Leg, Tick
from tequio.circuit.queries.lines import REMINDERS
from tequio.journal.models import Entry
from tequio.kernel import clock
from tequio.network.models import Office
from tequio.notices.models import Letter
from tests.cast import Cast, work
from tests.conftest import START

gaps = st.lists(st.sampled_from([1, 5, 11, 24, 60, 24 * 10]), min_size=1, max_size=12)


def build() -> None:
    cast = Cast()
    cast.hold("mesa", "Mesa")
    cast.hold("chapter-berlin", "Ana")
    madrid = cast.promise(cast.hold("chapter-madrid", "Carla"), days=8).entry_point
    cast.promise(cast.hold(cast.second_office("chapter-berlin"), "Beto"), days=4, fallback=madrid)
    cast.promise(cast.hold("university-oaxaca", "Ulises"), "counterpart", days=1)
    for number, kind in enumerate(("school-talk", "school-talk", "counterpart")):
        cast.case(kind, address=f"a{number}@example.net")


def ticks_of(leg: Leg) -> list[tuple[str, datetime]]:
    return list(leg.ticks.order_by("pk").values_list("kind", "at"))


def assert_each_once(leg: Leg, looks: list[datetime]) -> None:
    """Every hour that has come since the leg began has its tick, at the first look after it; none came too soon."""
    times = reminders(leg)
    began = sum(time <= leg.opened_at for time in times)
    until = looks[-1] if leg.closed_at is None else leg.closed_at
    due = [(kind, time) for kind, time in zip((*REMINDERS, "climb"), times, strict=True) if time <= until]
    expected = [(kind, next(look for look in looks if look >= time)) for kind, time in due[began:]]
    assert ticks_of(leg) == expected
    looked = {at for kind, at in expected if kind != "climb" and ("climb", at) not in expected}
    told = leg.events.filter(kind="reminded").count()
    lines = DigestLine.objects.filter(leg=leg, kind__in=REMINDERS).exclude(
        key__regex=r"^late/.*/([2-9]|1\d)$"
    )
    assert (told, lines.count()) == (len(looked), len(looked))
    assert (leg.outcome == "missed") == ("climb" in dict(expected))


def assert_one_digest_a_day() -> None:
    days: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for about, address, at in Letter.objects.filter(template="digest").values_list(
        "about", "address", "created_at"
    ):
        days[about, address].append(at)
    for (about, _address), instants in days.items():
        office = Office.objects.select_related("organisation").get(pk=about.split("/")[1])
        zone = ZoneInfo(office.organisation.zone)
        assert all(hours_of(office).at_work(at) for at in instants)
        assert max(Counter(at.astimezone(zone).date() for at in instants).values()) == 1
        assert Digest.objects.get(office=office).sent == len(instants)
        for line in DigestLine.objects.filter(office=office, at__lte=max(instants)):
            following = min(at for at in instants if at >= line.at)
            assert line.sent_at is not None and line.sent_at <= following
    assert Entry.objects.filter(kind="digest.sent").count() == sum(map(len, days.values()))


@pytest.mark.django_db
@settings(
    max_examples=150 if os.environ.get("TEQUIO_LONG") else 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(gaps)
def test_after_any_outage_everything_has_happened_once(hours: list[int]) -> None:
    with transaction.atomic():
        with clock.at(START):
            build()
        looks = [START]
        for gap in hours:
            looks.append(looks[-1] + timedelta(hours=gap))
            with clock.at(looks[-1]):
                work()
        with clock.at(looks[-1]):
            for leg in Leg.objects.select_related("owner__organisation", "case"):
                assert_each_once(leg, looks)
            assert_one_digest_a_day()
            assert Event.objects.filter(kind="climbed").count() == Tick.objects.filter(kind="climb").count()
        transaction.set_rollback(True)
