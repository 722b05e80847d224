"""Who files a mail: the app that knows what it is about, named from its `apps.py`."""

from collections.abc import Callable

from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail

Filer = Callable[[Received, Mail], str]
filers: list[Filer] = []


def on_received(filer: Filer) -> None:
    """Names the verb that files a mail, in one transaction; it returns what became of it ("filed", "held", ...).

    It is called again for the same mail after a crash, so it must do each thing once.
    """
    filers.append(filer)
