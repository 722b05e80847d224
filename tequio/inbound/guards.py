"""What keeps two machines from writing to each other for ever: nothing that goes round has any effect here."""

from datetime import timedelta
from email.parser import BytesHeaderParser

from tequio.inbound.addresses import is_ours
from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail
from tequio.kernel import clock
from tequio.notices.actions import LOOP

HOPS = 25
A_DAY = 20


def goes_round(raw: bytes, mail: Mail, recipient: str) -> bool:
    """Whether what seems to be somebody's mail is to be kept as automatic, whatever it says of itself.

    It bears the mark of a hub's letter, comes from an address of our own, went through too many servers, or its
    sender has written to the same address of ours too often within a day.
    """
    headers = BytesHeaderParser().parsebytes(raw[:65536])
    if LOOP in headers or is_ours(mail.sender) or mail.hops > HOPS:
        return True
    lately = Received.objects.filter(
        sender=mail.sender, recipient=recipient, filed_at__gt=clock.now() - timedelta(days=1)
    )
    return lately.count() >= A_DAY


def ours_of(mail: Mail) -> str:
    """The first of our own addresses to which it was sent."""
    return next((each[:254] for each in mail.recipients if is_ours(each)), "")
