"""The daily letter of an office: one a day, in its working hours, and none that would say nothing new."""

from django.db import transaction

from tequio.circuit import digests, hours
from tequio.circuit.models import Digest, DigestLine
from tequio.circuit.queries.digest import Content, gather
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.network.queries import actors, current_mandates

KEPT = hours.KEPT


def look_at_digest(digest: Digest) -> None:
    """Writes what waits to each who acts for the office, and settles the lines in the same transaction.

    A vacant office is written to when somebody holds it again; what is older than a month is settled unsaid.
    """
    with transaction.atomic():
        digests_of = Digest.objects.select_for_update(of=("self",), no_key=True)
        digest = digests_of.select_related("office__organisation").get(pk=digest.pk)
        now, office = clock.now(), digest.office
        if digest.wake_at is None or digest.wake_at > now:
            return
        today = hours.today_at(office, now)
        mandates = current_mandates(office)
        digest.wake_at = hours.next_digest(office, now) if mandates else None
        if not mandates or not hours.at_work(office, now) or digest.last_on == today:
            digest.save(update_fields=["wake_at"])
            return
        DigestLine.objects.filter(office=office, sent_at=None, at__lt=now - KEPT).update(sent_at=now)
        content = gather(digest, now)
        if content.says:
            digest.last_on, digest.sent = today, digest.sent + 1
        digest.save(update_fields=["wake_at", "last_on", "sent"])
        _settle(content)
        if content.says:
            acting = actors(mandates)
            for mandate in acting:
                digests.post_digest(office, content, mandate)
            for deputy in [each for each in mandates if each not in acting] if content.passed else []:
                digests.post_to_deputy(office, content.passed, deputy)
            write("digest.sent", office=office.code, facts={"on": today})


def _settle(content: Content) -> None:
    """Every line that waited is told, muted or over; the digest's own are kept, so that each is said once."""
    now = clock.now()
    DigestLine.objects.filter(pk__in=[line.pk for line in content.lines]).update(sent_at=now)
    for line in content.fresh:
        line.at = line.sent_at = now
    DigestLine.objects.bulk_create(content.fresh)
