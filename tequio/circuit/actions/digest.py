"""The daily letter of an office: one a day, in its working hours, and none that would say nothing new."""

from django.db import transaction

from tequio.circuit import digests
from tequio.circuit.hours import hours_of
from tequio.circuit.models import Digest, DigestLine
from tequio.circuit.queries.digest import Content, gather
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.network.models import Mandate
from tequio.network.queries import actors, current_mandates


def look_at_digest(digest: Digest) -> None:
    """Writes what waits to each who acts for the office, and settles the lines in the same transaction.

    A vacant office is written to when somebody holds it again; what is older than a month is settled unsaid.
    """
    with transaction.atomic():
        locked = Digest.objects.select_for_update(of=("self",), no_key=True)
        digest = locked.select_related("office__organisation").get(pk=digest.pk)
        now, office, hours = clock.now(), digest.office, hours_of(digest.office)
        if digest.wake_at is None or digest.wake_at > now:
            return
        mandates, today = current_mandates(office), hours.day(now)
        digest.wake_at = hours.next(now) if mandates else None
        content = Content()
        if mandates and hours.at_work(now) and digest.last_on != today:
            content = gather(digest, hours, now)
        if content.says:
            digest.last_on, digest.sent = today, digest.sent + 1
        digest.save(update_fields=["wake_at", "last_on", "sent"])
        _settle(content)
        if content.says:
            _post(content, digest, mandates)
            write("digest.sent", office=office.code, facts={"on": today})


def _post(content: Content, digest: Digest, mandates: list[Mandate]) -> None:
    """To those who act, and to the other deputies when a date has passed."""
    acting = actors(mandates)
    for mandate in acting:
        digests.post_digest(digest.office, content, mandate)
    if content.passed:
        for deputy in mandates:
            if deputy not in acting:
                digests.post_to_deputy(digest.office, content.passed, deputy)


def _settle(content: Content) -> None:
    """Every line that waited is told, muted or over; the digest's own are kept, so that each is said once."""
    now = clock.now()
    if content.lines:
        DigestLine.objects.filter(pk__in=[line.pk for line in content.lines]).update(sent_at=now)
    for line in content.fresh:
        line.at = line.sent_at = now
    DigestLine.objects.bulk_create(content.fresh)
