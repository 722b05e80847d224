"""What the hub does by itself at night: it writes the records anew, and on Mondays publishes the week."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tequio.charts.actions import want
from tequio.circuit.models import AskKind
from tequio.journal.actions import write
from tequio.journal.models import Head
from tequio.kernel import clock
from tequio.kernel.bulk import insert_rows
from tequio.network.models import Hub
from tequio.observatory.models import Night, Record, Release
from tequio.observatory.queries import pictures, pulse, records
from tequio.observatory.queries.levels import offices_named

NAMES = ("office_id", "hub_id", "as_of", "entry", "kinds")
ANEW = "(office_id) DO UPDATE SET as_of = excluded.as_of, entry = excluded.entry, kinds = excluded.kinds"
AFTER_MIDNIGHT = timedelta(minutes=5)


def begin_nights() -> int:
    """Gives each hub that has none its night, due at once; returns how many."""
    hubs = Hub.objects.filter(night=None)
    made = Night.objects.bulk_create(
        [Night(hub=hub, wake_at=clock.now()) for hub in hubs], ignore_conflicts=True
    )
    return len(made)


def nightly(night: Night) -> None:
    """The worker's look at a hub's night."""
    with transaction.atomic():
        night = Night.objects.select_for_update(no_key=True).get(pk=night.pk)
        if night.wake_at and night.wake_at <= clock.now():
            hub = Hub.objects.select_related("home", "coordination__organisation").get(pk=night.hub_id)
            publish_week(hub)
            write_records(hub)
            night.wake_at = _next_night(hub)
            night.save(update_fields=["wake_at"])


def _next_night(hub: Hub) -> datetime:
    zone = hub.coordination.organisation.zone
    return clock.end_of(clock.today(zone), zone) + AFTER_MIDNIGHT


def write_records(hub: Hub) -> int:
    """Writes the record of every office of the hub that was ever asked, as of one instant of the journal, and has the
    curves drawn; returns how many offices. A step of the night.
    """
    head, now = Head.objects.select_for_update(no_key=True).get_or_create(pk=1)[0], clock.now()
    found, names = records.written(hub, now), records.governments(hub)
    offices = offices_named({office for office, _kind in found})
    kinds = {f"{hub.home_id}/{kind.slug}": kind for kind in AskKind.objects.filter(home=hub.home_id)}
    rows: dict[str, list[Any]] = {}
    for (office, kind), each in found.items():
        rows.setdefault(office, []).append(records.as_row(kinds[kind].slug, each, names))
    made = [(offices[code].pk, hub.pk, now, head.sequence, kinds_) for code, kinds_ in rows.items()]
    insert_rows(Record, NAMES, made, on_conflict=ANEW)
    want(pictures.of_records(found, kinds, offices, clock.day_of(now, hub.coordination.organisation.zone)))
    return len(made)


def publish_week(hub: Hub) -> Release | None:
    """Publishes the pulse of the week that begins, once; None when it is there. A step of the night.

    The journal's head is held while it is counted, so that no act comes in between, and its entry is the act itself.
    """
    week = pulse.week_of(clock.now(), hub)
    if Release.objects.filter(hub=hub, week=week).exists():
        return None
    head, now = Head.objects.select_for_update(no_key=True).get_or_create(pk=1)[0], clock.now()
    figures = pulse.counted(hub, now)
    release = Release.objects.create(
        hub=hub, week=week, as_of=now, entry=head.sequence, figures=figures, totals=pulse.totals(figures)
    )
    said = dict(hub.releases.values_list("week", "totals")[: pulse.WEEKS + 1])
    want(pictures.of_weeks(hub, said, week))
    facts = {"home": hub.home_id, "week": str(week), "digest": pulse.digest(release)}
    write(pulse.PUBLISHED, office=hub.coordination.code, facts=facts)
    return release
