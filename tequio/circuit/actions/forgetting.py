"""Forgetting mail: the letters at which replies are cut, and what was no answer, some time after it is over."""

from django.db.models import QuerySet

from tequio.circuit.models import Case, Reply, SentText
from tequio.circuit.rules import MAIL_KEPT
from tequio.circuit.states import MailState
from tequio.inbound.models import Raw, Received
from tequio.kernel import clock

BATCH = 500
PASSING = (MailState.AUTO, MailState.ASIDE, MailState.NOT_OURS, MailState.NOT_YOURS, MailState.EMPTY)


def erase_mail(replies: QuerySet[Reply]) -> int:
    """Erases who sent these mails and every word of them, the raw ones too; that they came, and when, stays."""
    now = clock.now()
    Raw.objects.filter(received__replies__in=replies).delete()
    came = Received.objects.filter(replies__in=replies, erased_at=None).values_list("pk", flat=True)
    Received.objects.filter(pk__in=list(came)).update(erased_at=now)
    return replies.update(
        sender="",
        sender_name="",
        subject="",
        text="",
        whole="",
        guesses=[],
        left_out=[],
        proposal={},
        erased_at=now,
    )


def erase_mail_of(case: Case) -> None:
    """Erases every mail about a case, and the letters at which they were cut."""
    erase_mail(Reply.objects.filter(leg__case=case))
    SentText.objects.filter(leg__case=case).delete()


def forget_mail() -> int:
    """Erases the letters of legs that ended long ago, and mails that were no answer and are settled long since."""
    before = clock.now() - MAIL_KEPT
    sent = SentText.objects.filter(leg__closed_at__lt=before).values_list("pk", flat=True)[:BATCH]
    done = SentText.objects.filter(pk__in=list(sent)).delete()[0]
    passing = Reply.objects.filter(state__in=PASSING, settled_at__lt=before, erased_at=None)
    return done + erase_mail(Reply.objects.filter(pk__in=list(passing.values_list("pk", flat=True)[:BATCH])))
