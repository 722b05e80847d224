"""How fast letters go to one domain: not more than it takes in a minute, and none while it says that it is busy."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min

from tequio.kernel import clock
from tequio.notices.models import Letter

MINUTE = timedelta(minutes=1)
BUSY = 2


def wait_until(letter: Letter) -> datetime | None:
    """Until when the letter waits, because its domain has had as many as the hub sends in a minute, or has put off
    letters to several addresses. None when it may go. Other domains go on meanwhile.
    """
    if not letter.domain:
        return None
    now = clock.now()
    sent = Letter.objects.filter(domain=letter.domain, sent_at__gt=now - MINUTE)
    lately = sent.aggregate(n=Count("pk"), first=Min("sent_at"))
    if lately["n"] >= settings.MAIL_PER_DOMAIN:
        oldest: datetime = lately["first"]
        return oldest + MINUTE
    put_off = Letter.objects.filter(
        domain=letter.domain, sent_at=None, refused_at=None, wake_at__gt=now, attempts__gt=0
    ).exclude(pk=letter.pk)
    waiting = put_off.aggregate(n=Count("address", distinct=True), first=Min("wake_at"))
    first: datetime = waiting["first"]
    return first if waiting["n"] >= BUSY else None
