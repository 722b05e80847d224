"""From bytes to `Mail`."""

from tequio.inbound.reading.mail import Mail

LARGEST_PART = 10 * 2**20


def read_mail(raw: bytes, *, largest: int = LARGEST_PART) -> Mail:
    """Reads a mail; never raises. `largest`: bytes above which a part is named in `too_big` and left out."""
    raise NotImplementedError
